import { rollupAbi } from "@cairn/contracts";
import {
  completeCall,
  type Fate,
  fateOf,
  fateOfAsked,
  offerTransaction,
  raiseFees,
  replaced,
  type SignedTransaction,
  settled,
} from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { type Hex, TransactionNotFoundError, type TransactionReceipt } from "viem";
import type { CairnClient, L1Connection } from "../actions/context.ts";
import { askingL1 } from "../actions/l1-failure.ts";
import { isRetryable, sdkError } from "../errors.ts";
import type { L1Document, L1Kind } from "./document.ts";
import { describe, type Handle, type L1Receipt, STATUSES, type StatusOf } from "./handle.ts";
import { askedOf, signedOf } from "./l1-forms.ts";
import { sendingOf, signingWallet } from "./l1-sending.ts";
import { findPayout, readSettled, type SettledPayout } from "./payout.ts";
import { type EntryProgress, entriesOf, findEntry, type QueuedEntry } from "./queue-entry.ts";
import { type RequestStore, requestStore } from "./store.ts";
import { type WaitFor, waitForStatus } from "./wait.ts";

type Status = StatusOf<L1Kind>;

/** What L1 shows. */
type Seen =
  | { readonly type: "open"; readonly isShown: boolean }
  | { readonly type: "failed"; readonly status: "reverted" | "replaced"; readonly error: Error }
  | { readonly type: "mined"; readonly receipt: TransactionReceipt };

/** How often a signed transaction is offered to L1 again, in case L1 lost it. */
const RESEND_MS = 10_000;

/** A handle of a request to L1. */
export function l1Handle<Kind extends L1Kind>(
  client: CairnClient,
  document: L1Document & { readonly kind: Kind },
  { isResumed }: { readonly isResumed: boolean },
): Handle<Kind> {
  let current: L1Document = document;
  let failure: Error | null = null;
  /** L1 block of a transaction that reverted. */
  let failedAt: bigint | null = null;
  let lastOfferMs = isResumed ? Number.NEGATIVE_INFINITY : performance.now();
  const { kind, id } = document;

  /** Keeps what was learned, in the storage too while it has the request. */
  const update = async (sending: L1Document["sending"]): Promise<void> => {
    current = { ...current, sending };
    const requests = await storeOf(client);
    if (requests !== null && (await requests.find(id)) !== null) await requests.save(current);
  };

  const fate = async (l1: L1Connection): Promise<Fate> => {
    const { sending } = current;
    if (sending.by === "account") return fateOf(l1.reader, signedOf(current, sending));
    const { fate: found, nonce } = await fateOfAsked(l1.reader, askedOf(current, sending));
    if (nonce !== sending.nonce) await update({ ...sending, nonce });
    return found;
  };

  const see = async (l1: L1Connection): Promise<Seen> => {
    const found = await fate(l1);
    if (found.type === "mined") {
      try {
        const receipt = settled(callOf(current), found.receipt);
        return { type: "mined", receipt };
      } catch (error) {
        if (!isCairnError(error, "l1/transaction-reverted")) throw error;
        failedAt = found.receipt.blockNumber;
        return { type: "failed", status: "reverted", error };
      }
    }
    if (found.type === "replaced") {
      const attempts = hashesOf(current).map((hash) => ({ hash }));
      const error = await replaced(l1.reader, { ...callOf(current), attempts }, found.by);
      return { type: "failed", status: "replaced", error };
    }
    return { type: "open", isShown: found.type === "unclear" || (await isShown(l1, current)) };
  };

  const statusNow = async (): Promise<Status> => {
    const l1 = await client.cairn.l1();
    const seen = await see(l1);
    failure = seen.type === "failed" ? seen.error : null;
    if (seen.type === "failed") return seen.status;
    if (seen.type === "open") return seen.isShown ? "sent" : "prepared";
    return (await progress(client, l1, current, seen.receipt)).status;
  };

  /** Offers a signed transaction again, at first with the fees that the market requires now. */
  const push = async (l1: L1Connection, isShownNow: boolean): Promise<void> => {
    const { sending } = current;
    if (sending.by !== "account" || performance.now() - lastOfferMs < RESEND_MS) return;
    let transaction = signedOf(current, sending);
    const { call, from } = transaction;
    if (!isShownNow) await askingL1(call.name, () => completeCall(l1.reader, from, call, true)).catch(unlessRefused);
    const { account } = client;
    if (lastOfferMs === Number.NEGATIVE_INFINITY && account?.type === "local" && isSender(account, transaction)) {
      const raised = await raiseFees(l1.reader, signingWallet(account), transaction);
      if (raised !== null) {
        await update(sendingOf(raised));
        transaction = raised;
      }
    }
    lastOfferMs = performance.now();
    await offerTransaction(l1.reader, transaction).catch(unlessRefused);
  };

  const look = async (): Promise<Status> => {
    const status = await statusNow();
    if (!order.includes(status)) await dropWhenOver(status);
    if (status === "prepared" || status === "sent") await push(await client.cairn.l1(), status === "sent");
    return status;
  };

  const order: readonly Status[] = STATUSES[kind];

  /**
   * A request that can no longer happen is over, and so is one that has happened, unless its caller named it. A failure
   * that a reorg of L1 may undo is kept.
   */
  const dropWhenOver = async (status: Status): Promise<void> => {
    const isFailed = !order.includes(status);
    const isOver = isFailed ? await isFinalFailure() : status === "final" && !current.isNamed;
    if (isOver) await (await storeOf(client))?.remove(id);
  };
  const isFinalFailure = async (): Promise<boolean> => {
    if (!isCairnError(failure)) return true;
    if (failure.code === "l1/transaction-replaced") return failure.details.isFinal === true;
    return failedAt !== null && isFinal(await client.cairn.l1(), failedAt);
  };

  return {
    id,
    kind,
    status: async () => {
      const status = await statusNow();
      await dropWhenOver(status);
      return status as StatusOf<Kind>;
    },
    wait: async (options) => {
      const what = describe(document);
      const waiting = { what, id, order, firstCertain: "mined" as const, look, failure: failureOf };
      const status = await waitForStatus<Status>(waiting, options as WaitFor<Status>);
      await dropWhenOver(status);
      return status as StatusOf<Kind>;
    },
    receipt: (async () => {
      const l1 = await client.cairn.l1();
      const seen = await see(l1);
      if (seen.type !== "mined") return null;
      const { status: _, ...made } = await progress(client, l1, current, seen.receipt);
      return { transaction: seen.receipt, ...made } satisfies L1Receipt;
    }) as Handle<Kind>["receipt"],
    hashes: () => hashesOf(current).slice(-1),
    toJSON: () => current as ReturnType<Handle<Kind>["toJSON"]>,
    forget: async ({ undecided = false } = {}) => {
      const status = undecided ? "final" : await statusNow();
      if (order.includes(status) && order.indexOf(status) < order.indexOf("mined")) {
        throw sdkError("sdk/outcome-unknown", `${describe(document)} is ${status}: it may still happen`, {
          details: { id, status },
        });
      }
      await (await storeOf(client))?.remove(id);
    },
  };

  function failureOf(status: string): Error {
    failure ??= sdkError("sdk/not-reached", `${describe(document)} is ${status}`, { details: { id, status } });
    return failure;
  }
}

/** L1 may take a transaction later, or hold it already: what it says next time counts. */
function unlessRefused(error: unknown): void {
  if (!isCairnError(error, "l1/transaction-refused")) throw error;
}

async function storeOf({ cairn }: CairnClient): Promise<RequestStore | null> {
  return cairn.hasStorage ? requestStore(cairn.storage(), (await cairn.l1()).domain) : null;
}

/** How far a mined request is, and what it made. */
interface Progress extends Omit<L1Receipt, "transaction"> {
  readonly status: Status;
}

async function progress(
  client: CairnClient,
  l1: L1Connection,
  { kind }: L1Document,
  receipt: TransactionReceipt,
): Promise<Progress> {
  const isQueued = kind === "deposit" || kind === "setKey" || kind === "forceWithdraw";
  const [entry = null] = isQueued ? entriesOf(l1.address, receipt) : [];
  const nothing = { entry, outcome: null, payout: null };
  if (entry === null) return { status: (await isFinal(l1, receipt.blockNumber)) ? "final" : "mined", ...nothing };
  const [latest, finalized, seen] = await Promise.all([
    queueHead(l1, "latest"),
    finalizedHead(l1),
    askNode(client, entry, receipt.transactionHash),
  ]);
  const outcome = seen?.outcome ?? null;
  if (latest <= entry.position) return { status: softStatus(seen), entry, outcome, payout: null };
  const isFinalEntry = finalized !== null && finalized > entry.position;
  if (kind !== "forceWithdraw") return { status: isFinalEntry ? "final" : "proven", entry, outcome, payout: null };
  const payout = await forcedPayout(client, l1, entry, seen);
  const isFinalPayout = payout !== null && isFinalEntry && (await isFinal(l1, BigInt(payout.l1Block)));
  const isVain = outcome?.type === "noEffect" && isFinalEntry;
  const status = isFinalPayout ? "final" : (payout?.status ?? (isVain ? "ineffective" : "proven"));
  return { status, entry, outcome, payout };
}

/** What the node says of an entry that L1 has not seen in a batch; nothing beyond `confirmed` is its to say. */
function softStatus(seen: EntryProgress | null): Status {
  if (seen === null || seen.status === "unseen") return "mined";
  return seen.status === "queued" ? "queued" : "confirmed";
}

/** Null without a node, and while it does not answer: what L1 shows does not depend on it. */
async function askNode(client: CairnClient, { position }: QueuedEntry, hash: Hex): Promise<EntryProgress | null> {
  if (!client.cairn.hasNode) return null;
  try {
    return await findEntry(await client.cairn.node(), position, hash);
  } catch (error) {
    if (isRetryable(error)) return null;
    throw error;
  }
}

/** The payout of a forced withdrawal: where it is the node knows, and what became of it L1 says. */
async function forcedPayout(
  client: CairnClient,
  l1: L1Connection,
  { owner }: QueuedEntry,
  seen: EntryProgress | null,
): Promise<SettledPayout | null> {
  const { block, outcome } = seen ?? { block: null, outcome: null };
  if (block === null || outcome?.type !== "exited" || outcome.tokenId === null || outcome.amount === null) return null;
  const query = { block, recipient: owner, tokenId: outcome.tokenId, amount: BigInt(outcome.amount) };
  const view = await findPayout(await client.cairn.node(), query);
  return view === null ? null : readSettled(l1, view);
}

async function queueHead({ reader, address }: L1Connection, blockTag: "latest" | "finalized"): Promise<number> {
  const state = await reader.readContract({ address, abi: rollupAbi, functionName: "state", blockTag });
  return Number(state.queueHead);
}

/** Null where the contract did not exist in L1's last final block, or the RPC knows no such block. */
async function finalizedHead(l1: L1Connection): Promise<number | null> {
  return queueHead(l1, "finalized").catch(() => null);
}

async function isFinal({ reader }: L1Connection, block: bigint): Promise<boolean> {
  const final = await reader.getBlock({ blockTag: "finalized" }).catch(() => null);
  return final?.number != null && final.number >= block;
}

async function isShown({ reader }: L1Connection, document: L1Document): Promise<boolean> {
  if (document.sending.by === "wallet") return document.sending.hash !== null;
  for (const hash of hashesOf(document)) {
    try {
      await reader.getTransaction({ hash });
      return true;
    } catch (error) {
      if (!(error instanceof TransactionNotFoundError)) throw error;
    }
  }
  return false;
}

function callOf(document: L1Document): Pick<SignedTransaction, "from" | "nonce" | "call"> {
  const { sending } = document;
  if (sending.by === "account") return signedOf(document, sending);
  const { from, call, nonce } = askedOf(document, sending);
  return { from, call, nonce: nonce ?? 0 };
}

/** Hashes of all versions, oldest first. */
function hashesOf({ sending }: L1Document): Hex[] {
  const hashes = sending.by === "account" ? sending.attempts.map(({ hash }) => hash) : [sending.hash];
  return hashes.flatMap((hash) => (hash === null ? [] : [hash as Hex]));
}

function isSender({ address }: { readonly address: string }, { from }: SignedTransaction): boolean {
  return address.toLowerCase() === from.toLowerCase();
}
