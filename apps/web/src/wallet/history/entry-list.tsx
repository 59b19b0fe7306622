import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { EntryAmount } from "../../data/entry-amount.tsx";
import { useRollup } from "../../data/rollup.tsx";
import { Status } from "../../ui/status.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Ago, Hex } from "../../ui/values.tsx";
import { type Contact, contactsOf } from "../contacts/contacts.ts";
import { rollupName, useKept } from "../kept/use-kept.ts";
import { shownReference } from "../paying/reference.ts";
import { TEXTS } from "./texts.ts";

/** A line of a history. */
export type Entry = RouteResponse<"ownerHistory">["entries"][number];

/** What happened to the owner, newest first. */
export function EntryList({ entries }: { readonly entries: readonly Entry[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const { config } = useRollup();
  const contacts = useKept(contactsOf(rollupName(config)));
  const columns: readonly Column<Entry>[] = [
    {
      name: texts.what,
      cell: (entry) => (
        <>
          <a href={`./index.html#${placeOf(entry)}`} className="link">
            {texts.types[entry.type]}
          </a>
          {shownReference(entry.reference) !== null && (
            <span className="block text-xs wrap-anywhere text-soft">{shownReference(entry.reference)}</span>
          )}
        </>
      ),
    },
    { name: texts.when, from: "sm", cell: ({ atMs }) => <Ago ms={atMs} /> },
    { name: texts.who, from: "md", cell: (entry) => <Other entry={entry} contacts={contacts} /> },
    {
      name: texts.amount,
      isNumber: true,
      cell: (entry) => <EntryAmount entry={entry} />,
    },
    {
      name: texts.status,
      cell: ({ status, payout }) => (
        <>
          <Status name={payout?.status === "claimable" ? "claimable" : payout?.status === "paid" ? "paid" : status} />
          {payout?.status === "claimable" && (
            <Link href="/withdraw" className="link ml-2">
              {texts.claim}
            </Link>
          )}
        </>
      ),
    },
  ];
  return <DataTable name={texts.happened} columns={columns} rows={entries} keyOf={keyOf} empty={texts.empty} />;
}

/** Whom something came from or went to. */
function Other({ entry, contacts }: { readonly entry: Entry; readonly contacts: readonly Contact[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const party = entry.direction === "in" ? entry.from : entry.to;
  if (party === null) return <>–</>;
  const { account, owner } = party;
  const isThis = (payee: string) => payee.toLowerCase() === owner.toLowerCase() || payee === String(account);
  const contact = contacts.find(({ payee }) => isThis(payee));
  return (
    <>
      {contact !== undefined && <span className="font-medium">{contact.name} </span>}
      {account === null ? (
        <Hex value={owner} canCopy={false} />
      ) : (
        <span title={owner}>{texts.account(String(account))}</span>
      )}
    </>
  );
}

/** Where the explorer shows it. */
function placeOf({ id, queuePosition, payout, block }: Entry): string {
  if (id !== null) return `/transaction/${id}`;
  if (queuePosition !== null) return `/queue/${queuePosition}`;
  if (payout !== null) return `/payout/${payout.block}/${payout.position}`;
  return block === null ? "/" : `/block/${block}`;
}

function keyOf({ type, atMs, id, queuePosition, payout, block, slot }: Entry): string {
  return [type, atMs, id, queuePosition, payout?.block, payout?.position, block, slot].join(" ");
}
