import type { ReactElement } from "react";
import { useParams } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { saveJson } from "../../base/save-file.ts";
import { Detail } from "../../data/detail.tsx";
import { useRollup } from "../../data/rollup.tsx";
import { useNode } from "../../data/use-node.ts";
import { Button } from "../../ui/button.tsx";
import { Page, Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { Verdict } from "../verdict.tsx";
import { TransactionFacts } from "./facts.tsx";
import { type FoundOnL1, useReceipt } from "./use-receipt.ts";

const TEXTS = defineTexts({
  en: {
    title: "Transaction",
    check: "Against L1",
    content: "What it does",
    shown: "The id is the hash of what was signed, and a batch that L1 has accepted contains it.",
    early: "L1 has not accepted a batch with it yet. Until then, it is the node's promise.",
    save: "Save the receipt",
    noL1: "No connection to L1 is set, so all of this is the node's word.",
  },
  de: {
    title: "Transaktion",
    check: "Gegen L1",
    content: "Was sie tut",
    shown:
      "Die Kennung ist der Hash dessen, was unterschrieben wurde, und ein Batch, den L1 angenommen hat, enthält es.",
    early: "L1 hat noch keinen Batch mit ihr angenommen. Bis dahin ist sie ein Versprechen des Knotens.",
    save: "Beleg speichern",
    noL1: "Es ist keine Verbindung zu L1 eingestellt, also ist all das nur die Aussage des Knotens.",
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
              <Found check={check} />
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

function Found({
  check: { data, error },
}: {
  readonly check: { readonly data: FoundOnL1 | null | undefined; readonly error: Error | null };
}): ReactElement {
  const texts = useTexts(TEXTS);
  const { verifier } = useRollup();
  if (verifier === null) return <Verdict truth="node">{texts.noL1}</Verdict>;
  if (error !== null) return <Verdict error={error} />;
  if (data === undefined) return <Verdict truth="checking">{""}</Verdict>;
  return data === null ? (
    <Verdict truth="older">{texts.early}</Verdict>
  ) : (
    <Verdict truth="checked">{texts.shown}</Verdict>
  );
}
