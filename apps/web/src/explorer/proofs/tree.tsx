import type { ReactElement } from "react";
import { useTexts } from "../../ui/use-texts.ts";
import { Elapsed, ShortDuration } from "../../ui/values.tsx";
import type { PlacedProof, PlacedTree } from "./forest.ts";
import { TEXTS } from "./texts.ts";

const LOOKS: Readonly<Record<PlacedProof["state"], string>> = {
  waiting: "border-dashed border-line text-soft",
  proving: "border-l1 text-l1",
  made: "border-checked bg-surface text-checked",
};

/** The proofs of a batch above their blocks: what L1 verifies on top. */
export function TreePicture({ tree, name }: { readonly tree: PlacedTree; readonly name: string }): ReactElement {
  const columns = tree.lastBlock - tree.firstBlock + 1;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be within reach of the keyboard
    <section aria-label={name} tabIndex={0} className="card overflow-x-auto p-3">
      <ul
        className="grid min-w-max gap-1.5"
        style={{ gridTemplateColumns: `repeat(${columns}, minmax(7.5rem, 1fr))` }}
        data-tree={tree.firstBlock}
      >
        {tree.proofs.map((proof) => (
          <li
            key={proof.id}
            data-proof={proof.state}
            data-circuit={proof.circuit}
            className={`grid content-start gap-0.5 rounded-sm border px-2 py-1.5 text-xs ${LOOKS[proof.state]}`}
            style={{ gridColumn: `${proof.column} / span ${proof.width}`, gridRow: proof.row }}
          >
            <Node proof={proof} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Node({ proof }: { readonly proof: PlacedProof }): ReactElement {
  const texts = useTexts(TEXTS);
  const { circuit, state, firstBlock, lastBlock, prover, startedAtMs, madeAtMs } = proof;
  const blocks =
    firstBlock === lastBlock ? texts.block(String(firstBlock)) : texts.blocks(String(firstBlock), String(lastBlock));
  return (
    <>
      <span className="font-medium text-ink">
        {circuit} · {blocks}
      </span>
      <span className="font-medium">
        {texts[state]}{" "}
        {state === "proving" && startedAtMs !== null && <Elapsed sinceMs={startedAtMs} text={texts.since} />}
        {state === "made" && startedAtMs !== null && madeAtMs !== null && (
          <ShortDuration ms={madeAtMs - startedAtMs} text={texts.took} />
        )}
      </span>
      {prover !== null && state !== "waiting" && <span className="text-soft">{texts.by(prover)}</span>}
    </>
  );
}
