import type { Account } from "@cairn/react";
import type { ReactElement, ReactNode } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useRollup } from "../../data/rollup.tsx";
import { useTokenLabels } from "../../data/tokens.ts";
import { truthOf } from "../../data/truth-of.ts";
import { useCheckedAccount } from "../../data/use-account.ts";
import { type Column, DataTable } from "../../ui/table.tsx";
import { Mark, type Truth } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount } from "../../ui/values.tsx";
import { useSession } from "../session/session.tsx";

const TEXTS = defineTexts({
  en: {
    accounts: "Accounts",
    account: "Account",
    balance: "Balance",
    key: "Key",
    own: "the opened one",
    other: "another one",
    keyless: "none",
    authorised: "Authorised on L1",
    yes: "yes",
    no: "no",
    truth: "Who says so",
    none: "No account yet.",
    action: "What to do",
  },
  de: {
    accounts: "Konten",
    account: "Konto",
    balance: "Guthaben",
    key: "Schlüssel",
    own: "der geöffnete",
    other: "ein anderer",
    keyless: "keiner",
    authorised: "Auf L1 erlaubt",
    yes: "ja",
    no: "nein",
    truth: "Wer das sagt",
    none: "Noch kein Konto.",
    action: "Was zu tun ist",
  },
});

/** Accounts of the session's owner, each checked against L1 by its proof; it leads to the explorer. */
export function AccountTable({
  accounts,
  action,
}: {
  readonly accounts: readonly Account[];
  /** Something to do with an account, in a column of its own. */
  readonly action?: (account: Account) => ReactNode;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const tokenOf = useTokenLabels();
  const { signer } = useSession();
  const keyText = ({ key }: Account): string => {
    if (BigInt(key) === signer.key) return texts.own;
    return BigInt(key) === 0n ? texts.keyless : texts.other;
  };
  const columns: readonly Column<Account>[] = [
    {
      name: texts.account,
      cell: ({ index }) => (
        <a href={`./index.html#/account/${index}`} className="link">
          {index}
        </a>
      ),
    },
    {
      name: texts.balance,
      isNumber: true,
      cell: ({ balance, tokenId }) => <Amount value={balance} token={tokenOf(tokenId)} />,
    },
    {
      name: texts.key,
      ...onPhone(action !== undefined),
      cell: (account) => <span data-key={account.index}>{keyText(account)}</span>,
    },
    {
      name: texts.authorised,
      from: "sm",
      cell: ({ index, ownerKey }) => <span data-authorised={index}>{ownerKey ? texts.yes : texts.no}</span>,
    },
    { name: texts.truth, ...onPhone(action === undefined), cell: (account) => <AccountMark account={account} /> },
  ];
  return (
    <DataTable
      name={texts.accounts}
      rows={accounts}
      keyOf={({ index }) => index}
      empty={texts.none}
      columns={action === undefined ? columns : [...columns, { name: texts.action, cell: action }]}
    />
  );
}

/** A phone has no room for all columns. */
function onPhone(isShown: boolean): { readonly from?: "sm" } {
  return isShown ? {} : { from: "sm" };
}

/** Whether L1 vouches for all that the node says of an account. */
function AccountMark({ account }: { readonly account: Account }): ReactElement {
  const { verifier } = useRollup();
  const check = useCheckedAccount(String(account.index), { ...account, balance: String(account.balance) });
  return <Mark truth={truthOfCheck(verifier !== null, check)} />;
}

function truthOfCheck(hasVerifier: boolean, { data, error }: ReturnType<typeof useCheckedAccount>): Truth {
  if (!hasVerifier || error !== null) return "node";
  if (data === undefined) return "checking";
  if (data.type === "unproven") return "older";
  return data.type === "verified" ? data.judgement.truth : truthOf(data.error);
}
