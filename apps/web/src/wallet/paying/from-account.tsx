import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { useTokenLabels } from "../../data/tokens.ts";
import { Select } from "../../ui/field.tsx";
import { TokenSelect } from "../../ui/token-select.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { amountText, tokenName } from "../../ui/values.tsx";
import { type Account, tokensOf } from "./own-accounts.ts";

const TEXTS = defineTexts({
  en: {
    from: "From",
    account: (index: string, balance: string) => `Account ${index}: ${balance}`,
    none: "You have no account with this key yet.",
    deposit: "Make a deposit",
  },
  de: {
    from: "Von",
    account: (index: string, balance: string) => `Konto ${index}: ${balance}`,
    none: "Sie haben mit diesem Schlüssel noch kein Konto.",
    deposit: "Geld einzahlen",
  },
});

/** What a user has chosen; null where they have not. */
interface AccountChoice {
  readonly tokenId: number | null;
  readonly index: number | null;
}

/**
 * The account of a form, and how to choose another: the one that the user named, else the richest in the token, else the
 * richest. Throws a TypeError without any account.
 */
export function useFromAccount(
  accounts: readonly Account[],
): readonly [account: Account, choose: (choice: AccountChoice) => void] {
  const [{ tokenId, index }, choose] = useState<AccountChoice>({ tokenId: null, index: null });
  const token = tokenId ?? tokensOf(accounts)[0];
  const inToken = accounts.filter((account) => account.tokenId === token);
  const account = inToken.find((one) => one.index === index) ?? inToken[0];
  if (account === undefined) throw new TypeError("a form that pays needs an account");
  return [account, choose];
}

/** Chooses a token, and where there are several accounts in it, one of them. */
export function FromAccount({
  accounts,
  chosen,
  onChange,
  label,
}: {
  readonly accounts: readonly Account[];
  readonly chosen: Account;
  readonly onChange: (choice: { readonly tokenId: number; readonly index: number | null }) => void;
  readonly label?: string;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const tokenOf = useTokenLabels();
  const { tokenId } = chosen;
  const inToken = accounts.filter((account) => account.tokenId === tokenId);
  const named = ({ index, balance }: Account) => {
    const token = tokenOf(tokenId);
    return texts.account(
      String(index),
      `${amountText(BigInt(balance), token.decimals ?? 0, locale)} ${tokenName(token)}`,
    );
  };
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TokenSelect
        tokens={tokensOf(accounts).map(tokenOf)}
        value={tokenId}
        onChange={(id) => onChange({ tokenId: id, index: null })}
      />
      <Select
        label={label ?? texts.from}
        value={String(chosen.index)}
        options={inToken.map((account) => ({ value: String(account.index), text: named(account) }))}
        onChange={(index) => onChange({ tokenId, index: Number(index) })}
      />
    </div>
  );
}

/** Stands where somebody without an account would pay. */
export function NoAccount(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <p role="status" className="card px-4 py-6 text-sm">
      {texts.none}{" "}
      <Link href="/deposit" className="link">
        {texts.deposit}
      </Link>
    </p>
  );
}
