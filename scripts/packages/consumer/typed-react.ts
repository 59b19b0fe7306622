/** Components as users write them: they must compile with every compiler and setting that the packages support. */
import { type HistoryEntry, useBalances, useHistory, useTransfer } from "@cairn/react";
import { useVerifiedAccount } from "@cairn/react/verify";
import { createElement, type ReactElement } from "react";

/** The state decides what there is. */
export function useEther(): bigint | string {
  const balances = useBalances({ tokenId: 0 });
  if (balances.isPending) return "loading";
  if (balances.isError) return balances.error.code;
  const sum: bigint | undefined = balances.data.balances[0]?.balance;
  return balances.isLive ? (sum ?? 0n) : "old";
}

/** Kinds decide statuses. */
export function Pay(): ReactElement {
  const { mutate, data, progress } = useTransfer();
  const status: "signed" | "received" | "confirmed" | "proven" | "final" | null =
    progress.isFailed || progress.status === null ? null : okay(progress.status);
  return createElement(
    "button",
    { type: "button", onClick: () => mutate({ to: 70, amount: 5n }) },
    status,
    data?.hashes()[0],
  );
}

export function useNewest(): HistoryEntry | undefined {
  return useHistory({ account: 70, direction: "in" }).data?.entries[0];
}

export function useChecked(): readonly [bigint | undefined, string | undefined] {
  const { data, error } = useVerifiedAccount(70, { finality: "finalized" });
  return [data?.account.balance, error?.code];
}

function okay<Status extends string>(status: Status) {
  const ends = ["reverted", "replaced", "rejected", "expired", "ineffective"] as const;
  return ends.some((end) => end === status) ? null : (status as Exclude<Status, (typeof ends)[number]>);
}
