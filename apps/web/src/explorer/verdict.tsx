import { isCairnError } from "@cairn/protocol";
import type { ReactElement, ReactNode } from "react";
import { defineTexts } from "../base/locale.ts";
import { truthOf } from "../data/truth-of.ts";
import { Mark, type Truth } from "../ui/truth.tsx";
import { useTexts } from "../ui/use-texts.ts";

const TEXTS = defineTexts({
  en: {
    badProof: "The node's proof does not prove what it says.",
    roots: (computed: string, claimed: string) =>
      `Fields and path lead to the root ${computed}; the header has the root ${claimed}.`,
    otherBatch: (batch: string) => `The header that the node gave is not that of batch ${batch} on L1.`,
    badReceipt: "The receipt does not prove what it says.",
    otherTransaction: "The receipt is of another transaction.",
    otherAccount: "The proof is of another account than was asked for.",
    wrongChain: "The RPC serves another chain.",
    notThere: "L1 does not have this batch yet.",
    noL1: "L1 cannot be asked at the moment.",
  },
  de: {
    badProof: "Der Beweis des Knotens beweist nicht, was er sagt.",
    roots: (computed: string, claimed: string) =>
      `Felder und Pfad führen zur Wurzel ${computed}; im Kopf steht die Wurzel ${claimed}.`,
    otherBatch: (batch: string) => `Der Kopf, den der Knoten gab, ist nicht der von Batch ${batch} auf L1.`,
    badReceipt: "Der Beleg beweist nicht, was er sagt.",
    otherTransaction: "Der Beleg ist von einer anderen Transaktion.",
    otherAccount: "Der Beweis ist von einem anderen Konto als dem gefragten.",
    wrongChain: "Der RPC bedient eine andere Kette.",
    notThere: "L1 hat diesen Batch noch nicht.",
    noL1: "L1 kann gerade nicht gefragt werden.",
  },
});
type Catalogue = (typeof TEXTS)["en"];

/** What a check has found, in a sentence. */
export function Verdict(
  props:
    | {
        readonly truth: Truth;
        /** In the place of the mark's usual words. */
        readonly text?: string;
        readonly children: ReactNode;
        readonly error?: never;
      }
    | { readonly error: Error; readonly truth?: never; readonly text?: never; readonly children?: never },
): ReactElement {
  const texts = useTexts(TEXTS);
  const { error, text } = props;
  const truth = error === undefined ? props.truth : truthOf(error);
  return (
    <div
      role="status"
      data-verdict={truth}
      className={`card grid grid-cols-[minmax(0,1fr)] gap-1 border-l-4 px-4 py-3 ${BORDERS[truth]}`}
    >
      <Mark truth={truth} {...(text === undefined ? {} : { text })} />
      <div className="text-sm">
        {error === undefined ? props.children : reasons(error, texts).map((reason) => <p key={reason}>{reason}</p>)}
      </div>
    </div>
  );
}

const BORDERS: Readonly<Record<Truth, string>> = {
  node: "border-l-node",
  l1: "border-l-l1",
  checked: "border-l-checked",
  older: "border-l-older",
  refuted: "border-l-refuted",
  checking: "border-l-line",
};

/** What differs, and from what; the packages' own words, which are English, where there are no better ones. */
function reasons(error: Error, texts: Catalogue): string[] {
  if (!isCairnError(error)) return [error.message];
  const { code, details, message } = error;
  switch (code) {
    case "verify/bad-proof": {
      const { computed, claimed } = details;
      if (computed === undefined) return [texts.badProof, message];
      return [texts.badProof, texts.roots(String(computed), String(claimed))];
    }
    case "verify/not-on-l1":
      return [details.isOther === true ? texts.otherBatch(String(details.batch)) : texts.notThere];
    case "verify/bad-receipt":
      return [texts.badReceipt, message];
    case "verify/other-transaction":
      return [texts.otherTransaction];
    case "verify/other-account":
      return [texts.otherAccount];
    case "verify/wrong-chain":
      return [texts.wrongChain, message];
    case "l1/unavailable":
      return [texts.noL1];
    default:
      return [message];
  }
}
