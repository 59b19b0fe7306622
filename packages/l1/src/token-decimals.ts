/** 10^77 is the largest power of ten below 2^256: a token with more decimals has no whole unit. */
export const MAX_TOKEN_DECIMALS = 77;
