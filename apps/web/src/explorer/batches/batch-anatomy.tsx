import type { RouteResponse } from "@cairn/rpc";
import { type ReactElement, useState } from "react";
import { defineTexts } from "../../base/locale.ts";
import { Detail } from "../../data/detail.tsx";
import { useNode } from "../../data/use-node.ts";
import { useTexts } from "../../ui/use-texts.ts";
import { Anatomy } from "../blocks/anatomy.tsx";

const TEXTS = defineTexts({
  en: { block: "Block", order: "The blocks of a batch stand one behind the other in its data." },
  de: { block: "Block", order: "Die Blöcke eines Batches stehen in seinen Daten hintereinander." },
});

/** The words of a batch, a block at a time. */
export function BatchAnatomy({
  batch: { firstBlock, lastBlock },
}: {
  readonly batch: Pick<RouteResponse<"batch">, "firstBlock" | "lastBlock">;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const [number, choose] = useState(firstBlock);
  const block = useNode(["block", number], ["block"], (node, options) => node.block({ number }, options));
  const numbers = Array.from({ length: lastBlock - firstBlock + 1 }, (_, i) => firstBlock + i);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {numbers.length > 1 && (
        <label className="flex flex-wrap items-center gap-2 text-sm">
          {texts.block}
          <select
            value={number}
            onChange={({ target }) => choose(Number(target.value))}
            className="rounded-sm border border-line bg-surface px-2 py-1"
          >
            {numbers.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
          <span className="text-soft">{texts.order}</span>
        </label>
      )}
      <Detail query={block}>{({ cells }) => (cells === null ? null : <Anatomy key={number} cells={cells} />)}</Detail>
    </div>
  );
}
