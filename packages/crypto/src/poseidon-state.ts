/** The four field elements of the permutation's state. */
export type PoseidonState = readonly [bigint, bigint, bigint, bigint];
