import { BaseError } from "viem";

/** Why an L1 node refused a transaction; clients word it differently. */
export type Refusal =
  /** It has the very same transaction. */
  | "known"
  /** The nonce is used: by an attempt of ours whose receipt has not appeared yet, or by another transaction. */
  | "nonceUsed"
  /** The nonce is further ahead than the node queues. */
  | "nonceTooHigh"
  /** A pending transaction holds the nonce, and the fees do not suffice to replace it. */
  | "replacementUnderpriced"
  /** The fees are below the base fee or below the node's minimum. */
  | "feeTooLow"
  /** The account cannot pay for it. */
  | "insufficientFunds"
  /** The node's pool is full. */
  | "poolFull"
  /** The gas limit is above what a block or transaction may use, or below what the call needs at least. */
  | "gasLimit"
  /** Anything else, no answer included: the node may have accepted the transaction. */
  | "other";

/**
 * Wordings, tried from top to bottom: geth, reth, erigon, nethermind, besu, OpenEthereum, anvil, hardhat, ganache. The
 * tests name the client of each.
 */
const WORDINGS: readonly (readonly [Refusal, RegExp])[] = [
  [
    "known",
    /already ?known|already[ _]imported|already exists|known transaction|same hash (?:was|is) already|existing tx with same hash|already in (?:the )?(?:mempool|system)/i,
  ],
  ["nonceTooHigh", /nonce (?:is )?too high|nonce_too_high|noncegap|future nonce|nonce too (?:distant|far)/i],
  [
    "nonceUsed",
    /nonce (?:is )?too low|nonce_too_low|nonce has already been used|oldnonce|old nonce|below sender account nonce|lower than the current nonce|doesn't have the correct nonce|invalid transaction nonce/i,
  ],
  [
    "replacementUnderpriced",
    /replacement (?:transaction |fee )?(?:is )?(?:underpriced|too low)|replacementnotallowed|could not replace existing|another (?:transaction|tx) (?:which has|with)(?: the)? same nonce|ownnoncealreadyused/i,
  ],
  [
    "insufficientFunds",
    /insufficient ?(?:funds|balance)|insufficient_funds|upfront cost exceeds|not enough funds|doesn't have enough funds|would cause overdraft/i,
  ],
  ["poolFull", /pool is full|pool full|queue full|too many transactions in the queue|tries to replace pending/i],
  [
    "feeTooLow",
    /underpriced|fee ?too ?low|feetoolow|less than block base fee|gas price (?:is )?too low|gas price(?: '\d+')? (?:is )?below|below the minimum of|is too low for the next block|max ?fee ?per ?gas/i,
  ],
  [
    "gasLimit",
    /exceeds block gas limit|exceeds current gas limit|exceeds (?:max|the maximum) transaction gas|gas limit too high|gaslimitexceeded|intrinsic gas|gas limit reached/i,
  ],
];

/** Ganache says the same of both: the numbers tell whether the nonce is too low or too high. */
const GANACHE = /account has nonce of: (\d+) tx has nonce of: (\d+)/;

/**
 * The refusal that an error of `eth_sendRawTransaction` means.
 *
 * @example if (refusalOf(error) === "known") return; // the node already has it
 */
export function refusalOf(error: unknown): Refusal {
  const text = wordsOf(error);
  const [, account, transaction] = GANACHE.exec(text) ?? [];
  if (account !== undefined && transaction !== undefined) {
    return Number(transaction) > Number(account) ? "nonceTooHigh" : "nonceUsed";
  }
  return WORDINGS.find(([, wording]) => wording.test(text))?.[0] ?? "other";
}

/** Refusals after which an L1 node does not hold the transaction. */
const CLEAR: ReadonlySet<Refusal> = new Set([
  "nonceTooHigh",
  "replacementUnderpriced",
  "feeTooLow",
  "insufficientFunds",
  "poolFull",
  "gasLimit",
]);

/**
 * Whether an L1 node that refuses like this does not hold the transaction. Where a hash is known, look it up all the
 * same.
 *
 * @example isClearRefusal("known") // false
 */
export function isClearRefusal(refusal: Refusal): boolean {
  return CLEAR.has(refusal);
}

/** What the node itself said: the message of the library also holds the URL and the request. */
function wordsOf(error: unknown): string {
  if (error instanceof BaseError) return error.details || error.shortMessage;
  return error instanceof Error ? error.message : String(error);
}
