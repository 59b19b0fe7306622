import type { ReactElement } from "react";
import { useParams } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { Listing } from "../../data/listing.tsx";
import { usePages } from "../../data/use-pages.ts";
import { Page, Section } from "../../ui/layout.tsx";
import { NotFound } from "../../ui/states.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { referenceText } from "../transactions/reference-text.ts";
import { TransactionTable } from "../transactions/transaction-table.tsx";

const TEXTS = defineTexts({
  en: {
    title: "Payment reference",
    lead: "Anyone can use any reference: look at who was paid, and how much.",
    transactions: "Transactions with it",
  },
  de: {
    title: "Verwendungszweck",
    lead: "Jeder kann jeden Verwendungszweck benutzen: Achten Sie darauf, wer bezahlt wurde und wie viel.",
    transactions: "Transaktionen damit",
  },
});
const PAGE = 20;
const REFERENCE = /^0x[0-9a-fA-F]{62}$/;

/** What was paid with a reference. */
export function ReferencePage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { reference = "" } = useParams();
  const isReference = REFERENCE.test(reference);
  const text = isReference ? referenceText(reference) : null;
  return (
    <Page
      title={text === null || text === reference ? texts.title : text}
      lead={
        <>
          <p>{texts.lead}</p>
          <Hex value={reference} isWhole />
        </>
      }
    >
      {isReference ? <Referenced reference={reference} /> : <NotFound />}
    </Page>
  );
}

function Referenced({ reference }: { readonly reference: string }): ReactElement {
  const texts = useTexts(TEXTS);
  const pages = usePages(["reference", reference], ["entry", "block"], (node, page, options) =>
    node.referenceTransactions({ reference, limit: PAGE, ...page }, options),
  );
  return (
    <Section title={texts.transactions} aside={<Mark truth="node" />}>
      <Listing pages={pages}>
        {(answers) => <TransactionTable transactions={answers.flatMap(({ transactions }) => transactions)} />}
      </Listing>
    </Section>
  );
}
