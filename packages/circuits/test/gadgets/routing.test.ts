import { accountHash, compress } from "@cairn/crypto";
import { accountIndex, EMPTY_ACCOUNT, FIELD_MODULUS, tokenId } from "@cairn/protocol";
import { createWorkingTree, type WorkingTree } from "@cairn/state";
import { createSparseState } from "@cairn/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extraWitness, indexWitness, leafWitness, payoutWitness } from "../../src/witness/parts.ts";
import { gadgetRefusal, runGadget } from "../support/gadget.ts";

const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const positive = (bits: number) => fc.bigInt(1n, (1n << BigInt(bits)) - 1n);
const field = fc.bigInt(0n, FIELD_MODULUS - 1n);
const RUNS = { numRuns: 25 };

describe("extras and payouts", () => {
  const consumes = fc
    .array(fc.boolean(), { minLength: 8, maxLength: 8 })
    .filter((list) => list.filter(Boolean).length <= 4);

  it("reach the slots that consume them, in order", async () => {
    const rows = fc.array(fc.tuple(positive(160), field), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(consumes, rows, async (flags, all) => {
        const used = all.slice(0, flags.filter(Boolean).length);
        const extras = [0, 1, 2, 3].map((i) => extraWitness(used[i]?.[0] ?? 0n, used[i]?.[1] ?? 0n));
        const queue = [...used];
        const expected = flags.map((flag) => (flag ? [...(queue.shift() ?? [])] : [0n, 0n]));
        expect(await runGadget("extras", { extras, consumes: flags })).toEqual(expected);
      }),
      RUNS,
    );
  });

  it("payouts are the records in order, and no others", async () => {
    const rows = fc.array(fc.tuple(positive(160), uint(32), uint(128)), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(consumes, rows, async (flags, all) => {
        const list = all.slice(0, flags.filter(Boolean).length).map(([recipient, token, amount]) => ({
          recipient,
          tokenId: tokenId(Number(token)),
          amount,
        }));
        const rows = [0, 1, 2, 3].map((i) => payoutWitness(list[i] ?? null));
        const queue = [...list];
        const made = flags.map((flag) => {
          const payout = flag ? queue.shift() : undefined;
          return {
            made: BigInt(flag),
            recipient: payout?.recipient ?? 0n,
            tokenId: BigInt(payout?.tokenId ?? 0),
            amount: payout?.amount ?? 0n,
          };
        });
        expect(await gadgetRefusal("payouts", { rows, made })).toBeNull();
      }),
      RUNS,
    );
  });
});

describe("links", () => {
  it("pairs slots both ways", async () => {
    const pairs = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7]).map((list) => list.slice(0, list.length & ~1));
    await fc.assert(
      fc.asyncProperty(pairs, fc.array(field, { minLength: 8, maxLength: 8 }), async (order, contents) => {
        const targets = contents.map((_, i) => {
          const at = order.indexOf(i);
          return at < 0 ? i : (order[at ^ 1] ?? i);
        });
        const output = await runGadget("links", {
          targets: targets.map(BigInt),
          canLink: targets.map((partner, i) => partner !== i),
          contents,
        });
        expect(output).toEqual(
          targets.map((partner, i) => [BigInt(256 + partner - i), partner === i ? 0n : contents[partner]]),
        );
      }),
      RUNS,
    );
  });
});

describe("fees", () => {
  it("gather by selector, and credit the chosen account", async () => {
    const draw = fc.tuple(
      fc.array(uint(60), { minLength: 4, maxLength: 4 }),
      fc.array(fc.nat(1), { minLength: 4, maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(draw, async ([amounts, credits]) => {
        const base = createSparseState(
          {
            accounts: new Map([0, 1].map((token) => [accountIndex(64 + token), operatorAccount(token)])),
            nextIndex: 66,
          },
          compress,
        );
        const tree = createWorkingTree(base, compress);
        const fees = amounts.map((amount, i) => ((i & 1) === 0 ? amount : 0n));
        const totals = [0, 1, 2, 3].map((credit) =>
          fees.reduce((sum, fee, i) => (credits[i] === credit ? sum + fee : sum), 0n),
        );
        const opened = [0, 1, 2, 3].map((credit) => openCredit(tree, credit, totals[credit] ?? 0n));
        const output = await runGadget("fees", {
          credits: opened,
          selectors: fees.map((fee, i) => [0, 1, 2, 3].map((credit) => fee !== 0n && credits[i] === credit)),
          fees,
          tokens: credits.map(BigInt),
          subroots: Array.from({ length: 16 }, (_, i) => [...base.nodes.children(10, i)]).flat(),
        });
        expect(output).toEqual(totals);
      }),
      { numRuns: 8 },
    );
  });

  const operatorAccount = (token: number) => ({
    owner: 7n,
    tokenId: tokenId(token),
    nonce: 0,
    ownerKey: false,
    balance: 5n,
    key: 0n,
  });

  /** Credits 0 and 1 are used, 2 and 3 are not. */
  function openCredit(tree: WorkingTree, credit: number, total: bigint) {
    const at = credit < 2 ? 64 + credit : 0;
    const before = credit < 2 ? operatorAccount(credit) : EMPTY_ACCOUNT;
    const { siblings, digits, leafHash } = tree.prove(at);
    let node = leafHash;
    const children = siblings.slice(0, 9).map((family, level) => {
      const all = [...family];
      all.splice(digits[level] ?? 0, 0, node);
      const [a = 0n, b = 0n, c = 0n, d = 0n] = all;
      node = compress(a, b, c, d);
      return all;
    });
    tree.update(at, accountHash({ ...before, balance: before.balance + total }));
    return { tokenId: BigInt(credit), index: indexWitness(at), leaf: leafWitness(before), children };
  }
});
