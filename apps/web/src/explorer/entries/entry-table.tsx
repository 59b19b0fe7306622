import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement, ReactNode } from "react";
import { defineTexts } from "../../base/locale.ts";
import { EntryAmount } from "../../data/entry-amount.tsx";
import { Status } from "../../ui/status.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Ago, Hex } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { AccountLink } from "../names.tsx";

const TEXTS = defineTexts({
  en: {
    history: "History",
    what: "What",
    age: "Age",
    amount: "Amount",
    from: "From",
    to: "To",
    status: "Status",
    empty: "Nothing has happened yet.",
    transfer: "Transfer",
    withdraw: "Withdrawal",
    deposit: "Deposit",
    forcedWithdraw: "Forced withdrawal",
    setKey: "New key",
    payout: "Payout",
    fees: "Fees",
  },
  de: {
    history: "Verlauf",
    what: "Was",
    age: "Alter",
    amount: "Betrag",
    from: "Von",
    to: "An",
    status: "Stand",
    empty: "Noch ist nichts geschehen.",
    transfer: "Überweisung",
    withdraw: "Auszahlung",
    deposit: "Einzahlung",
    forcedWithdraw: "Erzwungene Auszahlung",
    setKey: "Neuer Schlüssel",
    payout: "Auszahlung auf L1",
    fees: "Gebühren",
  },
});

/** A line of a history. */
export type Entry = RouteResponse<"accountHistory">["entries"][number];

/** What happened to an account or owner, newest first. */
export function EntryTable({ entries }: { readonly entries: readonly Entry[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const party = (one: Entry["from"]) =>
    one === null ? (
      "–"
    ) : one.account === null ? (
      <Hex value={one.owner} canCopy={false} />
    ) : (
      <AccountLink index={one.account} />
    );
  const columns: readonly Column<Entry>[] = [
    { name: texts.what, cell: (entry) => <WithPlace place={placeOfEntry(entry)}>{texts[entry.type]}</WithPlace> },
    { name: texts.age, from: "sm", cell: ({ atMs }) => <Ago ms={atMs} /> },
    { name: texts.from, from: "md", cell: ({ from }) => party(from) },
    { name: texts.to, from: "md", cell: ({ to }) => party(to) },
    {
      name: texts.amount,
      isNumber: true,
      cell: (entry) => <EntryAmount entry={entry} />,
    },
    { name: texts.status, cell: ({ status }) => <Status name={status} /> },
  ];
  return <DataTable name={texts.history} columns={columns} rows={entries} keyOf={keyOfEntry} empty={texts.empty} />;
}

function WithPlace({ place, children }: { readonly place: string | null; readonly children: string }): ReactNode {
  return place === null ? children : <To place={place}>{children}</To>;
}

function placeOfEntry({ id, queuePosition, payout, block }: Entry): string | null {
  if (id !== null) return placeOf.transaction(id);
  if (queuePosition !== null) return placeOf.queueEntry(queuePosition);
  if (payout !== null) return placeOf.payout(payout.block, payout.position);
  return block === null ? null : placeOf.block(block);
}

function keyOfEntry({ type, atMs, id, queuePosition, payout, block, slot }: Entry): string {
  return [type, atMs, id, queuePosition, payout?.block, payout?.position, block, slot].join(" ");
}
