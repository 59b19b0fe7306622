import type { L2Transaction } from "@cairn/protocol";
import type { TransactionStatus } from "@cairn/rpc";
import type { Hex } from "viem";
import { type L2Session, ownAccount } from "../actions/l2-session.ts";
import { assertCovered, feeFor, payeeOf } from "../actions/paying.ts";
import type { L2Plan, MakeTransaction } from "../actions/send-on-l2.ts";
import { inParallel } from "../delay.ts";
import { apiErrorOf } from "../errors.ts";
import type { Payee } from "../payee.ts";
import type { L2Document } from "../requests/document.ts";
import { type SentTransaction, transactionsOf } from "../requests/l2-forms.ts";
import { see } from "../requests/l2-request.ts";
import { DEFAULT_VALIDITY_SECONDS, toCommon, toTransfer } from "../wallet.ts";
import type { Attempt, Ledger, PartRecord } from "./ledger.ts";
import type { PayoutLine, PayoutPart } from "./plan.ts";

/** How far a line is: not signed yet; as its transaction; or unknown, when neither storage nor node has that any more. */
export type LineStatus = "open" | "signed" | TransactionStatus | "unknown";

/** What is known of a line. */
export interface SeenLine {
  readonly line: PayoutLine;
  readonly status: LineStatus;
  readonly transaction: Hex | null;
  /** Why it failed. */
  readonly reason: unknown;
}

/** Statuses of lines that are paid. */
const PAID: readonly LineStatus[] = ["confirmed", "proven", "final"];
const FAILED: readonly LineStatus[] = ["rejected", "replaced", "expired"];

/** Whether the node has confirmed a line. */
export function isPaid({ status }: Pick<SeenLine, "status">): boolean {
  return PAID.includes(status);
}

/** Whether a line has failed for good, so that it may be signed again. */
export function isFailed({ status }: Pick<SeenLine, "status">): boolean {
  return FAILED.includes(status);
}

/** What is known of each line of a part, from the storage, and from the node about what was signed. */
export async function seePart(session: L2Session, part: PayoutPart, { attempts }: PartRecord): Promise<SeenLine[]> {
  const seen = new Map<number, SeenLine>();
  for (const attempt of attempts) {
    const found = await session.store.find(attempt.requestId);
    const document = found !== null && found.kind === "payMany" ? found : null;
    const sent = document === null ? [] : transactionsOf(document, session.l1.domain).filter(({ isOwn }) => isOwn);
    const newest = attempt.lines.flatMap((place, i) => {
      const line = part.lines[place];
      const one = sent[i];
      const id = document === null ? (attempt.ids?.[i] as Hex | undefined) : one?.id;
      return line === undefined ? [] : [{ place, line, id, one }];
    });
    const states = await inParallel(newest, async ({ line, id, one }): Promise<SeenLine> => {
      if (id === undefined) return { line, status: "open", transaction: null, reason: null };
      const known = one === undefined || document === null ? null : { sent: one, document };
      return { line, transaction: id, ...(await seeOne(session, known, attempt, id)) };
    });
    for (const [i, { place }] of newest.entries()) {
      const state = states[i];
      if (state !== undefined) seen.set(place, state);
    }
  }
  return part.lines.flatMap((_, place) => seen.get(place) ?? []);
}

/** The transactions of an attempt, to be signed and sent. */
export function planOf(
  part: PayoutPart,
  attempt: Attempt,
  {
    name,
    account,
    payees,
    maxFees,
  }: {
    readonly name: string;
    readonly account: number;
    readonly payees: ReadonlyMap<string, Payee>;
    readonly maxFees: Readonly<Record<"transfer" | "transferToNew", bigint>>;
  },
): L2Plan<"payMany"> {
  const lines = attempt.lines.flatMap((place) => part.lines[place] ?? []);
  return {
    kind: "payMany",
    purpose: "transfer",
    requestId: attempt.requestId,
    size: lines.length,
    wanted: { payout: name, account, lines: lines.map(({ at: _, ...wanted }) => wanted) },
    draft: async (session, done) => {
      const left = lines.slice(done);
      // An account that was missing may be there by now.
      const found = await inParallel(left, async ({ id, payee, token }) => {
        const known = payees.get(id);
        if (known?.type === "existing") return known;
        return payeeOf(session, /^[0-9]+$/.test(payee) ? Number(payee) : payee, token);
      });
      const fees = { transfer: 0n, transferToNew: 0n };
      for (const kind of new Set(found.map(kindFor)))
        fees[kind] = await feeFor(session, {}, { kind, tokenId: part.token, limit: maxFees[kind] });
      const drafts = left.flatMap((line, i) => {
        const payee = found[i];
        return payee === undefined ? [] : [{ ...line, payee, fee: fees[kindFor(payee)] }];
      });
      assertCovered(await ownAccount(session, account), drafts);
      const make = drafts.map(
        ({ payee, amount, fee, reference }): MakeTransaction =>
          (from, nonce): L2Transaction =>
            toTransfer(
              toCommon({ from, amount, fee, nonce, reference }, session.signer.key, session.nowSeconds),
              payee,
              null,
            ),
      );
      return { account, make };
    },
  };
}

/** Remembers what an attempt has signed, before anything can become of it. */
export function rememberSigned(
  ledger: Ledger,
  part: PayoutPart,
  session: L2Session,
  document: L2Document,
): Promise<PartRecord> {
  const ids = ownIds(session, document);
  const until = Math.max(...document.transactions.map(({ validUntil }) => validUntil));
  return changeAttempt(ledger, part, document.id, (attempt) => ({ ...attempt, ids, until }));
}

/** Remembers which transactions of an attempt have failed, since a node need not. */
export function rememberFailed(
  ledger: Ledger,
  part: PayoutPart,
  requestId: string,
  failed: readonly string[],
): Promise<PartRecord> {
  return changeAttempt(ledger, part, requestId, (attempt) => ({
    ...attempt,
    failed: [...new Set([...attempt.failed, ...failed])],
  }));
}

function changeAttempt(
  ledger: Ledger,
  part: PayoutPart,
  requestId: string,
  change: (attempt: Attempt) => Attempt,
): Promise<PartRecord> {
  return ledger.change(part, (record) => ({
    ...record,
    attempts: record.attempts.map((attempt) => (attempt.requestId === requestId ? change(attempt) : attempt)),
  }));
}

async function seeOne(
  session: L2Session,
  known: { readonly sent: SentTransaction; readonly document: L2Document } | null,
  { until, failed }: Attempt,
  id: Hex,
): Promise<Pick<SeenLine, "status" | "reason">> {
  if (known !== null) {
    const { status, reason } = await see(session.l1, session.node, known.sent, known.document);
    return { status: status as LineStatus, reason };
  }
  const view = await session.node.transaction({ id }).catch((error: unknown) => {
    if (apiErrorOf(error)?.code === "not-found") return null;
    throw error;
  });
  if (view !== null) return { status: view.status, reason: view.rejection };
  if (failed.includes(id)) return { status: "rejected", reason: null };
  // Signed under the same nonce again, it cannot run twice: `takeNonces` sees to that.
  const isOver = until > 0 && until + DEFAULT_VALIDITY_SECONDS < session.nowSeconds;
  return { status: isOver ? "expired" : "unknown", reason: null };
}

function ownIds({ l1 }: Pick<L2Session, "l1">, document: L2Document): Hex[] {
  return transactionsOf(document, l1.domain).flatMap(({ id, isOwn }) => (isOwn ? [id] : []));
}

function kindFor({ type }: Payee): "transfer" | "transferToNew" {
  return type === "new" ? "transferToNew" : "transfer";
}
