import type { Solvency, TokenSolvency } from "@cairn/verify";
import type { ReactElement } from "react";
import { useTokensOnL1 } from "../../data/use-restorer.ts";
import { type Column, DataTable } from "../../ui/table.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, amountText, tokenName } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { TEXTS } from "./texts.ts";

/** What the contract owes and has, token by token. */
export function SolvencyTable({ solvency }: { readonly solvency: Solvency }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const tokenOf = useTokensOnL1(solvency.tokens.map(({ tokenId }) => tokenId));
  const amount = ({ tokenId }: TokenSolvency, value: bigint) => <Amount value={value} token={tokenOf(tokenId)} />;
  const missing = ({ tokenId, totalOwed, custody, balance, problem }: TokenSolvency): string => {
    const [wanted, there] = problem === "custody-too-small" ? [totalOwed, custody] : [custody, balance ?? 0n];
    const token = tokenOf(tokenId);
    return `${amountText(wanted - there, token.decimals ?? 0, locale)} ${tokenName(token)}`;
  };
  const columns: readonly Column<TokenSolvency>[] = [
    { name: texts.token, cell: ({ tokenId }) => <To place={placeOf.token(tokenId)}>{tokenName(tokenOf(tokenId))}</To> },
    { name: texts.balances, isNumber: true, from: "md", cell: (token) => amount(token, token.owed.balances) },
    {
      name: texts.waiting,
      isNumber: true,
      from: "md",
      cell: (token) => amount(token, token.owed.waitingDeposits + token.owed.submitterFees),
    },
    {
      name: texts.payouts,
      isNumber: true,
      from: "md",
      cell: (token) => amount(token, token.owed.unpaidPayouts + token.owed.claimable),
    },
    { name: texts.owed, isNumber: true, cell: (token) => amount(token, token.totalOwed) },
    { name: texts.custody, isNumber: true, from: "sm", cell: (token) => amount(token, token.custody) },
    {
      name: texts.held,
      isNumber: true,
      from: "sm",
      cell: (token) => (token.balance === null ? "–" : amount(token, token.balance)),
    },
    {
      name: texts.verdict,
      cell: (token) =>
        token.problem === null ? (
          <Mark truth="checked" text={texts.covered} />
        ) : (
          <Mark truth="refuted" text={texts.problems[token.problem](missing(token))} />
        ),
    },
  ];
  return (
    <DataTable
      name={texts.solvency}
      columns={columns}
      rows={solvency.tokens}
      keyOf={({ tokenId }) => tokenId}
      empty={texts.noTokens}
    />
  );
}
