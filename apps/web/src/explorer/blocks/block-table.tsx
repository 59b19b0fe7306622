import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { Status } from "../../ui/status.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Ago, Count } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";

const TEXTS = defineTexts({
  en: {
    blocks: "Blocks",
    block: "Block",
    age: "Age",
    transactions: "Transactions",
    fromL1: "From L1",
    status: "Status",
    empty: "There is no block yet. The first deposit makes one.",
  },
  de: {
    blocks: "Blöcke",
    block: "Block",
    age: "Alter",
    transactions: "Transaktionen",
    fromL1: "Von L1",
    status: "Stand",
    empty: "Es gibt noch keinen Block. Die erste Einzahlung macht einen.",
  },
});

/** A block as lists have it. */
export type Block = RouteResponse<"blocks">["blocks"][number];

/** Blocks, newest first. */
export function BlockTable({ blocks }: { readonly blocks: readonly Block[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const columns: readonly Column<Block>[] = [
    {
      name: texts.block,
      cell: ({ number }) => (
        <To place={placeOf.block(number)}>
          <Count value={number} />
        </To>
      ),
    },
    { name: texts.age, cell: ({ openedAtMs }) => <Ago ms={openedAtMs} /> },
    {
      name: texts.transactions,
      isNumber: true,
      from: "sm",
      cell: ({ transactions }) => <Count value={transactions} />,
    },
    { name: texts.fromL1, isNumber: true, from: "md", cell: ({ l1Operations }) => <Count value={l1Operations} /> },
    { name: texts.status, cell: ({ status }) => <Status name={status} /> },
  ];
  return (
    <DataTable name={texts.blocks} columns={columns} rows={blocks} keyOf={({ number }) => number} empty={texts.empty} />
  );
}
