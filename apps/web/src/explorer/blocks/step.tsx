import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useNode } from "../../data/use-node.ts";
import { Icon } from "../../ui/icons.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { placeOf, To } from "../links.tsx";

const TEXTS = defineTexts({
  en: { around: "Blocks around it", before: (n: number) => `Block ${n}`, after: (n: number) => `Block ${n}` },
  de: { around: "Blöcke daneben", before: (n: number) => `Block ${n}`, after: (n: number) => `Block ${n}` },
});

/** To the blocks before and after one. */
export function Step({ number }: { readonly number: number }): ReactElement {
  const texts = useTexts(TEXTS);
  const { data } = useNode(["rollup"], ["block", "batch"], (node, options) => node.rollup(options));
  return (
    <nav aria-label={texts.around} className="-mt-4 flex gap-6 text-sm">
      {number > 1 && (
        <span className="inline-flex items-center gap-1">
          <Icon name="left" />
          <To place={placeOf.block(number - 1)}>{texts.before(number - 1)}</To>
        </span>
      )}
      {data !== undefined && number < data.lastBlock && (
        <span className="inline-flex items-center gap-1">
          <To place={placeOf.block(number + 1)}>{texts.after(number + 1)}</To>
          <Icon name="right" />
        </span>
      )}
    </nav>
  );
}
