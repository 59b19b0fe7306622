import { assertUintNumber } from "./bytes.ts";
import { INDEX_BITS, TOKEN_ID_BITS } from "./constants.ts";

declare const brand: unique symbol;
/** A number that only its constructor function produces. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Index of a leaf of the state tree, 0 … 2^24 − 1; accounts start at FIRST_ACCOUNT_INDEX. */
export type AccountIndex = Branded<number, "AccountIndex">;
/** Number of a token registered on L1, u32; 0 is ETH. */
export type TokenId = Branded<number, "TokenId">;
/** Number of an L2 block; the first is 1, genesis is 0. */
export type BlockNumber = Branded<number, "BlockNumber">;
/** Number of a batch as counted by the contract; the first is 1. */
export type BatchNumber = Branded<number, "BatchNumber">;

/**
 * Checks and brands a leaf index; throws `protocol/out-of-range`.
 *
 * @example accountIndex(64) // the first account
 */
export function accountIndex(value: number): AccountIndex {
  assertUintNumber("account index", value, INDEX_BITS);
  return value as AccountIndex;
}

/** Checks and brands a token id; throws `protocol/out-of-range`. See {@link accountIndex}. */
export function tokenId(value: number): TokenId {
  assertUintNumber("token id", value, TOKEN_ID_BITS);
  return value as TokenId;
}

/** Checks and brands a block number; throws `protocol/out-of-range`. See {@link accountIndex}. */
export function blockNumber(value: number): BlockNumber {
  assertUintNumber("block number", value, 53);
  return value as BlockNumber;
}

/** Checks and brands a batch number; throws `protocol/out-of-range`. See {@link accountIndex}. */
export function batchNumber(value: number): BatchNumber {
  assertUintNumber("batch number", value, 53);
  return value as BatchNumber;
}
