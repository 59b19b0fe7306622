import {
  CELL_BYTES,
  decodeFloat16,
  EXTRA_BYTES,
  encodeFloat16,
  encodeFloat40,
  floorToFloat16,
  L1_OPERATION_KINDS,
  type L1OperationKind,
  type L2Transaction,
  PAYOUT_BYTES,
  ROW_CELLS,
  SLOT_BYTES,
  SOLO_SIZES,
  type SoloSize,
  TRANSACTION_KINDS,
  type TransactionGroup,
  type TransactionKind,
  tokenId,
} from "@cairn/protocol";
import { type Capacity, emptyBlockCapacity, requiredCapacity } from "@cairn/vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import L1_GAS from "../../l1-gas.json" with { type: "json" };
import { loadConfig } from "../config/config.ts";
import { ceilToFloat16, createFeePolicy, type FeePolicy, type FeeSettings } from "./fee-policy.ts";
import { feeSettingsOf } from "./fee-settings.ts";

const TOKENS = [
  { tokenId: tokenId(0), weiPer1e18: 10n ** 18n },
  /** Six decimals: 10^18 smallest units are worth half a billion ETH. */
  { tokenId: tokenId(1), weiPer1e18: 5n * 10n ** 26n },
  { tokenId: tokenId(2), weiPer1e18: 7n * 10n ** 13n },
];
const GAS_PRICE = 3n * 10n ** 9n;
const KINDS = Object.keys(TRANSACTION_KINDS) as TransactionKind[];
const LIMITS = Object.keys(emptyBlockCapacity(16)) as (keyof Capacity)[];

interface Priced {
  readonly kind: TransactionKind;
  readonly token: number;
}

const policyOf = (slotCount: SoloSize, gasPriceWei: bigint, change: Partial<FeeSettings> = {}): FeePolicy =>
  createFeePolicy(
    {
      slotCount,
      tokens: TOKENS,
      batchGas: BigInt(L1_GAS.batch[slotCount]),
      blocksPerBatch: 1n,
      gasPerByte: BigInt(L1_GAS.publishedByte),
      payoutGas: BigInt(L1_GAS.payout),
      expectedFillPercent: 50n,
      operatorPercent: 0n,
      tolerancePercent: 80n,
      ...change,
    },
    () => gasPriceWei,
  );

const priced = fc.record({ kind: fc.constantFrom(...KINDS), token: fc.nat(TOKENS.length - 1) });
const slotCounts = fc.constantFrom(...SOLO_SIZES);
const gasPrices = fc.bigInt({ min: 1n, max: 500n * 10n ** 9n });

const asGroup = (kinds: readonly TransactionKind[]) =>
  kinds.map((type) => ({ transaction: { type } })) as unknown as TransactionGroup;
const plus = (a: Capacity, b: Capacity): Capacity => ({
  slots: a.slots + b.slots,
  payouts: a.payouts + b.payouts,
  newAccounts: a.newAccounts + b.newAccounts,
  extras: a.extras + b.extras,
});
const NOTHING: Capacity = { slots: 0, payouts: 0, newAccounts: 0, extras: 0 };
const exceeds = (use: Capacity, capacity: Capacity) => LIMITS.some((limit) => use[limit] > capacity[limit]);

/** What the batch of a block with these transactions costs on L1; the calldata ends with the last byte that is not zero. */
function costGas(slotCount: SoloSize, transactions: readonly Priced[]): bigint {
  return batchCostGas(slotCount, [transactions]);
}

/** The same for several blocks: all but the last also publish what their slots and rows are filled up with. */
function batchCostGas(slotCount: SoloSize, blocks: readonly (readonly Priced[])[]): bigint {
  const gas = blocks.map((transactions, i) => {
    const { slots, extras, payouts } = requiredCapacity(asGroup(transactions.map(({ kind }) => kind)));
    const isLast = i === blocks.length - 1;
    const publishedSlots = extras > 0 || !isLast ? slotCount : slots;
    const filling = isLast ? 0 : (ROW_CELLS - ((2 * extras) % ROW_CELLS)) % ROW_CELLS;
    const header = i === 0 ? 0 : 1;
    const bytes = publishedSlots * SLOT_BYTES + extras * EXTRA_BYTES + (header + filling) * CELL_BYTES;
    return (bytes + payouts * PAYOUT_BYTES) * L1_GAS.publishedByte + payouts * L1_GAS.payout;
  });
  return BigInt(L1_GAS.batch[slotCount] + gas.reduce((sum, one) => sum + one, 0));
}

/** Value of fees in wei times 10^18, so that rounding loses nothing. */
function worth(policy: FeePolicy, transactions: readonly Priced[], which: "fee" | "minimumFee"): bigint {
  return transactions.reduce((sum, { kind, token }) => {
    const { tokenId: id, weiPer1e18 } = TOKENS[token] ?? expect.unreachable();
    return sum + (policy.quote(kind, id)?.[which] ?? 0n) * weiPer1e18;
  }, 0n);
}

const isCovered = (slotCount: SoloSize, gasPrice: bigint, transactions: readonly Priced[], paid: bigint): boolean =>
  paid >= costGas(slotCount, transactions) * gasPrice * 10n ** 18n;

/** Transactions up to the first that a limit excludes. */
function fill(slotCount: SoloSize, offered: readonly Priced[], taken: Capacity = NOTHING): Priced[] {
  const capacity = emptyBlockCapacity(slotCount);
  let use = taken;
  const inside: Priced[] = [];
  for (let i = 0; ; i++) {
    const next = offered[i % offered.length] ?? expect.unreachable();
    use = plus(use, requiredCapacity(asGroup([next.kind])));
    if (exceeds(use, capacity)) return inside;
    inside.push(next);
  }
}

describe("a block with no place for another transaction", () => {
  const mixes = fc.array(priced, { minLength: 1, maxLength: 40 });

  it("pays for its batch at the quoted fees, whatever is in it and whichever limit it reached", () => {
    fc.assert(
      fc.property(slotCounts, gasPrices, mixes, (slotCount, gasPrice, offered) => {
        const inside = fill(slotCount, offered);
        const policy = policyOf(slotCount, gasPrice);
        return isCovered(slotCount, gasPrice, inside, worth(policy, inside, "fee"));
      }),
      { numRuns: 2000 },
    );
  });

  it("pays for its batch even at the minimum fees", () => {
    fc.assert(
      fc.property(
        slotCounts,
        gasPrices,
        mixes,
        fc.bigInt({ min: 0n, max: 100n }),
        fc.bigInt({ min: 0n, max: 50n }),
        (slotCount, gasPrice, offered, tolerancePercent, operatorPercent) => {
          const inside = fill(slotCount, offered);
          const policy = policyOf(slotCount, gasPrice, { tolerancePercent, operatorPercent });
          return isCovered(slotCount, gasPrice, inside, worth(policy, inside, "minimumFee"));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("pays for its share of a batch of several such blocks, at quoted and at minimum fees", () => {
    const blocks = fc.array(mixes, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        slotCounts,
        gasPrices,
        blocks,
        fc.constantFrom("fee", "minimumFee"),
        (slotCount, gasPrice, all, which) => {
          const filled = all.map((offered) => fill(slotCount, offered));
          const policy = policyOf(slotCount, gasPrice, { blocksPerBatch: BigInt(filled.length) });
          const paid = worth(policy, filled.flat(), which);
          return paid >= batchCostGas(slotCount, filled) * gasPrice * 10n ** 18n;
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each(SOLO_SIZES)("of %i slots pays when a stranger fills it with one scarce resource", (slotCount) => {
    for (const kind of KINDS) {
      const inside = fill(slotCount, [{ kind, token: 0 }]);
      const policy = policyOf(slotCount, 10n ** 9n);
      expect(inside).toHaveLength(kind === "transfer" ? slotCount : slotCount / 4);
      expect(isCovered(slotCount, 10n ** 9n, inside, worth(policy, inside, "fee")), kind).toBe(true);
    }
  });

  it.each(SOLO_SIZES)(
    "of %i slots pays when its payouts burn as much gas as the publisher spends on them",
    (slotCount) => {
      const required = {
        CAIRN_CHAIN_ID: "1",
        CAIRN_ROLLUP: `0x${"11".repeat(20)}`,
        CAIRN_FEE_OWNER: `0x${"22".repeat(20)}`,
      };
      for (const change of [{}, { CAIRN_MAX_PAYOUT_GAS: "300000" }]) {
        const config = loadConfig({
          ...required,
          CAIRN_ROLES: "sequencer",
          CAIRN_FEE_OPERATOR_PERCENT: "0",
          ...change,
        });
        const policy = createFeePolicy(feeSettingsOf(config, slotCount), () => GAS_PRICE);
        const inside = fill(slotCount, [{ kind: "withdraw", token: 0 }]);
        const burned =
          BigInt(inside.length * Math.max(0, config.maxPayoutGas - L1_GAS.payout)) * GAS_PRICE * 10n ** 18n;
        const needed = costGas(slotCount, inside) * GAS_PRICE * 10n ** 18n + burned;
        for (const which of ["fee", "minimumFee"] as const) {
          expect(worth(policy, inside, which), which).toBeGreaterThanOrEqual(needed);
        }
      }
    },
  );

  it("pays for the part that L1 operations left", () => {
    const operations = fc.array(fc.constantFrom(...(Object.keys(L1_OPERATION_KINDS) as L1OperationKind[])), {
      maxLength: 64,
    });
    fc.assert(
      fc.property(slotCounts, operations, mixes, (slotCount, kinds, offered) => {
        const capacity = emptyBlockCapacity(slotCount);
        const taken = kinds
          .slice(0, slotCount / 4)
          .map((kind): Capacity => ({ slots: 1, ...L1_OPERATION_KINDS[kind] }))
          .reduce(plus, NOTHING);
        if (exceeds(taken, capacity)) return true;
        const inside = fill(slotCount, offered, taken);
        const paid = worth(policyOf(slotCount, 1n), inside, "fee");
        const { slots, extras, payouts } = requiredCapacity(asGroup(inside.map(({ kind }) => kind)));
        const bytes = slots * SLOT_BYTES + extras * EXTRA_BYTES + payouts * PAYOUT_BYTES;
        const own = BigInt(bytes * L1_GAS.publishedByte + payouts * L1_GAS.payout);
        const left = Math.min(...LIMITS.map((limit) => 1 - taken[limit] / capacity[limit]));
        const shared = BigInt(Math.floor(2 * L1_GAS.batch[slotCount] * left));
        return paid >= (own + shared) * 10n ** 18n;
      }),
      { numRuns: 1000 },
    );
  });
});

describe("blocks closed by groups that do not fit", () => {
  it("pay for their batches, taken two by two", () => {
    const groups = fc.array(fc.array(priced, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 300 });
    fc.assert(
      fc.property(slotCounts, gasPrices, groups, (slotCount, gasPrice, offered) => {
        const capacity = emptyBlockCapacity(slotCount);
        const closed: Priced[][] = [];
        let [inside, use]: [Priced[], Capacity] = [[], NOTHING];
        for (const group of offered) {
          const more = requiredCapacity(asGroup(group.map(({ kind }) => kind)));
          if (exceeds(more, capacity)) continue;
          if (exceeds(plus(use, more), capacity)) {
            closed.push(inside);
            [inside, use] = [[], NOTHING];
          }
          inside.push(...group);
          use = plus(use, more);
        }
        const policy = policyOf(slotCount, gasPrice);
        for (let i = 0; i + 1 < closed.length; i += 2) {
          const pair = [closed[i] ?? [], closed[i + 1] ?? []];
          const cost = pair.reduce((sum, block) => sum + costGas(slotCount, block), 0n) * gasPrice * 10n ** 18n;
          if (worth(policy, pair.flat(), "fee") < cost) return false;
        }
        return true;
      }),
      { numRuns: 500 },
    );
  });
});

describe("minimum fees", () => {
  it("are never above the quote, accepted, and the least that is accepted", () => {
    fc.assert(
      fc.property(
        slotCounts,
        gasPrices,
        priced,
        fc.bigInt({ min: -90n, max: 50n }),
        (slots, gasPrice, one, percent) => {
          const policy = policyOf(slots, gasPrice, { operatorPercent: percent });
          const { tokenId: id } = TOKENS[one.token] ?? expect.unreachable();
          const quote = policy.quote(one.kind, id) ?? expect.unreachable();
          expect(quote.minimumFee).toBeLessThanOrEqual(quote.fee);
          expect(policy.shortfall(transaction(one.kind, quote.fee, id))).toBeNull();
          expect(policy.shortfall(transaction(one.kind, ceilToFloat16(quote.minimumFee), id))).toBeNull();
          const lower = floorToFloat16(quote.minimumFee - 1n);
          expect(policy.shortfall(transaction(one.kind, lower, id))).toBe(quote.minimumFee);
        },
      ),
    );
  });
});

describe("groups", () => {
  /** Fees as parts of the least fee, from nothing to three times as much. */
  const offered = fc.record({ kind: fc.constantFrom(...KINDS), token: fc.nat(TOKENS.length), percent: fc.nat(300) });
  const groups = fc.array(offered, { minLength: 1, maxLength: 6 });

  /** The token after the last one pays no fees. */
  const tokenOf = (position: number) => TOKENS[position]?.tokenId ?? tokenId(99);
  const signedAs = (
    policy: FeePolicy,
    { kind, token, percent }: { kind: TransactionKind; token: number; percent: number },
  ) => {
    const least = policy.quote(kind, tokenOf(token))?.minimumFee ?? 10n ** 20n;
    return transaction(kind, ceilToFloat16((least * BigInt(percent)) / 100n), tokenOf(token));
  };
  const paid = (transactions: readonly L2Transaction[]): bigint =>
    transactions.reduce((sum, { tokenId: id, fee }) => {
      const price = TOKENS.find((token) => token.tokenId === id)?.weiPer1e18 ?? 0n;
      return sum + decodeFloat16(fee) * price;
    }, 0n);

  it("no mix of groups that are accepted fills a block without paying for its batch", () => {
    fc.assert(
      fc.property(slotCounts, gasPrices, fc.array(groups, { minLength: 1, maxLength: 12 }), (slots, gasPrice, all) => {
        const policy = policyOf(slots, gasPrice);
        const accepted = all.filter(
          (group) => policy.groupShortfall(group.map((one) => signedAs(policy, one))) === null,
        );
        fc.pre(accepted.length > 0);
        const capacity = emptyBlockCapacity(slots);
        const inside: (typeof accepted)[number] = [];
        let taken = NOTHING;
        for (let i = 0; ; i++) {
          const group = accepted[i % accepted.length] ?? expect.unreachable();
          const use = plus(taken, requiredCapacity(asGroup(group.map(({ kind }) => kind))));
          if (exceeds(use, capacity)) break;
          taken = use;
          inside.push(...group);
        }
        // Where no group has a place any more, single transfers have, for the least fee.
        const rest = fill(slots, [{ kind: "transfer", token: 0 }], taken);
        const fees = paid(inside.map((one) => signedAs(policy, one))) + worth(policy, rest, "minimumFee");
        return isCovered(slots, gasPrice, [...inside, ...rest], fees);
      }),
      { numRuns: 1000 },
    );
  });

  it("may be paid for by one of them, to the last unit, in any token that pays fees", () => {
    fc.assert(
      fc.property(slotCounts, gasPrices, groups, fc.nat(TOKENS.length - 1), (slots, gasPrice, others, token) => {
        const policy = policyOf(slots, gasPrice);
        const free = others.map((one) => transaction(one.kind, 0n, tokenOf(one.token)));
        const { tokenId: id, weiPer1e18 } = TOKENS[token] ?? expect.unreachable();
        const leastOf = (kind: TransactionKind) => policy.quote(kind, tokenId(0))?.minimumFee ?? 0n;
        const least = [...free.map(({ type }) => type), "transfer" as const].reduce(
          (sum, kind) => sum + leastOf(kind),
          0n,
        );
        const fee = ceilToFloat16((least * 10n ** 18n + weiPer1e18 - 1n) / weiPer1e18);
        const group = (sponsored: bigint) => [...free, transaction("transfer", sponsored, id)];
        expect(policy.groupShortfall(group(fee))).toBeNull();
        const lower = floorToFloat16((least * 10n ** 18n - 1n) / weiPer1e18);
        const isEnough = lower * weiPer1e18 >= least * 10n ** 18n;
        const refusal = policy.groupShortfall(group(isEnough ? 0n : lower));
        expect(refusal).toMatchObject({ index: 0 });
      }),
      { numRuns: 500 },
    );
  });
});

function transaction(type: TransactionKind, fee: bigint, id: ReturnType<typeof tokenId>): L2Transaction {
  const common = { type, tokenId: id, fee: encodeFloat16(fee), amount: encodeFloat40(1n) };
  return common as unknown as L2Transaction;
}
