import type { TokenId } from "./ids.ts";

/** What a batch owes one L1 address. Spec 3.7. */
export interface Payout {
  /** L1 address, not 0. */
  readonly recipient: bigint;
  readonly tokenId: TokenId;
  /** In the token's smallest unit; may be 0 (a forced withdrawal of an empty account). */
  readonly amount: bigint;
}
