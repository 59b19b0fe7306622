import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useTokenLabels } from "../../data/tokens.ts";
import { Status } from "../../ui/status.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Ago, Amount } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { Owner } from "../names.tsx";
import { ENTRY_KINDS } from "./kinds.ts";

const TEXTS = defineTexts({
  en: {
    queue: "Entries of the L1 queue",
    position: "Position",
    kind: "Kind",
    owner: "Owner",
    amount: "Amount",
    age: "Age",
    status: "Status",
    empty: "Nothing was asked for on L1 yet.",
  },
  de: {
    queue: "Einträge der L1-Warteschlange",
    position: "Platz",
    kind: "Art",
    owner: "Eigentümer",
    amount: "Betrag",
    age: "Alter",
    status: "Stand",
    empty: "Auf L1 wurde noch nichts verlangt.",
  },
});
const MS_PER_SECOND = 1000;

/** An entry of the L1 queue. */
export type QueueEntry = RouteResponse<"queue">["entries"][number];

/** Entries of the L1 queue. */
export function QueueTable({ entries }: { readonly entries: readonly QueueEntry[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const kinds = useTexts(ENTRY_KINDS);
  const tokenOf = useTokenLabels();
  const columns: readonly Column<QueueEntry>[] = [
    { name: texts.position, cell: ({ position }) => <To place={placeOf.queueEntry(position)}>{position}</To> },
    { name: texts.kind, cell: ({ type }) => kinds[type] },
    { name: texts.owner, from: "md", cell: ({ owner }) => <Owner address={owner} /> },
    {
      name: texts.amount,
      isNumber: true,
      cell: ({ amount, tokenId }) =>
        amount === null || tokenId === null ? "–" : <Amount value={amount} token={tokenOf(tokenId)} />,
    },
    { name: texts.age, from: "sm", cell: ({ enqueuedAt }) => <Ago ms={enqueuedAt * MS_PER_SECOND} /> },
    { name: texts.status, from: "sm", cell: ({ status }) => <Status name={status} /> },
  ];
  return (
    <DataTable
      name={texts.queue}
      columns={columns}
      rows={entries}
      keyOf={({ position }) => position}
      empty={texts.empty}
    />
  );
}
