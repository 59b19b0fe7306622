import { isCairnError } from "@cairn/protocol";
import { cairn, formatAmount, parseAmount, type Signer, webStorage } from "@cairn/sdk";
import { createClient, custom, type EIP1193Provider } from "viem";
import {
  CairnProvider,
  useBalances,
  useHistory,
  useLiveState,
  usePaymentRequest,
  useRequestPayment,
  useRequests,
  useTransfer,
} from "../src/index.ts";
import { useVerifiedAccount } from "../src/verify/index.ts";

// #region provider
/** A client for a page: the wallet signs on L1, the signer on L2. Made once, outside of components. */
export function connectPage(wallet: EIP1193Provider, account: `0x${string}`, signer: Signer) {
  const config = { rollup: "0x5FbDB2315678afecb367f032d93F642f64180aa3", node: "https://node.example" };
  return createClient({ account, transport: custom(wallet) }).extend(
    cairn({ ...config, signer, storage: webStorage() }),
  );
}

export function App({ client }: { client: ReturnType<typeof connectPage> }) {
  return (
    <CairnProvider client={client}>
      <Wallet />
    </CairnProvider>
  );
}
// #endregion

// #region wallet
export function Wallet() {
  const { data, error, isPending, isLive, dataUpdatedAt } = useBalances();
  if (isPending) return <p>Loading …</p>;
  return (
    <section>
      {error && <p role="alert">{error.message}</p>}
      {data?.balances.map(({ tokenId, balance }) => (
        <p key={tokenId}>{tokenId === 0 ? `${formatAmount(balance, 18)} ETH` : `${balance} of token ${tokenId}`}</p>
      ))}
      {!isLive && <small>as of {new Date(dataUpdatedAt).toLocaleTimeString()}</small>}
    </section>
  );
}
// #endregion

// #region history
export function History() {
  const { data, hasNextPage, fetchNextPage } = useHistory({ type: "transfer" });
  return (
    <section>
      {data?.entries.map(({ atMs, id, direction, amount, status }) => (
        <p key={`${atMs} ${id}`}>
          {direction === "in" ? "+" : "−"}
          {String(amount)} {status}
        </p>
      ))}
      {hasNextPage && (
        <button type="button" onClick={() => fetchNextPage()}>
          older
        </button>
      )}
    </section>
  );
}
// #endregion

// #region pay
export function PayForm({ to, amount }: { to: string | number; amount: string }) {
  const { mutate, isPending, error, progress } = useTransfer();
  return (
    <section>
      <button type="button" disabled={isPending} onClick={() => mutate({ to, amount: parseAmount(amount, 18) })}>
        Pay {amount} ETH
      </button>
      {isCairnError(error, "sdk/outcome-unknown") && <p>Nobody knows yet. Press again: it pays at most once.</p>}
      {error && <p role="alert">{error.message}</p>}
      {progress.status && <p>{progress.status}</p>}
    </section>
  );
}
// #endregion

// #region open
/** What is on its way, also from before the last reload. */
export function Outbox() {
  const { requests } = useRequests();
  const open = requests.filter(({ progress }) => !progress.isOver);
  return (
    <ul>
      {open.map(({ handle, progress }) => (
        <li key={handle.id}>
          {handle.kind}: {progress.status ?? "…"} {progress.error?.message}
        </li>
      ))}
    </ul>
  );
}
// #endregion

// #region shop
/** Asks for a payment, and sees that it comes. */
export function Checkout({ order }: { order: number }) {
  const { mutate, data: asked, error } = useRequestPayment();
  const { data: request } = usePaymentRequest(asked?.link);
  if (asked === undefined)
    return (
      <button type="button" onClick={() => mutate({ amount: parseAmount("0.01", 18), reference: `order ${order}` })}>
        Ask for 0.01 ETH {error?.message}
      </button>
    );
  return (
    <p>
      <a href={asked.link}>pay</a>: {request?.status ?? "open"} {request?.certainty}
    </p>
  );
}
// #endregion

// #region verified
/** The account as L1 vouches for it, without trusting the node. */
export function Checked({ account }: { account: number }) {
  const { data, error } = useVerifiedAccount(account, { finality: "finalized" });
  if (error) return <p role="alert">{error.code}</p>;
  if (data === undefined) return <p>checking …</p>;
  return (
    <p>
      {formatAmount(data.account.balance, 18)} ETH, in L1 block {data.l1.block}
    </p>
  );
}
// #endregion

// #region state
/** Says whether the page hears of what happens. */
export function Connection() {
  const state = useLiveState();
  return state.status === "live" ? <p>live</p> : <p>{state.status}: what is shown may be old</p>;
}
// #endregion
