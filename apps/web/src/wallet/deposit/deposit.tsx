import { useRequests } from "@cairn/react";
import type { ReactElement } from "react";
import * as z from "zod/mini";
import { useTokenLabels } from "../../data/tokens.ts";
import { Page, Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount } from "../../ui/values.tsx";
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
        <div key={handle.id} data-deposit={handle.id} className="card grid grid-cols-[minmax(0,1fr)] gap-3 px-4 py-4">
          <Deposited content={handle.toJSON().content} />
          <RequestSteps kind="deposit" progress={progress} />
        </div>
      ))}
    </Section>
  );
}

/** What was asked for, as the request keeps it. */
const contentSchema = z.object({
  amount: z.string().check(z.regex(/^[0-9]{1,78}$/)),
  token: z.union([z.literal("ETH"), z.int()]),
});

/** How much is deposited. */
function Deposited({ content }: { readonly content: string }): ReactElement | null {
  const tokenOf = useTokenLabels();
  const parsed = contentSchema.safeParse(JSON.parse(content));
  if (!parsed.success) return null;
  const { amount, token } = parsed.data;
  return (
    <h3 className="font-semibold">
      <Amount value={amount} token={tokenOf(token === "ETH" ? 0 : token)} />
    </h3>
  );
}
