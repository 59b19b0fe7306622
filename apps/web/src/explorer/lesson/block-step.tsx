import type { ReactElement } from "react";
import { useTexts } from "../../ui/use-texts.ts";
import { Anatomy } from "../blocks/anatomy.tsx";
import { BlockLink } from "../names.tsx";
import { TEXTS } from "./texts.ts";
import type { Example } from "./use-example.ts";

/** The block around the payment. */
export function BlockStep({ example: { transaction, block } }: { readonly example: Example }): ReactElement {
  const texts = useTexts(TEXTS);
  const { slot } = transaction.inclusion;
  return (
    <>
      <p className="text-sm">
        {texts.ofBlock} {texts.blockName} <BlockLink number={block.number} />, {texts.slot} {slot}.
      </p>
      {block.cells !== null && <Anatomy cells={block.cells} slot={slot} />}
    </>
  );
}
