/** A token of the devnet besides ETH. */
export interface DevTokenPlan {
  readonly symbol: string;
  readonly decimals: number;
  /** What everyone receives, in the smallest units. */
  readonly minted: bigint;
  /** Wei that 10^18 of the smallest units are worth, for fees. */
  readonly weiPer1e18: bigint;
}

const WEI_PER_ETHER = 10n ** 18n;

/** Wei that 10^18 smallest units are worth when one whole token costs `weiPerToken`. */
function priceOf(weiPerToken: bigint, decimals: number): bigint {
  return (weiPerToken * 10n ** 18n) / 10n ** BigInt(decimals);
}

/** The devnet's ERC-20s: one with few decimals worth 1/2000 ETH, one with many worth 1/10 ETH. */
export const DEV_TOKENS: readonly DevTokenPlan[] = [
  { symbol: "USD", decimals: 6, minted: 1_000_000n * 10n ** 6n, weiPer1e18: priceOf(WEI_PER_ETHER / 2000n, 6) },
  { symbol: "GLD", decimals: 18, minted: 1_000n * 10n ** 18n, weiPer1e18: priceOf(WEI_PER_ETHER / 10n, 18) },
];
