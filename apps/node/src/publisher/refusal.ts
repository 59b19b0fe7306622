/** Why an L1 node did not take a transaction; clients word it differently. */
export type Refusal =
  /** It has the very same transaction. */
  | "known"
  /** The nonce is used: by an attempt of ours whose receipt is not seen yet, or by another transaction. */
  | "nonceUsed"
  /** Its fees are below those of the pending transaction that it would replace, or below what the node takes at all. */
  | "underpriced"
  /** The account cannot pay for it. */
  | "insufficientFunds"
  | "other";

const WORDINGS: readonly (readonly [Refusal, RegExp])[] = [
  ["known", /already known|already imported|known transaction|alreadyknown/i],
  ["nonceUsed", /nonce (?:is )?too low|nonce_too_low|nonce has already been used|oldnonce|old nonce/i],
  ["insufficientFunds", /insufficient (?:funds|balance)|insufficientfunds/i],
  ["underpriced", /underpriced|fee too low|feetoolow|less than block base fee|gas price too low|max ?fee ?per ?gas/i],
];

/** The refusal that an error of `eth_sendRawTransaction` means. */
export function refusalOf(error: unknown): Refusal {
  const text = error instanceof Error ? error.message : String(error);
  return WORDINGS.find(([, wording]) => wording.test(text))?.[0] ?? "other";
}
