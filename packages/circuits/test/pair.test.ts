import { blocksRoot, extendChain, historyOf } from "@cairn/crypto";
import { type ChainEntry, type Claim, evaluateCells, evaluateWords, joinClaims, WORD_BITS } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { readRecordedKeys } from "../src/build/key-lists.ts";
import { KEY_FIELDS, PROOF_FIELDS } from "../src/build/recursion-key.ts";
import { batchInputMap } from "../src/prove/input-map.ts";
import type { ChildWitness } from "../src/witness/children.ts";
import { evaluationWitness } from "../src/witness/evaluation.ts";
import { BATCH_EVALUATION, type ListsWitness } from "../src/witness/lists.ts";
import { program } from "./support/cache.ts";
import { expectVerifiedChildren } from "./support/expect-children.ts";
import { circuitRefusal } from "./support/refusal.ts";
import { sampleBatch } from "./support/sample-batch.ts";

/** Every list as long as the circuit takes it; no solver asks whether blocks could have made them. */
const [ROWS, OPERATIONS, PAYOUTS, BLOCKS] = [1365, 512, 1024, 64];
const HIGHEST_WORD = (1n << BigInt(WORD_BITS)) - 1n;
const HIGHEST_POINT = (1n << 248n) - 1n;
const FIRST_BLOCK = 7n;
const CHAINS = { data: 11n, l1: 12n, payouts: 13n, blocks: 14n };

const times = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
const numbered = (i: number): bigint => (BigInt(i + 1) * 0x1234_5678_9abc_def1n ** 5n) % (HIGHEST_WORD + 1n);

/** Full lists; rows with these words. */
function fullLists(word: (i: number) => bigint): ListsWitness {
  return {
    chains: { ...CHAINS },
    rows: times(ROWS, (j) => ({ isUsed: true, words: times(6, (i) => word(6 * j + i)) })),
    operations: times(OPERATIONS, (j) => ({ isUsed: true, entry: times(3, (i) => numbered(3 * j + i)) })),
    payouts: times(PAYOUTS, (j) => ({ isUsed: true, target: numbered(j), amount: numbered(j + 5) })),
    blocks: times(BLOCKS, (j) => ({ isUsed: true, cellsRoot: numbered(j), headerCell: numbered(j + 9) })),
  };
}

const cellsOf = ({ words }: ListsWitness["rows"][number]): bigint[] =>
  [0, 2, 4].map((i) => ((words[i] ?? 0n) << BigInt(WORD_BITS)) + (words[i + 1] ?? 0n));
const entry = ([x = 0n, y = 0n, z = 0n]: readonly bigint[]): ChainEntry => [x, y, z];

/** The two claims of 32 blocks each whose lists these are, and the root of their blocks. */
function claimsOf({ rows, operations, payouts, blocks }: ListsWitness): { claims: [Claim, Claim]; root: bigint } {
  const [sample] = sampleBatch(1).built;
  if (sample === undefined) expect.unreachable();
  const hashes: bigint[] = [];
  for (const [j, { cellsRoot, headerCell }] of blocks.entries()) {
    hashes.push(extendChain(hashes.at(-1) ?? CHAINS.blocks, [[cellsRoot, headerCell, FIRST_BLOCK + BigInt(j)]]));
  }
  const after = historyOf({
    data: extendChain(CHAINS.data, rows.map(cellsOf).map(entry)),
    l1: extendChain(
      CHAINS.l1,
      operations.map((operation) => entry(operation.entry)),
    ),
    payouts: extendChain(
      CHAINS.payouts,
      payouts.map(({ target, amount }) => [target, amount, 0n]),
    ),
    blocks: hashes.at(-1) ?? CHAINS.blocks,
  });
  const { claim } = sample;
  const between = { root: 5n, nextIndex: 100, history: 6n };
  const [last, end] = [FIRST_BLOCK + 31n, FIRST_BLOCK + 63n];
  const before = { ...claim.before, history: historyOf(CHAINS) };
  return {
    claims: [
      { ...claim, firstBlock: FIRST_BLOCK, lastBlock: last, before, after: between },
      { ...claim, firstBlock: last + 1n, lastBlock: end, before: between, after: { ...claim.after, history: after } },
    ],
    root: blocksRoot(hashes),
  };
}

/** What refuses these lists, published as they are, under what the children proved. */
async function refusal(
  lists: ListsWitness,
  point: bigint,
  proven: ReturnType<typeof claimsOf>,
): Promise<string | null> {
  const { circuit } = await program("pair");
  const cells = lists.rows.flatMap(cellsOf);
  const { operations, payouts } = lists;
  const binding = {
    blocksRoot: proven.root,
    point,
    evaluation: evaluateCells(cells, point),
    l1Evaluation: evaluateWords(
      operations.flatMap((operation) => operation.entry),
      point,
    ),
    payoutsEvaluation: evaluateWords(
      payouts.flatMap(({ target, amount }) => [target, amount]),
      point,
    ),
  };
  const children = proven.claims.map(
    (claim): ChildWitness => ({
      isUsed: true,
      key: times(KEY_FIELDS, () => 0n),
      keyHash: BigInt(readRecordedKeys().dev?.merge2.keyHash ?? 0n),
      proof: times(PROOF_FIELDS, () => 0n),
      claim,
    }),
  );
  const evaluation = evaluationWitness(cells, point, BATCH_EVALUATION);
  const claim = joinClaims(proven.claims);
  return circuitRefusal(circuit, batchInputMap({ claim, binding, children, lists, evaluation }));
}

describe("a pair with every list full", () => {
  const honest = claimsOf(fullLists(numbered));

  it.each([0n, HIGHEST_POINT])("is provable at point %i", async (point) => {
    expect(await refusal(fullLists(numbered), point, honest)).toBeNull();
  });

  it("is provable with sums of 63 maximal words: no carry leaves its range", async () => {
    const lists = fullLists(() => HIGHEST_WORD);
    const proven = claimsOf(lists);
    for (const point of [(1n << 86n) - 1n, HIGHEST_POINT]) expect(await refusal(lists, point, proven)).toBeNull();
  });

  const last: Readonly<Record<string, (lists: ListsWitness) => void>> = {
    "word of the last cell": ({ rows }) => rows.at(-1)?.words.splice(5, 1, 3n),
    "L1 operation": ({ operations }) => operations.at(-1)?.entry.splice(2, 1, 3n),
    payout: ({ payouts }) => Object.assign(payouts.at(-1) ?? {}, { amount: 3n }),
    row: ({ rows }) => Object.assign(rows.at(-1) ?? {}, { isUsed: false, words: times(6, () => 0n) }),
  };
  it.each(Object.entries(last))("is refused with another last %s than the blocks'", async (_name, change) => {
    const lists = fullLists(numbered);
    change(lists);
    expect(await refusal(lists, HIGHEST_POINT, honest)).toBe("binding: new history differs");
  });

  it("is refused with another last block, at which a leaf of the blocks root stands", async () => {
    const lists = fullLists(numbered);
    Object.assign(lists.blocks.at(-1) ?? {}, { headerCell: 3n });
    expect(await refusal(lists, HIGHEST_POINT, honest)).toBe("binding: blocks root differs");
  });
});

describe.each(["pair", "batch"] as const)("the constraints of %s", (circuit) => {
  it("verify each child for its own claim, unless its flag says that it is not used", () =>
    expectVerifiedChildren(circuit));
});
