import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { usePages } from "../../data/use-pages.ts";
import { Status } from "../../ui/status.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Ago, Count } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { ListPage } from "../list-page.tsx";

const TEXTS = defineTexts({
  en: {
    title: "Batches",
    lead: "A batch is what L1 accepts at once: some blocks, their data, and one proof for all of them.",
    batch: "Batch",
    unnumbered: "not on L1 yet",
    blocks: "Blocks",
    age: "Age",
    gas: "L1 gas",
    status: "Status",
    empty: "There is no batch yet.",
  },
  de: {
    title: "Batches",
    lead: "Ein Batch ist, was L1 auf einmal annimmt: einige Blöcke, ihre Daten und ein Beweis für alle.",
    batch: "Batch",
    unnumbered: "noch nicht auf L1",
    blocks: "Blöcke",
    age: "Alter",
    gas: "L1-Gas",
    status: "Stand",
    empty: "Es gibt noch keinen Batch.",
  },
});
const PAGE = 25;

type Batch = RouteResponse<"batches">["batches"][number];

/** All batches, newest first. */
export function BatchesPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const pages = usePages(["batches"], ["batch"], (node, page, options) =>
    node.batches({ limit: PAGE, ...page }, options),
  );
  const columns: readonly Column<Batch>[] = [
    {
      name: texts.batch,
      cell: ({ firstBlock, number }) => <To place={placeOf.batch(firstBlock)}>{number ?? texts.unnumbered}</To>,
    },
    {
      name: texts.blocks,
      cell: ({ firstBlock, lastBlock }) => (firstBlock === lastBlock ? firstBlock : `${firstBlock}–${lastBlock}`),
    },
    { name: texts.age, from: "sm", cell: ({ closedAtMs }) => <Ago ms={closedAtMs} /> },
    {
      name: texts.gas,
      isNumber: true,
      from: "sm",
      cell: ({ cost }) => (cost === null ? "–" : <Count value={cost.gasUsed} />),
    },
    { name: texts.status, cell: ({ status }) => <Status name={status} /> },
  ];
  return (
    <ListPage texts={texts} pages={pages}>
      {(answers) => (
        <DataTable
          name={texts.title}
          columns={columns}
          rows={answers.flatMap(({ batches }) => batches)}
          keyOf={({ firstBlock }) => firstBlock}
          empty={texts.empty}
        />
      )}
    </ListPage>
  );
}
