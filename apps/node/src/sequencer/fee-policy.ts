import {
  type BlockSize,
  decodeFloat16,
  EXTRA_BYTES,
  floorToFloat16,
  type L2Transaction,
  SLOT_BYTES,
  type TokenId,
} from "@cairn/protocol";

/** Price of a token that fees may be paid in. */
export interface FeeToken {
  readonly tokenId: TokenId;
  /** Wei that 10^18 of its smallest units are worth; 10^18 for ETH. */
  readonly weiPer1e18: bigint;
}

/** What fees are computed from. */
export interface FeeSettings {
  readonly slotCount: BlockSize;
  readonly tokens: readonly FeeToken[];
  /** L1 gas of a batch whatever it holds: verification, storage, proof bytes. */
  readonly batchGas: bigint;
  /** L1 gas of one published byte. */
  readonly gasPerByte: bigint;
  /** L1 gas of one payout. */
  readonly payoutGas: bigint;
  /** Percent of a block's slots that are expected to be filled; the proof's cost is shared by these. */
  readonly expectedFillPercent: bigint;
  /** Percent of the L1 cost that is added for the operator; −100 makes transactions free. */
  readonly operatorPercent: bigint;
  /** Percent of the quote that still suffices, because gas prices move between quote and submission. */
  readonly tolerancePercent: bigint;
}

/** Kinds that fees differ by. */
export type FeeKind = L2Transaction["type"];

/** A fee and what it pays for, in the token's smallest units; `fee` is encodable and at least the sum. */
export interface FeeQuote {
  readonly kind: FeeKind;
  readonly tokenId: TokenId;
  readonly fee: bigint;
  /** The least fee that is accepted now. */
  readonly minimumFee: bigint;
  readonly data: bigint;
  readonly proof: bigint;
  readonly operator: bigint;
  /** Wei per gas that it is based on. */
  readonly gasPriceWei: bigint;
}

/** Decides what a transaction must pay. */
export interface FeePolicy {
  /** Null for a token in which no fees are taken. */
  readonly quote: (kind: FeeKind, tokenId: TokenId) => FeeQuote | null;
  /** What the transaction lacks: the least fee if it pays less, `token` if its token is not taken, null if it pays enough. */
  readonly shortfall: (transaction: L2Transaction) => bigint | "token" | null;
}

const SCALE = 10n ** 18n;

/** A policy on the L1 gas price that `gasPriceWei` gives at each call. */
export function createFeePolicy(settings: FeeSettings, gasPriceWei: () => bigint): FeePolicy {
  const prices = new Map(settings.tokens.map(({ tokenId, weiPer1e18 }) => [tokenId, weiPer1e18]));
  const sharers = atLeast1((BigInt(settings.slotCount) * settings.expectedFillPercent) / 100n);

  /** Quotes at the current gas price: every transaction asks for one. */
  const known = new Map<string, FeeQuote | null>();
  let knownGasPrice: bigint | null = null;

  const quote = (kind: FeeKind, tokenId: TokenId): FeeQuote | null => {
    const gasPrice = gasPriceWei();
    if (gasPrice !== knownGasPrice) known.clear();
    knownGasPrice = gasPrice;
    const key = `${kind}:${tokenId}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const computed = compute(kind, tokenId, gasPrice);
    if (prices.has(tokenId)) known.set(key, computed);
    return computed;
  };

  const compute = (kind: FeeKind, tokenId: TokenId, gasPrice: bigint): FeeQuote | null => {
    const price = prices.get(tokenId);
    if (price === undefined || price === 0n) return null;
    const toToken = (gas: bigint) => divideUp(gas * gasPrice * SCALE, price);
    const bytes = kind === "transfer" ? SLOT_BYTES : SLOT_BYTES + EXTRA_BYTES;
    const data = toToken(BigInt(bytes) * settings.gasPerByte + (kind === "withdraw" ? settings.payoutGas : 0n));
    const proof = toToken(divideUp(settings.batchGas, sharers));
    const operator = ((data + proof) * settings.operatorPercent) / 100n;
    const fee = ceilToFloat16(data + proof + operator);
    const minimumFee = (fee * settings.tolerancePercent) / 100n;
    return { kind, tokenId, fee, minimumFee, data, proof, operator, gasPriceWei: gasPrice };
  };

  return {
    quote,
    shortfall: (transaction) => {
      if (settings.operatorPercent <= -100n) return null;
      const quoted = quote(transaction.type, transaction.tokenId);
      if (quoted === null) return "token";
      return decodeFloat16(transaction.fee) < quoted.minimumFee ? quoted.minimumFee : null;
    },
  };
}

/** Smallest encodable fee that is at least `fee`. */
export function ceilToFloat16(fee: bigint): bigint {
  const floor = floorToFloat16(fee);
  if (floor === fee) return fee;
  let step = 1n;
  while (floorToFloat16(floor + step) === floor) step *= 10n;
  return floor + step;
}

function divideUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}

function atLeast1(value: bigint): bigint {
  return value < 1n ? 1n : value;
}
