import { blocksRoot, cellsRoot, chainsAfter, extendChain, GENESIS_CHAINS, historyOf } from "@cairn/crypto";
import {
  accountIndex,
  decodeExtraCells,
  encodeHeaderCell,
  evaluateWords,
  FIELD_MODULUS,
  type L1Operation,
  l1Entry,
  tokenId,
} from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extraWitness, l1Witness } from "../../src/witness/parts.ts";
import { gadgetRefusal, runGadget } from "../support/gadget.ts";

const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const field = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt(0n, FIELD_MODULUS - 1n) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, FIELD_MODULUS - 1n) },
);
const index = fc.integer({ min: 64, max: 2 ** 24 - 1 }).map(accountIndex);
const owner = fc.bigInt(1n, 2n ** 160n - 1n);
const RUNS = { numRuns: 20 };
const WORD = 104n;

const list = <T>(item: fc.Arbitrary<T>, length: number) => fc.array(item, { minLength: length, maxLength: length });

describe("cells", () => {
  it("are header cell, data chain and cells root of the TypeScript twins", async () => {
    const block = fc.record({
      l1Count: fc.integer({ min: 0, max: 4 }),
      timestamp: uint(64),
      feeIndices: list(index, 4),
      slots: list(uint(104), 16),
      extras: fc.array(fc.tuple(owner, field), { maxLength: 4 }),
      chain: field,
    });
    await fc.assert(
      fc.asyncProperty(block, async ({ l1Count, timestamp, feeIndices, slots, extras, chain }) => {
        const extraCount = extras.length;
        const header = encodeHeaderCell({ slots: 16, l1Count, extraCount, timestamp, feeIndices });
        const words = extras.map(([of, key]) => extraWords(of, key));
        const slotCells = Array.from({ length: 8 }, (_, i) => joined(slots[2 * i], slots[2 * i + 1]));
        const used = [header, ...slotCells, ...words.flatMap(([a, b, c, d]) => [joined(a, b), joined(c, d)])];
        const cells = [...used, ...Array.from({ length: (3 - (used.length % 3)) % 3 }, () => 0n)];
        const before = { ...GENESIS_CHAINS, data: chain };
        const output = await runGadget("cells", {
          counts: [BigInt(l1Count), BigInt(extraCount)],
          timestamp,
          feeIndices: feeIndices.map(BigInt),
          slots,
          extras: Array.from({ length: 4 }, (_, j) => words[j] ?? [0n, 0n, 0n, 0n]),
          used: Array.from({ length: 5 }, (_, j) => (j < extraCount ? 1n : 0n)),
          chain,
        });
        const { data } = chainsAfter(before, { number: 1n, cells, l1Operations: [], payouts: [] });
        expect(output).toEqual([header, data, cellsRoot(cells)]);
      }),
      RUNS,
    );
  });
});

describe("chains", () => {
  it("are extended by used entries only, hashed into the history, and end in the blocks root", async () => {
    const chains = fc.record({ data: field, l1: field, payouts: field, blocks: field });
    await fc.assert(
      fc.asyncProperty(chains, fc.boolean(), fc.tuple(field, field, field), async (before, isUsed, entry) => {
        const output = await runGadget("chains", { chains: before, used: isUsed ? 1n : 0n, entry });
        const extended = isUsed ? extendChain(before.l1, [entry]) : before.l1;
        expect(output).toEqual([extended, historyOf(before), blocksRoot([before.blocks])]);
      }),
      RUNS,
    );
  });
});

describe("list polynomial", () => {
  it("equals evaluateWords", async () => {
    await fc.assert(
      fc.asyncProperty(list(field, 12), uint(248), async (words, point) => {
        expect(await runGadget("polynomial", { words, point })).toBe(evaluateWords(words, point));
      }),
      RUNS,
    );
  });
});

describe("extra", () => {
  it("opens as readers read its cells", async () => {
    await fc.assert(
      fc.asyncProperty(owner, field, async (of, key) => {
        const output = await runGadget("extra", { extra: extraWitness(of, key) });
        const words = extraWords(of, key);
        expect(output).toEqual([of, key, words]);
        expect(decodeExtraCells(joined(words[0], words[1]), joined(words[2], words[3]))).toEqual({ owner: of, key });
      }),
      RUNS,
    );
  });

  it("refuses r and more in a key, for which readers and exit proofs would differ", async () => {
    for (const key of [FIELD_MODULUS, FIELD_MODULUS + 5n, (1n << 254n) - 1n]) {
      expect(await gadgetRefusal("extra", { extra: extraWitness(1n, key) })).toMatch(/assert_max_bit_size/);
    }
  });

  it("refuses parts beyond their width", async () => {
    const parts = extraWitness(1n, 5n);
    const widths = { ownerHigh: 104, ownerLow: 56, keyHigh: 46, keyMiddle: 104, keyLow: 104 };
    for (const [name, bits] of Object.entries(widths)) {
      const extra = { ...parts, [name]: 1n << BigInt(bits) };
      const wire = name.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`);
      expect(await gadgetRefusal("extra", { extra })).toContain(`self.${wire}.assert_max_bit_size`);
    }
  });
});

describe("L1 operation", () => {
  const newKey = fc.bigInt(1n, FIELD_MODULUS - 1n);
  const operation: fc.Arbitrary<L1Operation> = fc.oneof(
    fc.record({
      type: fc.constant("deposit" as const),
      owner,
      tokenId: uint(32).map((id) => tokenId(Number(id))),
      amount: fc.bigInt(1n, 2n ** 128n - 1n),
      index: fc.constant(accountIndex(0)),
      key: field,
    }),
    fc.record({ type: fc.constant("forcedWithdraw" as const), sender: owner, index }),
    fc.record({ type: fc.constant("setKey" as const), sender: owner, index, key: newKey }),
  );

  it("is the entry of the L1 chain", async () => {
    await fc.assert(
      fc.asyncProperty(operation, async (one) => {
        expect(await runGadget("l1_operation", { operation: l1Witness(one) })).toEqual(l1Entry(one));
      }),
      RUNS,
    );
  });

  it("refuses two types, parts beyond their width, and content without a type", async () => {
    const deposit = l1Witness({
      type: "deposit",
      owner: 7n,
      tokenId: tokenId(0),
      amount: 5n,
      index: accountIndex(0),
      key: 9n,
    });
    const refusal = (change: object) => gadgetRefusal("l1_operation", { operation: { ...deposit, ...change } });
    expect(await refusal({ isSetKey: true })).toMatch(/is_l1.assert_max_bit_size/);
    // Each would borrow from its neighbour in the entry.
    for (const [name, bits] of Object.entries({ owner: 160, tokenId: 32, amount: 128, index: 24 })) {
      expect(await refusal({ [name]: 1n << BigInt(bits) }), name).toMatch(/assert_max_bit_size/);
      expect(await refusal({ [name]: FIELD_MODULUS - 1n }), name).toMatch(/assert_max_bit_size/);
    }
    const none = { isDeposit: false, owner: 0n, amount: 0n, key: 0n };
    expect(await refusal(none)).toBeNull();
    for (const change of [{ owner: 1n }, { tokenId: 1n }, { amount: 1n }, { index: 1n }, { key: 1n }]) {
      expect(await refusal({ ...none, ...change })).toBe("L1 operation: unused record is not zero");
    }
  });
});

describe("links in a block of 1,024 slots", () => {
  const CHECKED = [0, 1, 256, 300];
  const inputs = (pairs: readonly (readonly [number, number])[]) => {
    const partners = new Map(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
    return {
      targets: Array.from({ length: 1024 }, (_, i) => BigInt(partners.get(i) ?? i)),
      canLink: CHECKED.map((slot) => partners.has(slot)),
      contents: Array.from({ length: 1024 }, (_, i) => BigInt(i + 5)),
    };
  };
  const tooFar = "links.nr: link.offset.assert_max_bit_size";

  it("reach 255 slots in both directions", async () => {
    const linked = inputs([
      [1, 256],
      [300, 45],
    ]);
    expect(await runGadget("far_links", linked)).toEqual([
      [256n, 0n],
      [511n, 261n],
      [1n, 6n],
      [1n, 50n],
    ]);
    expect(await runGadget("far_links", inputs([[300, 555]]))).toContainEqual([511n, 560n]);
  });

  it("refuse offsets of 256 slots and more: of 9 bits or below zero, whichever partner is asked", async () => {
    for (const pair of [
      [0, 256],
      [0, 300],
      [300, 1],
      [1, 1023],
      [300, 556],
    ] as const) {
      expect(await gadgetRefusal("far_links", inputs([pair])), pair.join()).toBe(tooFar);
    }
  });

  it("refuse a partner outside the block", async () => {
    const linked = inputs([]);
    linked.targets[0] = 1024n;
    const refused = await gadgetRefusal("far_links", { ...linked, canLink: [true, false, false, false] });
    expect(refused).toBe("links.nr: (N as Field - 1 - targets[i]).assert_max_bit_size");
  });
});

function joined(high = 0n, low = 0n): bigint {
  return (high << WORD) + low;
}

/** The four words of an extra's two cells: owner 160 ‖ key 256. */
function extraWords(of: bigint, key: bigint): [bigint, bigint, bigint, bigint] {
  const all = (of << 256n) + key;
  const [a = 0n, b = 0n, c = 0n, d = 0n] = [3n, 2n, 1n, 0n].map((place) => BigInt.asUintN(104, all >> (place * WORD)));
  return [a, b, c, d];
}
