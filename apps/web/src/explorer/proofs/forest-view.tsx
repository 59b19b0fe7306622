import type { ReactElement } from "react";
import { useTexts } from "../../ui/use-texts.ts";
import type { PlacedTree } from "./forest.ts";
import { TEXTS } from "./texts.ts";
import { TreePicture } from "./tree.tsx";

/** Trees with a heading each. */
export function Forest({ trees }: { readonly trees: readonly PlacedTree[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const nameOf = ({ firstBlock, lastBlock, isWhole }: PlacedTree): string => {
    const blocks =
      firstBlock === lastBlock ? texts.block(String(firstBlock)) : texts.blocks(String(firstBlock), String(lastBlock));
    return isWhole ? texts.batch(blocks) : texts.open(blocks);
  };
  if (trees.length === 0) return <p className="text-sm text-soft">{texts.none}</p>;
  return (
    <>
      {trees.map((tree) => (
        <div key={tree.firstBlock} className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
          <h3 className="text-sm font-medium">{nameOf(tree)}</h3>
          <TreePicture tree={tree} name={nameOf(tree)} />
        </div>
      ))}
    </>
  );
}
