import type { ReactElement } from "react";
import { Explained } from "../blocks/anatomy.tsx";
import { partsOfCells } from "../blocks/parts-of-cells.ts";
import type { Example } from "./use-example.ts";

/** What is published of the payment. */
export function WordStep({ example: { transaction, block } }: { readonly example: Example }): ReactElement | null {
  const parts = block.cells === null ? [] : partsOfCells(block.cells);
  const at = parts.findIndex(({ slot }) => slot === transaction.inclusion.slot);
  return <Explained parts={parts} at={at} />;
}
