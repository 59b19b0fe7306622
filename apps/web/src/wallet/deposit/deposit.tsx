import type { RequestDocument } from "@cairn/sdk";
import type { ReactElement } from "react";
import { useTokenLabels } from "../../data/tokens.ts";
import { Page, Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount } from "../../ui/values.tsx";
import { summaryOf } from "../outbox/summary.ts";
import { useOutbox } from "../outbox/use-outbox.ts";
import { RequestSteps } from "../requests/request-steps.tsx";
import { NeedsSession } from "../session/session.tsx";
import { DepositForm } from "./deposit-form.tsx";
import { TEXTS } from "./texts.ts";

/** Moves money from L1 to the rollup, and shows what is on its way there. */
export function DepositPage(): ReactElement {
  return (
    <NeedsSession>
      <Deposit />
    </NeedsSession>
  );
}

function Deposit(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <Page title={texts.title} lead={texts.lead}>
      <DepositForm />
      <Deposits />
    </Page>
  );
}

/** Those that are not final yet, also of earlier visits, newest first. */
function Deposits(): ReactElement | null {
  const texts = useTexts(TEXTS);
  const { list } = useOutbox();
  const deposits = list.filter(({ handle }) => handle.kind === "deposit").reverse();
  if (deposits.length === 0) return null;
  return (
    <Section title={texts.underWay}>
      {deposits.map(({ handle, progress }) => (
        <div key={handle.id} data-deposit={handle.id} className="card grid grid-cols-[minmax(0,1fr)] gap-3 px-4 py-4">
          <Deposited document={handle.toJSON()} />
          <RequestSteps kind="deposit" progress={progress} />
        </div>
      ))}
    </Section>
  );
}

/** How much is deposited. */
function Deposited({ document }: { readonly document: RequestDocument }): ReactElement | null {
  const tokenOf = useTokenLabels();
  const { amount, tokenId } = summaryOf(document);
  if (typeof amount !== "bigint" || tokenId === null) return null;
  return (
    <h3 className="font-semibold">
      <Amount value={amount} token={tokenOf(tokenId)} />
    </h3>
  );
}
