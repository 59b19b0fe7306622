import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { usePages } from "../../data/use-pages.ts";
import { useTexts } from "../../ui/use-texts.ts";
import { ListPage } from "../list-page.tsx";
import { BlockTable } from "./block-table.tsx";

const TEXTS = defineTexts({
  en: { title: "Blocks", lead: "A block is one step of the state: the transactions that the node has put in order." },
  de: {
    title: "Blöcke",
    lead: "Ein Block ist ein Schritt des Zustands: die Transaktionen, die der Knoten in eine Reihenfolge gebracht hat.",
  },
});
const PAGE = 25;

/** All blocks, newest first. */
export function BlocksPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const pages = usePages(["blocks"], ["block", "batch"], (node, page, options) =>
    node.blocks({ limit: PAGE, ...page }, options),
  );
  return (
    <ListPage texts={texts} pages={pages}>
      {(answers) => <BlockTable blocks={answers.flatMap(({ blocks }) => blocks)} />}
    </ListPage>
  );
}
