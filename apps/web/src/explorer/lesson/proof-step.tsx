import type { ReactElement } from "react";
import { Fact, Facts } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { At } from "../../ui/values.tsx";
import { BatchProofs } from "../proofs/batch-proofs.tsx";
import { TEXTS } from "./texts.ts";
import type { Example } from "./use-example.ts";

/** What was proven, when. */
export function ProofStep({ example: { block, batch } }: { readonly example: Example }): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <>
      <Facts>
        <Fact name={texts.circuit}>{batch.circuit}</Fact>
        <Fact name={texts.sealedAt}>{block.sealedAtMs === null ? "–" : <At ms={block.sealedAtMs} />}</Fact>
        <Fact name={texts.provenAt}>{batch.readyAtMs === null ? "–" : <At ms={batch.readyAtMs} />}</Fact>
      </Facts>
      <BatchProofs batch={batch} />
    </>
  );
}
