import { type Domain, decodeFloat40, MAX_BATCH_AGE_SECONDS, type Withdraw } from "@cairn/protocol";
import { type RouteResponse, type TransactionReceipt, type TransactionStatus, wordToBigint } from "@cairn/rpc";
import type { CairnClient, L1Connection } from "../actions/context.ts";
import { fillGap } from "../actions/fill-gap.ts";
import type { NodeClient } from "../client.ts";
import { inParallel } from "../delay.ts";
import { apiErrorOf, sdkError } from "../errors.ts";
import { badAnswer } from "../http.ts";
import { findAccount } from "../payee.ts";
import type { L2Document, L2Kind } from "./document.ts";
import { describe, type Handle, type L2Receipt, STATUSES, type StatusOf } from "./handle.ts";
import { isBatchOnL1, isNoReceipt, readReceipt } from "./inclusion.ts";
import { groupsOf, isSameJson, type SentTransaction, transactionsOf } from "./l2-forms.ts";
import { submitGroup } from "./l2-sending.ts";
import { giveBack, holdersOf, withNonces } from "./nonces.ts";
import { findPayout, type PayoutView, readSettled } from "./payout.ts";
import { requestStore } from "./store.ts";
import { type WaitFor, waitForStatus } from "./wait.ts";

type Status = StatusOf<L2Kind>;
type View = RouteResponse<"transaction">;

/** What is known of one transaction. */
export interface Seen {
  readonly status: Status;
  readonly view: View | null;
  readonly proof: { readonly json: RouteResponse<"receipt">; readonly receipt: TransactionReceipt } | null;
  readonly payout: PayoutView | null;
  /** Why it failed. */
  readonly reason: unknown;
}

const FAILED = ["rejected", "replaced", "expired"] as const satisfies TransactionStatus[];
/** How often the same is submitted again to a node that does not know it. */
const RESEND_MS = 2_000;
/** How often it is looked whether a missing nonce holds a transaction up. */
const GAP_MS = 10_000;

/** A handle of a request to the node. */
export function l2Handle<Kind extends L2Kind>(
  client: CairnClient,
  document: L2Document & { readonly kind: Kind },
  { isResumed }: { readonly isResumed: boolean },
): Handle<Kind> {
  const { kind, id, account } = document;
  const order: readonly Status[] = orderOf(document);
  /** Failures that submitting found out: the node keeps no record of what it refuses. */
  const refused = new Map<string, unknown>();
  let lastPushMs = isResumed ? Number.NEGATIVE_INFINITY : performance.now();
  let lastGapMs = performance.now();
  let failure: Error | null = null;

  /** A document never changes, and each id in it costs a hash. */
  let transactions: readonly SentTransaction[] | null = null;
  const sentIn = (domain: Domain): readonly SentTransaction[] => {
    transactions ??= transactionsOf(document, domain);
    return transactions;
  };
  const sentNow = async (): Promise<readonly SentTransaction[]> => sentIn((await client.cairn.l1()).domain);

  const seeAll = async (): Promise<{ readonly sent: SentTransaction; readonly seen: Seen }[]> => {
    const [l1, node, sent] = await Promise.all([client.cairn.l1(), client.cairn.node(), sentNow()]);
    const look = async (one: SentTransaction): Promise<Seen> =>
      refused.has(one.id) ? failed("rejected", null, refused.get(one.id)) : see(l1, node, one, document);
    return inParallel(
      sent.filter(({ isOwn }) => isOwn),
      async (one) => ({ sent: one, seen: await look(one) }),
    );
  };

  /** The least advanced; a failure only once none is on its way. */
  const statusOf = async (all: Awaited<ReturnType<typeof seeAll>>): Promise<Status> => {
    const failures = all.filter(({ seen }) => !order.includes(seen.status));
    failure = failures.length === 0 ? null : failureOf(document, failures);
    const [first] = failures;
    const rest = all.filter(({ seen }) => order.includes(seen.status)).map(({ seen }) => order.indexOf(seen.status));
    const isSettled = rest.every((at) => at >= order.indexOf("confirmed"));
    if (first !== undefined && isSettled) return first.seen.status;
    const least = rest.length === 0 ? undefined : order[Math.min(...rest)];
    return least ?? first?.seen.status ?? "signed";
  };

  const statusNow = async (): Promise<Status> => {
    const all = await seeAll();
    await release(all);
    return statusOf(all);
  };

  /** Nonces of what is over are free, and a request without a name of the caller's ends with its result. */
  const release = async (all: Awaited<ReturnType<typeof seeAll>>): Promise<void> => {
    if (!client.cairn.hasStorage) return;
    const isOver = ({ seen }: (typeof all)[number]) => seen.status === "final" || !order.includes(seen.status);
    const over = all.filter(isOver);
    if (over.length === 0) return;
    const store = requestStore(client.cairn.storage(), (await client.cairn.l1()).domain);
    const given = over.map(({ sent, seen }) => lossOf(sent, seen.status !== "final"));
    await withNonces({ store }, account, () => giveBack({ store }, account, given, id));
    const statuses = all.map(({ seen }) => seen.status);
    if (isForgettable(statuses, document)) await store.remove(id);
  };

  /** What others have sent before it may have failed without anybody looking, and still hold a nonce. */
  const releaseOthers = async (): Promise<void> => {
    const [{ domain }, node] = await Promise.all([client.cairn.l1(), client.cairn.node()]);
    const store = requestStore(client.cairn.storage(), domain);
    const view = await findAccount(node, account);
    for (const holder of view === null ? [] : await holdersOf({ store }, view)) {
      const other = holder === id ? null : await store.find(holder);
      if (other !== null && "account" in other) await l2Handle(client, other, { isResumed: true }).status();
    }
  };

  /** Submits what the node does not know, and fills gaps before what waits. */
  const push = async (status: Status, signal: AbortSignal): Promise<void> => {
    const nowMs = performance.now();
    if (status === "signed" && nowMs - lastPushMs >= RESEND_MS) {
      lastPushMs = nowMs;
      const node = await client.cairn.node();
      for (const group of groupsOf(document, await sentNow())) {
        const result = await submitGroup(node, group, signal);
        if (result.type === "rejected") for (const one of group) refused.set(one.id, result.reason);
      }
    }
    if (status === "received" && nowMs - lastGapMs >= GAP_MS) {
      lastGapMs = nowMs;
      if (!client.cairn.hasSigner || !client.cairn.hasStorage) return;
      await releaseOthers();
      await fillGap(client, account);
    }
  };

  const look = async (signal: AbortSignal): Promise<Status> => {
    const status = await statusNow();
    if (document.role !== "maker") await push(status, signal);
    return status;
  };

  const failureNow = (status: string): Error =>
    failure ?? sdkError("sdk/not-reached", `${describe(document)} is ${status}`, { details: { id, status } });

  return {
    id,
    kind,
    status: async () => (await statusNow()) as StatusOf<Kind>,
    wait: async (options) => {
      const waiting = { what: describe(document), id, order, firstCertain: "confirmed" as const, look };
      const status = await waitForStatus<Status>({ ...waiting, failure: failureNow }, options as WaitFor<Status>);
      return status as StatusOf<Kind>;
    },
    receipt: (async () => {
      const all = await seeAll();
      const receipts = all.flatMap(({ sent, seen }) => receiptOf(sent, seen));
      return receipts.length < all.length ? null : receipts;
    }) as Handle<Kind>["receipt"],
    hashes: () => {
      const { chainId, rollup } = document;
      const domain = { chainId: BigInt(chainId), rollup: wordToBigint(rollup) };
      return sentIn(domain).flatMap(({ id: hash, isOwn }) => (isOwn ? [hash] : []));
    },
    toJSON: () => document as ReturnType<Handle<Kind>["toJSON"]>,
    forget: async ({ undecided = false } = {}) => {
      const all = await (undecided ? sentNow().then(unseen) : seeAll());
      const open = all.filter(
        ({ seen }) => order.includes(seen.status) && order.indexOf(seen.status) < order.indexOf("confirmed"),
      );
      if (!undecided && open.length > 0) {
        throw sdkError("sdk/outcome-unknown", `${describe(document)} may still happen`, {
          details: { id, statuses: open.map(({ seen }) => seen.status) },
        });
      }
      const store = requestStore(client.cairn.storage(), (await client.cairn.l1()).domain);
      const given = all.map(({ sent, seen }) => lossOf(sent, undecided || !order.includes(seen.status)));
      await withNonces({ store }, account, () => giveBack({ store }, account, given, id));
      await store.remove(id);
    },
  };
}

/**
 * Whether a request is over and need not be kept: all of it failed, so that its id may be used again, or it has no id of
 * the caller's. One of which some is paid stays under its id: repeated without it, it would pay that again.
 */
export function isForgettable(
  statuses: readonly Status[],
  document: Pick<L2Document, "kind" | "role" | "isNamed">,
): boolean {
  const order = orderOf(document);
  const isAllFailed = statuses.every((status) => !order.includes(status));
  const isAllOver = statuses.every((status) => status === "final" || !order.includes(status));
  return isAllOver && (isAllFailed || !document.isNamed);
}

/** What is known of a transaction: the node's word up to `confirmed`; L1's after that. Throws as `status` does. */
export async function see(
  l1: L1Connection,
  node: NodeClient,
  sent: SentTransaction,
  document: Pick<L2Document, "role">,
): Promise<Seen> {
  const view = await node.transaction({ id: sent.id }).catch((error: unknown) => {
    if (apiErrorOf(error)?.code === "not-found") return null;
    throw error;
  });
  if (view === null) return notThere(sent, document);
  if (view.id.toLowerCase() !== sent.id || !isSameJson(view.transaction, sent.json))
    throw badAnswer(`the node answers about another transaction than ${sent.id}`, { id: sent.id, answered: view.id });
  if (FAILED.some((status) => status === view.status)) return failed(view.status, view, view.rejection);
  const soft = { view, proof: null, payout: null, reason: null };
  if (view.status === "received" || view.inclusion === null) return { status: "received", ...soft };
  if (view.status === "confirmed") return { status: "confirmed", ...soft };
  const json = await node.receipt({ id: sent.id }).catch((error: unknown) => {
    if (isNoReceipt(error)) return null;
    throw error;
  });
  if (json === null) return { status: "confirmed", ...soft };
  const proof = { json, receipt: readReceipt(json, sent.signed.transaction) };
  if (!(await isBatchOnL1(l1, proof.receipt, "latest"))) return { status: "confirmed", ...soft };
  const proven = { ...soft, proof };
  const isFinal = await isBatchOnL1(l1, proof.receipt, "finalized").catch(() => false);
  if (sent.signed.transaction.type !== "withdraw") return { status: isFinal ? "final" : "proven", ...proven };
  return seePayout(l1, node, { ...proven, view, transaction: sent.signed.transaction, isFinal });
}

async function seePayout(
  l1: L1Connection,
  node: NodeClient,
  {
    transaction,
    isFinal,
    ...proven
  }: Omit<Seen, "status"> & { readonly view: View; readonly transaction: Withdraw; readonly isFinal: boolean },
): Promise<Seen> {
  const { inclusion, amount } = proven.view;
  const { recipient, tokenId } = transaction;
  const paid = amount === null ? decodeFloat40(transaction.amount) : BigInt(amount);
  const query = { block: inclusion?.block ?? 0, recipient: `0x${recipient.toString(16).padStart(40, "0")}`, tokenId };
  const payout = await findPayout(node, { ...query, amount: paid });
  const settled = payout === null ? null : await readSettled(l1, payout);
  if (settled === null) return { status: "proven", ...proven, payout };
  const final = await l1.reader.getBlock({ blockTag: "finalized" }).catch(() => null);
  const isOver = isFinal && final?.number != null && Number(final.number) >= settled.l1Block;
  return { status: isOver ? "final" : settled.status, ...proven, payout };
}

/** The node does not know it: it never got it, or refused it, or its time is over. */
function notThere(sent: SentTransaction, { role }: Pick<L2Document, "role">): Seen {
  if (role !== "maker") return { status: "signed", view: null, proof: null, payout: null, reason: null };
  const isOver = sent.signed.transaction.validUntil + MAX_BATCH_AGE_SECONDS < Date.now() / 1000;
  return { status: isOver ? "expired" : "offered", view: null, proof: null, payout: null, reason: null };
}

function failed(status: TransactionStatus, view: View | null, reason: unknown): Seen {
  return { status: status as Status, view, proof: null, payout: null, reason };
}

function unseen(sent: readonly SentTransaction[]): { readonly sent: SentTransaction; readonly seen: Seen }[] {
  return sent.flatMap((one) => (one.isOwn ? [{ sent: one, seen: failed("received", null, null) }] : []));
}

/** What gives a nonce back: with the transaction, if that was given away and has not run. */
function lossOf({ id, signed }: SentTransaction, isLost: boolean) {
  const { nonce, validUntil } = signed.transaction;
  return { nonce, lost: isLost ? { id, until: validUntil } : null };
}

function failureOf(
  document: L2Document,
  failures: readonly { readonly sent: SentTransaction; readonly seen: Seen }[],
): Error {
  const [first] = failures;
  const all = failures.map(({ sent, seen }) => ({ id: sent.id, status: seen.status, reason: seen.reason }));
  return sdkError("sdk/not-reached", `${describe(document)}: ${first?.sent.id} is ${first?.seen.status}`, {
    details: { id: document.id, status: first?.seen.status, reason: first?.seen.reason, failures: all },
  });
}

function receiptOf({ id, json }: SentTransaction, { view, proof, payout }: Seen): L2Receipt[] {
  if (view?.inclusion == null || view.amount === null || view.fee === null) return [];
  const { inclusion, amount, fee, createdIndex } = view;
  const decoded = { amount: BigInt(amount), fee: BigInt(fee) };
  return [{ id, ...inclusion, transaction: json, ...decoded, createdIndex, proof: proof?.json ?? null, payout }];
}

/** A taker's swap is never merely offered. */
function orderOf({ kind, role }: Pick<L2Document, "kind" | "role">): readonly Status[] {
  return STATUSES[kind].filter((status) => (role === "maker" ? status !== "signed" : status !== "offered"));
}
