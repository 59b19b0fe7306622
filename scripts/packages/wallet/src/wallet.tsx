// #region wallet
// src/wallet.tsx
import { useAccounts, useBalances, useHistory, useLiveState } from "@cairn/react";
import { useVerifiedAccount } from "@cairn/react/verify";
import { formatAmount, type Signer } from "@cairn/sdk";
import { Deposit, Outbox, Pay, Withdraw } from "./actions.tsx";

/** What the key can spend, and whether that is what the node has now. */
function Balance({ signer }: { signer: Signer }) {
  const { data, error, isLive, dataUpdatedAt } = useBalances({ key: signer.key, tokenId: 0 });
  const balance = data?.balances[0]?.balance ?? 0n;
  return (
    <h1>
      {data === undefined ? "…" : `${formatAmount(balance, 18)} ETH`}{" "}
      <small>{isLive ? "live" : `as of ${new Date(dataUpdatedAt).toLocaleTimeString()}`}</small>
      {error && <p role="alert">{error.message}</p>}
    </h1>
  );
}

/** What happened, newest first. */
function History() {
  const { data, hasNextPage, fetchNextPage } = useHistory();
  return (
    <section aria-label="history">
      {data?.entries.map(({ type, direction, amount, status, atMs, id, queuePosition }) => (
        <p key={`${atMs} ${type} ${id} ${queuePosition}`}>
          {type} {direction} {amount === null ? "" : formatAmount(amount, 18)} {status}
        </p>
      ))}
      {hasNextPage && (
        <button type="button" onClick={() => fetchNextPage()}>
          Older
        </button>
      )}
    </section>
  );
}

export function Wallet({ signer }: { signer: Signer }) {
  const { status } = useLiveState();
  return (
    <main>
      <Balance signer={signer} />
      <p>The node is {status === "live" ? "connected" : "not connected: what is shown may be old"}.</p>
      <Deposit />
      <Pay />
      <Withdraw />
      <Outbox />
      <History />
      <Checked signer={signer} />
    </main>
  );
}
// #endregion

// #region checked
/** The account as L1 vouches for it: the node is not believed. */
function Checked({ signer }: { signer: Signer }) {
  const { data: own } = useAccounts({ key: signer.key, tokenId: 0 });
  const account = own?.accounts[0]?.index;
  const { data, error } = useVerifiedAccount(account, { finality: "latest" });
  if (account === undefined) return null;
  return (
    <section aria-label="checked">
      Account {account}: {error ? error.code : "checked"}
      {data &&
        `, ${formatAmount(data.account.balance, 18)} ETH after batch ${data.batch}, in L1 block ${data.l1.block}`}
    </section>
  );
}
// #endregion
