import { useRequests } from "@cairn/react";
import type { ReactElement } from "react";
import { Page, Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
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
  const { requests } = useRequests();
  const deposits = requests.filter(({ handle }) => handle.kind === "deposit").reverse();
  if (deposits.length === 0) return null;
  return (
    <Section title={texts.underWay}>
      {deposits.map(({ handle, progress }) => (
        <div key={handle.id} data-deposit={handle.id} className="card px-4 py-4">
          <RequestSteps kind="deposit" progress={progress} />
        </div>
      ))}
    </Section>
  );
}
