import {
  CELL_BYTES,
  decodeFloat16,
  EXTRA_BYTES,
  floorToFloat16,
  type L2Transaction,
  PAYOUT_BYTES,
  ROW_CELLS,
  SLOT_BYTES,
  type SoloSize,
  type TokenId,
  TRANSACTION_KINDS,
} from "@cairn/protocol";
import { type Capacity, emptyBlockCapacity } from "@cairn/vm";

/** Price of a token that fees may be paid in. */
export interface FeeToken {
  readonly tokenId: TokenId;
  /** Wei that 10^18 of its smallest units are worth; 10^18 for ETH. */
  readonly weiPer1e18: bigint;
}

/** Input of the fee computation. */
export interface FeeSettings {
  readonly slotCount: SoloSize;
  readonly tokens: readonly FeeToken[];
  /** L1 gas of any batch: verification, storage, proof bytes, header cell of its first block. */
  readonly batchGas: bigint;
  /** Blocks that a batch holds, which share that gas. */
  readonly blocksPerBatch: bigint;
  /** L1 gas of one published byte. */
  readonly gasPerByte: bigint;
  /** L1 gas of one payout. */
  readonly payoutGas: bigint;
  /**
   * Percent to which blocks are expected to fill, by whichever limit: a transaction pays for the share of the batch
   * that its scarcest resource is of a block filled that far. A block is closed when a transaction does not fit; with
   * at most 50, two successive blocks pay for two batches even if each is closed by a group that does not fit.
   */
  readonly expectedFillPercent: bigint;
  /** Percent of the L1 cost that is added for the operator; −100 makes transactions free. */
  readonly operatorPercent: bigint;
  /** Percent of the quote that still suffices, because gas prices move between quote and submission. */
  readonly tolerancePercent: bigint;
}

/** Kinds of transactions with different fees. */
export type FeeKind = L2Transaction["type"];

/** A fee and its parts, in the token's smallest units; `fee` is encodable and at least the sum. */
export interface FeeQuote {
  readonly kind: FeeKind;
  readonly tokenId: TokenId;
  readonly fee: bigint;
  /** The least fee that is accepted now. */
  readonly minimumFee: bigint;
  /** L1 gas of its published bytes and its payout, which is also published. */
  readonly data: bigint;
  /** Its share of the gas of a batch. */
  readonly proof: bigint;
  readonly operator: bigint;
  /** The gas price it is based on, in wei. */
  readonly gasPriceWei: bigint;
}

/** Decides what a transaction must pay. */
export interface FeePolicy {
  /** Null for a token in which no fees are accepted. */
  readonly quote: (kind: FeeKind, tokenId: TokenId) => FeeQuote | null;
  /**
   * What the transaction lacks: the least fee if it pays less, `token` if its token is not accepted, null if it pays
   * enough.
   */
  readonly shortfall: (transaction: L2Transaction) => bigint | "token" | null;
  /**
   * What a group, which runs as a whole or not at all, lacks: nothing (null) if each transaction pays enough, or if all fees
   * together are worth what all of them have to pay at least, so that some may pay for others; else what its first transaction
   * lacks that does not pay enough by itself.
   */
  readonly groupShortfall: (transactions: readonly L2Transaction[]) => GroupShortfall | null;
}

/** What the transaction at a position of a group lacks. */
export interface GroupShortfall {
  readonly index: number;
  readonly lacks: bigint | "token";
}

const SCALE = 10n ** 18n;

/**
 * A policy on the L1 gas price that `gasPriceWei` returns at each call. Whatever the mix of transactions, and whichever
 * limit of a block they exhaust, at that price
 *
 * - quoted fees pay for the batch, `100 / expectedFillPercent` times its shared gas, and for all bytes and payouts;
 * - minimum fees also pay for all of it, unless the operator pays a part (`operatorPercent` below 0).
 *
 * L1 operations use places without paying fees here: they pay the contract's queue fee.
 */
export function createFeePolicy(settings: FeeSettings, gasPriceWei: () => bigint): FeePolicy {
  const prices = new Map(settings.tokens.map(({ tokenId, weiPer1e18 }) => [tokenId, weiPer1e18]));
  const capacity = emptyBlockCapacity(settings.slotCount);
  const sharedGas = settings.batchGas + (settings.blocksPerBatch - 1n) * BigInt(CELL_BYTES) * settings.gasPerByte;
  /**
   * Cost of a batch whose blocks all publish their last slot and fill up the row of their last extra: it includes the bytes
   * that nobody pays for.
   */
  const paddedBatchGas =
    sharedGas +
    settings.blocksPerBatch *
      BigInt(settings.slotCount * SLOT_BYTES + (ROW_CELLS - 1) * CELL_BYTES) *
      settings.gasPerByte;

  const batchShare = (gas: bigint, use: Capacity, fillPercent: bigint): bigint =>
    shareOf(gas, use, capacity, fillPercent * settings.blocksPerBatch);

  /** Quotes at the current gas price, cached because every transaction needs one. */
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
    return { kind, tokenId, gasPriceWei: gasPrice, ...computeAt(kind, price, gasPrice) };
  };

  /** In units of which 10^18 are worth `price` wei. */
  const computeAt = (
    kind: FeeKind,
    price: bigint,
    gasPrice: bigint,
  ): Omit<FeeQuote, "kind" | "tokenId" | "gasPriceWei"> => {
    const toToken = (gas: bigint) => divideUp(gas * gasPrice * SCALE, price);
    const use: Capacity = { slots: 1, ...TRANSACTION_KINDS[kind] };
    const bytes = BigInt(SLOT_BYTES + use.extras * EXTRA_BYTES + use.payouts * PAYOUT_BYTES);
    const data = toToken(bytes * settings.gasPerByte + BigInt(use.payouts) * settings.payoutGas);
    const proof = toToken(batchShare(sharedGas, use, settings.expectedFillPercent));
    const operator = ((data + proof) * settings.operatorPercent) / 100n;
    const fee = ceilToFloat16(data + proof + operator);
    const cost = data + toToken(batchShare(paddedBatchGas, use, 100n));
    const tolerated = divideUp(fee * settings.tolerancePercent, 100n);
    const minimumFee = settings.operatorPercent < 0n || tolerated > cost ? tolerated : least(cost, fee);
    return { fee, minimumFee, data, proof, operator };
  };

  const shortfall: FeePolicy["shortfall"] = ({ type, tokenId, fee }) => {
    if (settings.operatorPercent <= -100n) return null;
    const quoted = quote(type, tokenId);
    if (quoted === null) return "token";
    return decodeFloat16(fee) < quoted.minimumFee ? quoted.minimumFee : null;
  };

  /** What the fees are worth, in wei times 10^18; in other tokens nothing. */
  const worth = (transactions: readonly L2Transaction[]): bigint =>
    transactions.reduce((sum, { tokenId, fee }) => sum + decodeFloat16(fee) * (prices.get(tokenId) ?? 0n), 0n);

  return {
    quote,
    shortfall,
    groupShortfall: (transactions) => {
      const lacking = transactions.map(shortfall);
      const index = lacking.findIndex((lacks) => lacks !== null);
      const lacks = lacking[index];
      if (lacks == null) return null;
      const gasPrice = gasPriceWei();
      const leastWei = transactions.reduce((sum, { type }) => sum + computeAt(type, SCALE, gasPrice).minimumFee, 0n);
      return worth(transactions) >= leastWei * SCALE ? null : { index, lacks };
    },
  };
}

/** Smallest encodable fee that is at least `fee`. */
export function ceilToFloat16(fee: bigint): bigint {
  const floor = floorToFloat16(fee);
  if (floor === fee) return fee;
  let step = 1n;
  while (floorToFloat16(floor + step) === floor) step *= 10n;
  // Where the exponent grows, `floor + step` itself may have too many digits.
  return floorToFloat16(floor + step);
}

function divideUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** The share of `gas` that a transaction's scarcest resource is of `fillPercent` of a block's, rounded up. */
function shareOf(gas: bigint, use: Capacity, capacity: Capacity, fillPercent: bigint): bigint {
  const limits = Object.keys(capacity) as (keyof Capacity)[];
  const scarcest = limits.reduce((most, limit) =>
    use[limit] * capacity[most] > use[most] * capacity[limit] ? limit : most,
  );
  return divideUp(gas * BigInt(use[scarcest]) * 100n, BigInt(capacity[scarcest]) * fillPercent);
}
