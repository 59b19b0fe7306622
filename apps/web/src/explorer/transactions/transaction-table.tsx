import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useTokenLabels } from "../../data/tokens.ts";
import { Status } from "../../ui/status.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount, Hex } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { AccountLink } from "../names.tsx";
import { KINDS } from "./kinds.ts";
import { payeeOf } from "./payee.tsx";

const TEXTS = defineTexts({
  en: {
    transactions: "Transactions",
    id: "Transaction",
    kind: "Kind",
    from: "From",
    to: "To",
    amount: "Amount",
    status: "Status",
    empty: "No transactions.",
  },
  de: {
    transactions: "Transaktionen",
    id: "Transaktion",
    kind: "Art",
    from: "Von",
    to: "An",
    amount: "Betrag",
    status: "Stand",
    empty: "Keine Transaktionen.",
  },
});

/** A transaction in a list. */
export type Transaction = RouteResponse<"blockTransactions">["transactions"][number];

/** Transactions with what they move. */
export function TransactionTable({ transactions }: { readonly transactions: readonly Transaction[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const kinds = useTexts(KINDS);
  const tokenOf = useTokenLabels();
  const columns: readonly Column<Transaction>[] = [
    {
      name: texts.id,
      cell: ({ id }) => (
        <To place={placeOf.transaction(id)}>
          <Hex value={id} canCopy={false} />
        </To>
      ),
    },
    { name: texts.kind, from: "md", cell: ({ transaction }) => kinds[transaction.type] },
    { name: texts.from, from: "sm", cell: ({ transaction }) => <AccountLink index={transaction.from} /> },
    { name: texts.to, from: "sm", cell: (one) => payeeOf(one) },
    {
      name: texts.amount,
      isNumber: true,
      cell: ({ amount, transaction }) =>
        amount === null ? "–" : <Amount value={amount} token={tokenOf(transaction.tokenId)} />,
    },
    { name: texts.status, from: "md", cell: ({ status }) => <Status name={status} /> },
  ];
  return (
    <DataTable
      name={texts.transactions}
      columns={columns}
      rows={transactions}
      keyOf={({ id }) => id}
      empty={texts.empty}
    />
  );
}
