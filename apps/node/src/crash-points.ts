import { CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "./errors.ts";

/**
 * Steps between receipt and payout at which a node on a development chain can be made to kill itself, in the order in
 * which a transaction meets them.
 */
export const CRASH_POINTS = [
  /** A group was parsed; nothing has been done with it. */
  "submission-received",
  /** Its signatures are valid. */
  "submission-checked",
  /** It is in the open block or the pool, in memory only. */
  "submission-executed",
  /** It is durable; the client has no answer yet. */
  "submission-journalled",
  /** The client has its answer. */
  "acknowledged",
  /** L1 queue entries were read but not stored yet; then stored. */
  "queue-entries-read",
  "queue-entries-stored",
  /** The state store has the block, the database does not. */
  "block-sealed-in-state",
  /** Both have it. */
  "block-sealed-in-database",
  /** Its batch is stored with what has to be proven; there is no job yet. */
  "batch-closed",
  /** Blocks were dropped from the database; the state store still has them. */
  "blocks-dropped",
  "proof-job-created",
  "proof-job-taken",
  /** The proof is in memory; then it is stored. */
  "proof-made",
  "proof-stored",
  /** The verifier on L1 accepts the proof. */
  "proof-checked",
  /** Signed in memory, then stored, then sent to L1, then recorded as sent. */
  "batch-signed",
  "batch-persisted",
  "batch-broadcast",
  "batch-sent",
  /** A replacement with higher fees was stored and not broadcast. */
  "batch-replacement-persisted",
  /** L1 has its receipt, which is not recorded yet; then recorded. */
  "batch-mined-unseen",
  "batch-mined",
  /** The watcher has read the acceptance but not stored it; then stored. */
  "batch-accepted-unseen",
  "batch-accepted",
  "payout-signed",
  "payout-persisted",
  "payout-broadcast",
  "payout-sent",
  "payout-replacement-persisted",
  "payout-mined-unseen",
  "payout-mined",
  "payout-settled-unseen",
  "payout-settled",
  /** A reorg of L1 was found but not handled; then handled. */
  "reorg-found",
  "reorg-undone",
] as const;

/** Name of a step at which a node can be made to die. */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Where to die, and at which visit. */
export interface CrashTarget {
  readonly point: CrashPoint;
  /** 1 is the first. */
  readonly visit: number;
}

let target: CrashTarget | null = null;
let visits = 0;

/** The target for `name` or `name:visit`, null if there is no such point. */
export function parseCrashTarget(text: string): CrashTarget | null {
  const [name = "", visit = "1", ...rest] = text.split(":");
  const point = CRASH_POINTS.find((known) => known === name);
  if (point === undefined || rest.length > 0 || !/^[1-9][0-9]{0,8}$/.test(visit)) return null;
  return { point, visit: Number(visit) };
}

/**
 * Makes this process die at `wanted`; null disarms. Throws `node/bad-config` unless the chain is a development chain.
 */
export function armCrashPoint(wanted: CrashTarget | null, chain: { readonly isDevelopment: boolean }): void {
  if (wanted !== null && !chain.isDevelopment) {
    throw new CairnError<NodeErrorCode>("node/bad-config", "CAIRN_CRASH_AT is for development chains only");
  }
  target = wanted;
  visits = 0;
}

/** Ends the process like `kill -9` if it is to die here; else does nothing. */
export function crashPoint(point: CrashPoint): void {
  if (target === null || target.point !== point) return;
  visits++;
  if (visits === target.visit) process.kill(process.pid, "SIGKILL");
}
