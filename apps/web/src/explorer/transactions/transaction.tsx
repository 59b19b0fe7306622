import type { ReactElement } from "react";
import { useParams } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { saveJson } from "../../base/save-file.ts";
import { Detail } from "../../data/detail.tsx";
import { useNode } from "../../data/use-node.ts";
import { Button } from "../../ui/button.tsx";
import { Page, Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { TransactionFacts } from "./facts.tsx";
import { FoundVerdict } from "./found-verdict.tsx";
import { useReceipt } from "./use-receipt.ts";

const TEXTS = defineTexts({
  en: {
    title: "Transaction",
    check: "Against L1",
    content: "What it does",
    save: "Save the receipt",
  },
  de: {
    title: "Transaktion",
    check: "Gegen L1",
    content: "Was sie tut",
    save: "Beleg speichern",
  },
});

/** A transaction with what became of it, and whether L1 has it. */
export function TransactionPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { id = "" } = useParams();
  const query = useNode(["transaction", id], ["entry", "block", "batch"], (node, options) =>
    node.transaction({ id }, options),
  );
  const check = useReceipt(query.data);
  return (
    <Page title={texts.title} lead={<Hex value={id} isWhole />}>
      <Detail query={query}>
        {(transaction) => (
          <>
            <Section title={texts.check}>
              <FoundVerdict check={check} />
              {check.data != null && (
                <Button onClick={() => saveJson(`receipt-${id.slice(2, 10)}.json`, check.data?.receipt ?? {})}>
                  {texts.save}
                </Button>
              )}
            </Section>
            <Section title={texts.content}>
              <TransactionFacts transaction={transaction} verified={check.data?.verified ?? null} error={check.error} />
            </Section>
          </>
        )}
      </Detail>
    </Page>
  );
}
