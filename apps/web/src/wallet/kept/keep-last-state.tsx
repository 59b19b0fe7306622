import { type ReactElement, useEffect } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { useTokenLabels } from "../../data/tokens.ts";
import { useCheckedAccount } from "../../data/use-account.ts";
import { tokenName } from "../../ui/values.tsx";
import { type Account, useOwnAccounts } from "../paying/own-accounts.ts";
import { useSession } from "../session/state.tsx";
import { type LastAccount, lastStateOf } from "./last-state.ts";
import { rollupName } from "./use-kept.ts";

/** Accounts that are checked for the day without a network; the richest come first. */
const CHECKED = 8;

/** Keeps the accounts as the node tells them and L1 vouches for them, with the time. Is there as long as there is a session. */
export function KeepLastState(): ReactElement {
  const { owner } = useSession();
  const { config } = useRollup();
  const { data, dataUpdatedAt } = useOwnAccounts();
  const tokenOf = useTokenLabels();
  const labels = JSON.stringify(
    (data ?? []).map(({ tokenId }) => [tokenName(tokenOf(tokenId)), tokenOf(tokenId).decimals]),
  );
  useEffect(() => {
    if (data === undefined) return;
    const named = JSON.parse(labels) as readonly (readonly [string, number | null])[];
    lastStateOf(rollupName(config)).change((before) => {
      const accounts = data.map(({ index, owner: of, key, tokenId, balance }, place): LastAccount => {
        const [symbol = "", decimals = null] = named[place] ?? [];
        const same = before?.accounts.find((one) => one.index === index && one.balance === balance && one.key === key);
        const checkedAtMs = same?.checkedAtMs ?? null;
        return { index, owner: of, key, tokenId, balance, symbol, decimals, checkedAtMs };
      });
      return { owner, atMs: dataUpdatedAt, accounts };
    });
  }, [data, dataUpdatedAt, owner, config, labels]);
  return (
    <>
      {(data ?? []).slice(0, CHECKED).map((account) => (
        <KeepCheck key={account.index} account={account} />
      ))}
    </>
  );
}

/** Notes that L1 vouches for all that the node says of an account. */
function KeepCheck({ account }: { readonly account: Account }): null {
  const { config } = useRollup();
  const { data, dataUpdatedAt } = useCheckedAccount(String(account.index), account);
  const isChecked = data?.type === "verified" && data.judgement.truth === "checked";
  const { index, balance } = account;
  useEffect(() => {
    if (!isChecked) return;
    lastStateOf(rollupName(config)).change((before) => {
      if (before === null) return before;
      const isThis = (one: LastAccount) => one.index === index && one.balance === balance;
      return {
        ...before,
        accounts: before.accounts.map((one) => (isThis(one) ? { ...one, checkedAtMs: dataUpdatedAt } : one)),
      };
    });
  }, [isChecked, dataUpdatedAt, index, balance, config]);
  return null;
}
