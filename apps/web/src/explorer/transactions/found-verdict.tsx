import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useRollup } from "../../data/rollup.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Verdict } from "../verdict.tsx";
import type { FoundOnL1 } from "./use-receipt.ts";

const TEXTS = defineTexts({
  en: {
    shown: "The id is the hash of what was signed, and a batch that L1 has accepted contains it.",
    early: "L1 has not accepted a batch with it yet. Until then, it is the node's promise.",
    noL1: "No connection to L1 is set, so all of this is the node's word.",
  },
  de: {
    shown:
      "Die Kennung ist der Hash dessen, was unterschrieben wurde, und ein Batch, den L1 angenommen hat, enthält es.",
    early: "L1 hat noch keinen Batch mit ihr angenommen. Bis dahin ist sie ein Versprechen des Knotens.",
    noL1: "Es ist keine Verbindung zu L1 eingestellt, also ist all das nur die Aussage des Knotens.",
  },
});

/** Whether L1 has a transaction, by what was found. */
export function FoundVerdict({
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
