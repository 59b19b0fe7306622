import { assertKey } from "./account.ts";
import { assertUint } from "./bytes.ts";
import { MAX_ACCOUNTS } from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { type Domain, domainToBigint } from "./message.ts";

/** State between two blocks, as far as a claim names it. */
export interface ChainState {
  readonly root: bigint;
  /** Index of the next account. */
  readonly nextIndex: number;
  /** One field element that commits to everything published, consumed and paid since genesis (spec 3.8). */
  readonly history: bigint;
}

/** What a proof says of consecutive blocks. Spec: docs/spec/5-claim.md. */
export interface Claim {
  readonly domain: Domain;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  /** Seconds since the epoch, u64, of the first and of the last block. */
  readonly firstTimestamp: bigint;
  readonly lastTimestamp: bigint;
  readonly before: ChainState;
  readonly after: ChainState;
}

/** Number of public inputs of a block or merge circuit. */
export const CLAIM_INPUTS = 11;

/**
 * The public inputs of block and merge circuits, which are the first ones of every circuit: domain, first and last block,
 * first and last timestamp, old root, nextIndex and history, new root, nextIndex and history. Throws
 * `protocol/out-of-range`.
 *
 * @example claimInputs(claim).length // 11
 */
export function claimInputs(claim: Claim): bigint[] {
  const { domain, firstBlock, lastBlock, firstTimestamp, lastTimestamp, before, after } = claim;
  const numbers = { firstBlock, lastBlock, firstTimestamp, lastTimestamp };
  for (const [name, value] of Object.entries(numbers)) assertUint(name, value, 64);
  return [domainToBigint(domain), ...Object.values(numbers), ...stateInputs(before), ...stateInputs(after)];
}

/**
 * The claim of consecutive claims together, as merge circuits join them (spec 6.3 M4 to M8). Throws
 * `protocol/not-consecutive` when there is none or one does not continue the one before it.
 *
 * @example joinClaims([first, second]).lastBlock // second.lastBlock
 */
export function joinClaims(claims: readonly Claim[]): Claim {
  const [first, ...others] = claims;
  if (first === undefined) throw notConsecutive("no claims");
  let last = first;
  for (const next of others) {
    const broken = brokenBetween(last, next);
    if (broken !== null)
      throw notConsecutive(`${broken} of block ${next.firstBlock} does not continue ${last.lastBlock}`);
    last = next;
  }
  return { ...first, lastBlock: last.lastBlock, lastTimestamp: last.lastTimestamp, after: last.after };
}

/** What of a claim does not continue another; null if nothing. */
function brokenBetween({ domain, lastBlock, lastTimestamp, after }: Claim, next: Claim): string | null {
  const elapsed = next.firstTimestamp - lastTimestamp;
  if (domainToBigint(next.domain) !== domainToBigint(domain)) return "domain";
  if (next.firstBlock !== lastBlock + 1n) return "block number";
  if (elapsed < 0n || elapsed >> MAX_ELAPSED_BITS > 0n) return "timestamp";
  if (next.before.root !== after.root) return "root";
  if (next.before.nextIndex !== after.nextIndex) return "next index";
  return next.before.history === after.history ? null : "history";
}

function notConsecutive(reason: string): CairnError<ProtocolErrorCode> {
  return new CairnError<ProtocolErrorCode>("protocol/not-consecutive", reason);
}

/** Bits of the seconds between one child of a circuit and the next. */
const MAX_ELAPSED_BITS = 32n;

function stateInputs({ root, nextIndex, history }: ChainState): bigint[] {
  assertKey(root);
  assertKey(history);
  if (!Number.isInteger(nextIndex) || nextIndex < 0 || nextIndex > MAX_ACCOUNTS) {
    throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", `next index is out of range: ${nextIndex}`);
  }
  return [root, BigInt(nextIndex), history];
}
