import type { Holdings } from "@cairn/verify";
import type { ReactElement } from "react";
import { type Column, DataTable } from "../../ui/table.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, amountText, type TokenLabel } from "../../ui/values.tsx";
import { accountsToLeave } from "./plan.ts";
import { TEXTS } from "./texts.ts";

const ETH = 0;

interface Row {
  readonly key: string;
  readonly what: string;
  readonly tokenId: number;
  readonly amount: bigint;
  readonly note?: string;
}

/** Everything that the rollup has of an owner, a line each. */
export function HoldingsTable({
  holdings,
  tokenOf,
}: {
  readonly holdings: Holdings;
  readonly tokenOf: (id: number) => TokenLabel;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { kinds } = texts;
  const named = (wei: bigint) => `${amountText(wei, 18, locale)} ETH`;
  const count = (value: number) => new Intl.NumberFormat(locale).format(value);
  const rows: readonly Row[] = [
    ...accountsToLeave(holdings).map(({ index, account: { tokenId, balance } }) => ({
      key: `account ${index}`,
      what: kinds.account(String(index)),
      tokenId,
      amount: balance,
    })),
    ...holdings.entries.map(({ position, operation, feeWei }) => ({
      key: `entry ${position}`,
      what: kinds[operation.type](String(position)),
      ...(operation.type === "deposit"
        ? { tokenId: operation.tokenId, amount: operation.amount, note: texts.feeBack(named(feeWei)) }
        : { tokenId: ETH, amount: feeWei, note: texts.feeOnly }),
    })),
    ...holdings.payouts.map(({ batch, position, tokenId, amount }) => ({
      key: `payout ${batch} ${position}`,
      what: kinds.payout(count(batch)),
      tokenId,
      amount,
    })),
    ...holdings.claims.map(({ tokenId, amount }) => ({ key: `claim ${tokenId}`, what: kinds.claim, tokenId, amount })),
  ];
  const columns: readonly Column<Row>[] = [
    { name: texts.what, cell: ({ what }) => what },
    {
      name: texts.amount,
      isNumber: true,
      cell: ({ tokenId, amount, note }) => (
        <span data-held={`${tokenId}:${amount}`}>
          <Amount value={amount} token={tokenOf(tokenId)} />
          {note !== undefined && <span className="block text-xs text-soft">{note}</span>}
        </span>
      ),
    },
    { name: texts.says, from: "sm", cell: () => <Mark truth="checked" /> },
  ];
  const empty = holdings.isFrozen ? texts.nothingFrozen : texts.nothing;
  return <DataTable name={texts.yours} columns={columns} rows={rows} keyOf={({ key }) => key} empty={empty} />;
}
