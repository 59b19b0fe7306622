import { historyOf } from "@cairn/crypto";
import { type Claim, joinClaims } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { readRecordedKeys } from "../src/build/key-lists.ts";
import { KEY_FIELDS, PROOF_FIELDS } from "../src/build/recursion-key.ts";
import { INNER_CIRCUITS, type InnerCircuit, type MergeCircuit, PARENTS } from "../src/circuits.ts";
import { mergeInputMap } from "../src/prove/input-map.ts";
import type { ChildWitness } from "../src/witness/children.ts";
import { readAcir } from "./support/acir.ts";
import { program } from "./support/cache.ts";
import { expectVerifiedChildren } from "./support/expect-children.ts";
import { circuitRefusal } from "./support/refusal.ts";
import { sampleBatch } from "./support/sample-batch.ts";

/** The solver takes every proof for true, so these tests need none: what a verifier judges is in merge.prover.test.ts. */
const NO_PROOF = {
  key: Array.from({ length: KEY_FIELDS }, () => 0n),
  proof: Array.from({ length: PROOF_FIELDS }, () => 0n),
};
const sample = sampleBatch(4);
const claims = sample.built.map(({ claim }) => claim);
const keyHash = (circuit: InnerCircuit): bigint => BigInt(readRecordedKeys().dev?.[circuit].keyHash ?? 0n);
const child = (claim: Claim, hash = keyHash("block16")): ChildWitness => ({
  ...NO_PROOF,
  isUsed: true,
  keyHash: hash,
  claim,
});
const unused = (claim: Claim | null = null): ChildWitness => ({ ...NO_PROOF, isUsed: false, keyHash: 0n, claim });

/** Children as given, unused ones behind them; the result is that of all used ones unless another is claimed. */
async function refusal(
  children: readonly ChildWitness[],
  claimed?: Claim,
  circuit: MergeCircuit = "merge1",
): Promise<string | null> {
  const filled = [...children, ...Array.from({ length: 4 - children.length }, () => unused())];
  const result = claimed ?? joinClaims(children.flatMap(({ claim }) => claim ?? []));
  return circuitRefusal((await program(circuit)).circuit, mergeInputMap(result, filled));
}

const [first, second, third, fourth] = claims as [Claim, Claim, Claim, Claim];
/** The claim that a prover would like to have accepted for the first and the last of these claims. */
const fromTo = (from: Claim, to: Claim): Claim => ({
  ...from,
  lastBlock: to.lastBlock,
  lastTimestamp: to.lastTimestamp,
  after: to.after,
});

it.each([1, 2, 3, 4])("joins %i children", async (count) => {
  expect(await refusal(claims.slice(0, count).map((claim) => child(claim)))).toBeNull();
});

it("asks nothing of unused children", async () => {
  const strange = { ...second, domain: { chainId: 9n, rollup: 9n }, firstTimestamp: 0n };
  expect(await refusal([child(first), unused(strange), unused(fourth)], first)).toBeNull();
});

describe("which children are used", () => {
  it("no child", async () => {
    expect(await refusal([unused(first)], first)).toBe("children: there is none");
  });
  it("a gap between children", async () => {
    const children = [child(first), unused(second), child(third)];
    expect(await refusal(children, fromTo(first, third))).toBe("children: gap before a used one");
  });
  it("a proven child left out of the result", async () => {
    expect(await refusal([child(first), child(second)], first)).toBe("children: another claim than theirs together");
  });
  it("the result of an unused child", async () => {
    const children = [child(first), unused(second)];
    expect(await refusal(children, fromTo(first, second))).toBe("children: another claim than theirs together");
  });
  it("the result of the last but one, each part of it", async () => {
    const whole = fromTo(first, third);
    const parts: readonly Partial<Claim>[] = [
      { lastBlock: second.lastBlock },
      { lastTimestamp: second.lastTimestamp },
      { after: { ...whole.after, root: second.after.root } },
      { after: { ...whole.after, nextIndex: second.after.nextIndex } },
      { after: { ...whole.after, history: second.after.history } },
    ];
    for (const part of parts) {
      const refused = await refusal([child(first), child(second), child(third)], { ...whole, ...part });
      expect(refused).toBe("children: another claim than theirs together");
    }
  });
  it("the result begun by the second child, each part of it", async () => {
    const whole = fromTo(first, third);
    const parts: readonly Partial<Claim>[] = [
      { firstBlock: second.firstBlock },
      { firstTimestamp: second.firstTimestamp },
      { before: { ...whole.before, root: second.before.root } },
      { before: { ...whole.before, nextIndex: second.before.nextIndex } },
      { before: { ...whole.before, history: second.before.history } },
      { domain: { ...whole.domain, chainId: 1n } },
    ];
    for (const part of parts) {
      const refused = await refusal([child(first), child(second), child(third)], { ...whole, ...part });
      expect(refused).toBe("children: another claim than theirs together");
    }
  });
});

describe.each(["merge1", "merge2"] as const)("the constraints of %s", (circuit) => {
  it("verify each child for its own claim, unless its flag says that it is not used", () =>
    expectVerifiedChildren(circuit));

  it("leave no answer of a hint to the prover", async () => {
    const { hints } = readAcir((await program(circuit)).circuit);
    expect(hints).toEqual([]);
  });
});

describe("which circuits proved the children", () => {
  it("a key that is in no list", async () => {
    expect(await refusal([child(first), child(second, 12345n)])).toBe("children: key of no allowed circuit");
    expect(await refusal([child(first, 0n)])).toBe("children: key of no allowed circuit");
  });

  it.each(["merge1", "merge2"] as const)("a child of each circuit that the list of %s lacks", async (circuit) => {
    for (const name of INNER_CIRCUITS) {
      const isAllowed = PARENTS[circuit].accepts.includes(name);
      const refused = await refusal([child(first, keyHash(name))], undefined, circuit);
      expect(refused, name).toBe(isAllowed ? null : "children: key of no allowed circuit");
    }
  });

  it("each place has the same list", async () => {
    for (const place of [0, 1, 2, 3]) {
      const children = claims.map((claim, i) => child(claim, i === place ? keyHash("merge1") : undefined));
      expect(await refusal(children)).toBe("children: key of no allowed circuit");
    }
  });
});

describe("children that do not follow each other", () => {
  const pairRefusal = (next: Claim) => refusal([child(first), child(next)], fromTo(first, next));

  it("block skipped; repeated; exchanged", async () => {
    const differs = "children: blocks do not follow each other";
    expect(await pairRefusal({ ...second, firstBlock: second.firstBlock + 1n })).toBe(differs);
    expect(await pairRefusal({ ...second, firstBlock: first.firstBlock })).toBe(differs);
    expect(await pairRefusal(third)).toBe(differs);
    expect(await pairRefusal(first)).toBe(differs);
    expect(await refusal([child(second), child(first)], fromTo(second, first))).toBe(differs);
  });
  it("children of two domains", async () => {
    const { domain } = second;
    for (const other of [
      { ...domain, chainId: domain.chainId + 1n },
      { ...domain, rollup: domain.rollup + 1n },
    ]) {
      expect(await pairRefusal({ ...second, domain: other })).toBe("children: another domain");
    }
  });
  it("falling timestamps; a leap", async () => {
    const after = (seconds: bigint) => pairRefusal({ ...second, firstTimestamp: first.lastTimestamp + seconds });
    expect(await after(0n)).toBeNull();
    expect(await after(2n ** 32n - 1n)).toBeNull();
    expect(await after(-1n)).toBe("children.nr: elapsed.assert_max_bit_size");
    expect(await after(2n ** 32n)).toBe("children.nr: elapsed.assert_max_bit_size");
  });
  it("each of three differs", async () => {
    const { before } = second;
    const changed = (change: object) => pairRefusal({ ...second, before: { ...before, ...change } });
    expect(await changed({ root: before.root + 1n })).toBe("children: roots do not follow each other");
    expect(await changed({ nextIndex: before.nextIndex + 1 })).toBe("children: next indices do not follow each other");
    expect(await changed({ history: before.history + 1n })).toBe("children: histories do not follow each other");
  });
  it("a chain broken between children, each of four", async () => {
    const [{ chains }] = sample.built as [(typeof sample.built)[0]];
    for (const name of ["data", "l1", "payouts", "blocks"] as const) {
      const history = historyOf({ ...chains, [name]: sample.content.chains[name] });
      expect(await pairRefusal({ ...second, before: { ...second.before, history } })).toBe(
        "children: histories do not follow each other",
      );
    }
  });
  it("between the last two of four", async () => {
    const children = [child(first), child(second), child(third), child({ ...fourth, firstBlock: 1n })];
    expect(await refusal(children, fromTo(first, fourth))).toBe("children: blocks do not follow each other");
  });
});
