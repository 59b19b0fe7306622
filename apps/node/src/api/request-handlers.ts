import { decodeSignature } from "@cairn/crypto";
import {
  countPaymentRequests,
  type Database,
  type Db,
  deleteExpiredRequests,
  deleteMostExpiredRequests,
  deleteUnusedMemos,
  findMemo,
  findPaymentRequest,
  insertPaymentRequest,
  listPayments,
  type PaidSums,
  type StoredPayment,
  type StoredPaymentRequest,
  storeMemo,
  sumPayments,
} from "@cairn/db";
import {
  accountIndex,
  bigintToAddress,
  CairnError,
  type Domain,
  hexToBytes,
  hexToReference,
  isEmptyAccount,
  memoReference,
  messageWords,
  paymentRequestId,
  referenceToHex,
  requestAuthorization,
  type SchnorrSignature,
} from "@cairn/protocol";
import type { RouteRequest, RouteResponse, WebhookMessage } from "@cairn/rpc";
import type { Clock } from "../clock.ts";
import type { NodeErrorCode } from "../errors.ts";
import { wordHex } from "../json.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";
import { blockStatus } from "./entries.ts";
import { ApiError } from "./errors.ts";
import { found, type Handlers } from "./handlers.ts";
import type { RequestRefusal } from "./request-refusals.ts";

/** Operations about requests and memos that the database alone answers. */
export type RequestRead = "paymentRequest" | "memo";
/** Operations that store requests and memos. */
export type RequestWrite = "requestPayment" | "storeMemo";

type RequestView = RouteResponse<"paymentRequest">;

const DAY_SECONDS = 86_400;
/** Strangers must not fill the table: an account costs something, and has so many open requests at most. */
export const MAX_OPEN_REQUESTS = 1_000;
/** Requests of all accounts, open and expired. */
const MAX_REQUESTS = 1_000_000;
const LONGEST_REQUEST_SECONDS = 366 * DAY_SECONDS;
/** How long a request is kept after its time. */
const KEPT_SECONDS = 90 * DAY_SECONDS;
/** How long a memo is kept for a transaction that is refused or a request that is gone. */
const UNUSED_MEMO_MS = DAY_SECONDS * 1000;
export const SWEEP_MS = 60_000;
const SWEPT_AT_A_TIME = 500;
/** While there are as many as fit, requests that are over are looked for this often, and so many deleted. */
const ROOM_MS = 1_000;
const ROOM = 5_000;
const SHOWN_PAYMENTS = 100;
/** Requests whose signatures are being checked. */
const MAX_CHECKS = 64;

/** What a request's status and a memo are: read from the database, by any API. */
export function createRequestReads({ db }: Database, { nowMs }: Pick<Clock, "nowMs">): Handlers<RequestRead> {
  return {
    paymentRequest: async ({ params }) => {
      const request = found(await findPaymentRequest(db, params.id), "request");
      return showRequest(db, params.id, request, nowMs());
    },
    memo: async ({ params }) => ({ memo: found(await findMemo(db, hexToReference(params.reference)), "memo") }),
  };
}

/** Dependencies of storing requests. */
export interface RequestWriteDeps {
  readonly database: Database;
  readonly sequencer: Pick<Sequencer, "state" | "checkSignature">;
  readonly domain: Domain;
  readonly clock: Clock;
  /** Requests of all accounts, open and expired; a million by default. */
  readonly maxRequests?: number;
}

/** Takes requests and memos: those that are signed by the payee, and those whose hash something refers to. */
export function createRequestWrites(deps: RequestWriteDeps): Handlers<RequestWrite> {
  const { database, clock, maxRequests = MAX_REQUESTS } = deps;
  const { db } = database;
  const sweep = createSweep(db, clock, maxRequests);
  let checking = 0;

  const assertSigned = async (request: StoredPaymentRequest, signature: SchnorrSignature): Promise<void> => {
    if (checking >= MAX_CHECKS) throw overloaded(`${checking} requests are being checked`);
    checking++;
    try {
      const words = messageWords(requestAuthorization(request, deps.domain), deps.domain);
      const { isValid } = await deps.sequencer.checkSignature({ words, signature, publicKey: request.key });
      if (!isValid) throw refused({ type: "badSignature" });
    } finally {
      checking--;
    }
  };

  return {
    requestPayment: async ({ body }) => {
      const nowMs = clock.nowMs();
      const signature = decodeSignature(hexToBytes(body.signature, 64));
      const request = readRequest(deps, body, nowMs);
      const id = paymentRequestId(request, deps.domain);
      const known = await findPaymentRequest(db, id);
      if (known === undefined) {
        assertInTime(request, nowMs);
        await assertSigned(request, signature);
        if ((await sweep()) >= maxRequests) throw overloaded(`${maxRequests} requests are stored`);
        const outcome = await insertPaymentRequest(db, id, request, MAX_OPEN_REQUESTS);
        if (outcome === "full") throw refused({ type: "tooManyRequests", maximum: MAX_OPEN_REQUESTS });
      }
      if (body.memo !== undefined) await storeMemo(db, { reference: request.reference, memo: body.memo, nowMs });
      return showRequest(db, id, known ?? request, nowMs);
    },
    storeMemo: async ({ body }) => {
      const reference = memoReference(body.memo);
      const isStored = await storeMemo(db, { reference, memo: body.memo, nowMs: clock.nowMs() });
      if (!isStored) throw new ApiError("not-found", "no transaction and no request has this memo's hash as reference");
      return { reference: referenceToHex(reference) };
    },
  };
}

/** The request that a body asks for, on the account as it is now. */
function readRequest(
  { sequencer }: RequestWriteDeps,
  { account: index, amount, reference, expiresAt, memo }: RouteRequest<"requestPayment">["body"],
  nowMs: number,
): StoredPaymentRequest {
  const account = sequencer.state().getAccount(accountIndex(index));
  if (isEmptyAccount(account)) throw refused({ type: "unknownAccount", index });
  if (account.key === 0n) throw refused({ type: "accountHasNoKey", index });
  const bytes = hexToReference(reference);
  if (memo !== undefined && memoReference(memo) !== bytes) throw refused({ type: "otherMemo" });
  const { owner, key, tokenId } = account;
  const rest = { amount: BigInt(amount), reference: bytes, expiresAt, createdAtMs: nowMs };
  return { account: accountIndex(index), owner, key, tokenId, ...rest };
}

function assertInTime({ expiresAt }: StoredPaymentRequest, nowMs: number): void {
  const nowSeconds = Math.floor(nowMs / 1000);
  if (expiresAt < nowSeconds) throw refused({ type: "expired", expiresAt });
  const maximum = nowSeconds + LONGEST_REQUEST_SECONDS;
  if (expiresAt > maximum) throw refused({ type: "expiresTooLate", expiresAt, maximum });
}

/**
 * Deletes what is not kept any longer, some at a time; resolves to the number of requests a minute ago at most, and of
 * those that were asked for since. One account could fill the table with requests that are over at once: when it is full, they
 * go before their time, first those of the account that has most.
 */
function createSweep(db: Db, clock: Clock, maximum: number): () => Promise<number> {
  let sweptAt = Number.NEGATIVE_INFINITY;
  let madeRoomAt = Number.NEGATIVE_INFINITY;
  let count = 0;
  return async () => {
    if (clock.elapsedMs() - sweptAt >= SWEEP_MS) {
      sweptAt = clock.elapsedMs();
      const nowMs = clock.nowMs();
      await deleteExpiredRequests(db, Math.floor(nowMs / 1000) - KEPT_SECONDS, SWEPT_AT_A_TIME);
      await deleteUnusedMemos(db, nowMs - UNUSED_MEMO_MS, SWEPT_AT_A_TIME);
      count = await countPaymentRequests(db);
    }
    if (count >= maximum && clock.elapsedMs() - madeRoomAt >= ROOM_MS) {
      madeRoomAt = clock.elapsedMs();
      await deleteMostExpiredRequests(db, Math.floor(clock.nowMs() / 1000), ROOM);
      count = await countPaymentRequests(db);
    }
    return count++;
  };
}

async function showRequest(db: Db, id: string, request: StoredPaymentRequest, nowMs: number): Promise<RequestView> {
  const [sums, payments, memo] = await Promise.all([
    sumPayments(db, request),
    listPayments(db, request, SHOWN_PAYMENTS),
    findMemo(db, request.reference),
  ]);
  const { account, owner, key, tokenId, amount, reference, expiresAt, createdAtMs } = request;
  const { leastCertain } = sums;
  return {
    id,
    account,
    owner: bigintToAddress(owner),
    key: wordHex(key),
    tokenId,
    amount: amount.toString(),
    reference: referenceToHex(reference),
    expiresAt,
    createdAtMs,
    memo: memo ?? null,
    status: statusOf(request, sums, nowMs),
    certainty: leastCertain === null ? null : certaintyOf(leastCertain),
    paid: sums.inTime.toString(),
    paidLate: sums.late.toString(),
    paidRecalled: sums.recalled.toString(),
    payments: payments.map((payment) => toPayment(payment, request)),
  };
}

/** What became of a request, in short. */
export async function summariseRequest(
  db: Db,
  id: string,
  request: StoredPaymentRequest,
  nowMs: number,
): Promise<WebhookMessage["requests"][number]> {
  const sums = await sumPayments(db, request);
  return {
    id,
    status: statusOf(request, sums, nowMs),
    certainty: sums.leastCertain === null ? null : certaintyOf(sums.leastCertain),
    amount: request.amount.toString(),
    paid: sums.inTime.toString(),
  };
}

function statusOf({ amount, expiresAt }: StoredPaymentRequest, { inTime }: PaidSums, nowMs: number) {
  if (inTime === 0n) return nowMs / 1000 > expiresAt ? "expired" : "open";
  if (inTime < amount) return "underpaid";
  return inTime === amount ? "paid" : "overpaid";
}

function toPayment({ id, amount, block, isRecalled }: StoredPayment, { expiresAt }: StoredPaymentRequest) {
  return {
    id: wordHex(id),
    status: blockStatus(block),
    amount: amount?.toString() ?? null,
    block: block?.number ?? null,
    slot: block?.slot ?? null,
    timestamp: block?.timestamp ?? null,
    isLate: block !== null && block.timestamp > expiresAt,
    isRecalled,
  };
}

function certaintyOf(status: string): "confirmed" | "proven" | "final" {
  return status === "proven" || status === "final" ? status : "confirmed";
}

function refused(reason: RequestRefusal): ApiError {
  return new ApiError("rejected", `the request cannot be taken: ${reason.type}`, { reason });
}

function overloaded(message: string): CairnError<NodeErrorCode> {
  return new CairnError("node/overloaded", message);
}
