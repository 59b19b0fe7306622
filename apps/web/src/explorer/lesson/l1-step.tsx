import type { ReactElement } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { useCheck } from "../../data/use-l1.ts";
import { Fact, Facts } from "../../ui/layout.tsx";
import { Said } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { At, Count, Hex } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { TEXTS } from "./texts.ts";
import type { Example } from "./use-example.ts";

/** The transaction on L1 that carried the batch, and what it cost. */
export function L1Step({ example: { block, batch } }: { readonly example: Example }): ReactElement {
  const texts = useTexts(TEXTS);
  const { verifier } = useRollup();
  const { l1Transaction } = batch;
  const { data: cost } = useCheck(
    ["cost", l1Transaction],
    [],
    l1Transaction === null ? null : (asked) => asked.ask("cost", { transaction: l1Transaction }),
  );
  const single = batch.firstBlock === batch.lastBlock;
  return (
    <Facts>
      <Fact name={texts.batch}>
        <To place={placeOf.batch(batch.firstBlock)}>{batch.number ?? batch.firstBlock}</To>
      </Fact>
      <Fact name={texts.transaction}>{l1Transaction !== null && <Hex value={l1Transaction} isWhole />}</Fact>
      <Fact name={texts.gas}>
        {cost != null ? (
          <Said by="l1">
            <Count value={cost.gasUsed} />{" "}
            {single && block.transactions > 1 && texts.shared(String(block.transactions))}
          </Said>
        ) : (
          <Said by={verifier === null ? "node" : "checking"}>
            {batch.cost === null ? "–" : <Count value={batch.cost.gasUsed} />}
          </Said>
        )}
      </Fact>
      <Fact name={texts.accepted}>{block.provenAtMs === null ? "–" : <At ms={block.provenAtMs} />}</Fact>
    </Facts>
  );
}
