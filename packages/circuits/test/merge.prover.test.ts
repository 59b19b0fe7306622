import type { InputMap } from "@noir-lang/noir_js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proofFields, type RecursionKey, readRecursionKey } from "../src/build/recursion-key.ts";
import { proveSolved, solveWitness } from "../src/index.ts";
import { claimFields } from "../src/prove/input-map.ts";
import { inputValue } from "../src/prove/input-value.ts";
import { proveBlockClaim } from "../src/prove/prove.ts";
import type { ClaimProof } from "../src/witness/children.ts";
import { provingCircuit } from "./support/cache.ts";
import { startChain, type TestChain } from "./support/evm.ts";
import { createJudge, type Judge } from "./support/judge.ts";
import { sampleBatch } from "./support/sample-batch.ts";

/** What an attacker gives a circuit for a child. */
type Child = {
  isUsed: boolean;
  key: readonly bigint[];
  keyHash: bigint;
  proof: readonly bigint[];
  claim: ReturnType<typeof claimFields>;
};

/** Field elements of a point in a proof, which ends with the one that only the pairing checks. */
const POINT_FIELDS = 4;
const sample = sampleBatch(2);
const [firstBlock, secondBlock] = sample.built as [(typeof sample.built)[0], (typeof sample.built)[0]];

/** The solver sees none of this: it takes every proof for true and every hash for that of the key beside it. */
describe("children, judged by a verifier on a chain", () => {
  let chain: TestChain;
  /** Merges of one and of two children; the second is only built for the tests that need it. */
  let one: Judge;
  let two: Promise<Judge> | undefined;
  let first: ClaimProof;
  let second: ClaimProof;
  let blockKey: RecursionKey;
  /** Key of a circuit that is not in the list: the one with one child. */
  let otherKey: RecursionKey;

  beforeAll(async () => {
    chain = await startChain();
    const block16 = { name: "block16" as const, ...(await provingCircuit("block16", "recursion")) };
    blockKey = readRecursionKey(block16.key);
    first = await proveBlockClaim(block16, firstBlock);
    second = await proveBlockClaim(block16, secondBlock);
    one = await createJudge("gadgets/child", chain);
    otherKey = readRecursionKey((await provingCircuit("gadgets/child", "recursion")).key);
  });
  afterAll(() => chain?.stop());

  const childOf = ({ proof, key, claim }: ClaimProof, change: Partial<Child> = {}): Child => ({
    isUsed: true,
    key: key.fields,
    keyHash: key.hash,
    proof: proofFields(proof),
    claim: claimFields(claim),
    ...change,
  });
  const inputs = (claim: ReturnType<typeof claimFields>, children: readonly Child[], allowed = blockKey.hash) =>
    inputValue({ claim, allowed: [allowed], children }) as InputMap;
  const acceptsOne = (change: Partial<Child> = {}, allowed?: bigint): Promise<boolean> => {
    const child = childOf(first, change);
    return one.accepted(inputs(child.claim, [child], allowed));
  };
  const acceptsTwo = async (claim: Child["claim"], children: readonly Child[]): Promise<boolean> => {
    two ??= createJudge("gadgets/children", chain);
    return (await two).accepted(inputs(claim, children));
  };
  const both = (): ReturnType<typeof claimFields> => claimFields(sample.claim);
  /** Proof, by the circuit with one child, that this child is true. */
  const proofOver = async (child: Child): Promise<bigint[]> => {
    const circuit = await provingCircuit("gadgets/child", "recursion");
    const { witness } = await solveWitness(circuit.program.circuit, inputs(child.claim, [child]));
    return proofFields((await proveSolved(circuit, witness)).proof);
  };
  const zeros = (list: readonly bigint[]): bigint[] => list.map(() => 0n);

  it("accepts what is proven: one child, two children, one of two with nothing in the other's place", async () => {
    expect(await acceptsOne()).toBe(true);
    expect(await acceptsTwo(both(), [childOf(first), childOf(second)])).toBe(true);
    const unused = childOf(second, {
      isUsed: false,
      key: zeros(blockKey.fields),
      keyHash: 0n,
      proof: zeros(proofFields(second.proof)),
    });
    expect(await acceptsTwo(claimFields(first.claim), [childOf(first), unused])).toBe(true);
  });

  it("an unproven child counted: the second one under a proof of the first", async () => {
    const unproven = childOf(second, { proof: proofFields(first.proof) });
    expect(await acceptsTwo(both(), [childOf(first), unproven])).toBe(false);
  });

  it("a zero proof counted", async () => {
    expect(await acceptsOne({ proof: zeros(proofFields(first.proof)) })).toBe(false);
    const zero = childOf(second, { proof: zeros(proofFields(second.proof)) });
    expect(await acceptsTwo(both(), [childOf(first), zero])).toBe(false);
  });

  it("another circuit's key under an allowed hash, with a true proof of that circuit", async () => {
    const nested = { key: otherKey.fields, proof: await proofOver(childOf(first)) };
    expect(await acceptsOne({ ...nested, keyHash: otherKey.hash }, otherKey.hash)).toBe(true);
    expect(await acceptsOne({ ...nested, keyHash: blockKey.hash })).toBe(false);
    const other = childOf(second, { key: otherKey.fields, proof: await proofOver(childOf(second)) });
    expect(await acceptsTwo(both(), [childOf(first), other])).toBe(false);
  });

  it("a key under another's hash: the block's own under that of another allowed circuit", async () => {
    expect(await acceptsOne({ keyHash: otherKey.hash }, otherKey.hash)).toBe(false);
  });

  it.each(Object.keys(claimFields(firstBlock.claim)) as (keyof Child["claim"])[])(
    "every public input of a child altered by one: %s",
    async (name) => {
      const claim = claimFields(first.claim);
      expect(await acceptsOne({ claim: { ...claim, [name]: claim[name] + 1n } })).toBe(false);
    },
  );

  it("a public input of the second child altered by one, and that of both together with it", async () => {
    const claim = claimFields(second.claim);
    const altered = childOf(second, { claim: { ...claim, newRoot: claim.newRoot + 1n } });
    expect(await acceptsTwo({ ...both(), newRoot: claim.newRoot + 1n }, [childOf(first), altered])).toBe(false);
  });

  it.each([
    ["firstTimestamp", "lastBlock"],
    ["oldRoot", "newRoot"],
    ["oldRoot", "oldHistory"],
    ["oldNextIndex", "newNextIndex"],
    ["oldHistory", "newHistory"],
  ] as const)("two public inputs of a child exchanged: %s and %s", async (a, b) => {
    const claim = claimFields(first.claim);
    expect(claim[a]).not.toBe(claim[b]);
    expect(await acceptsOne({ claim: { ...claim, [a]: claim[b], [b]: claim[a] } })).toBe(false);
  });

  describe("a false pairing: a last point of the proof that no constraint looks at", () => {
    /** The first point of the key instead: on the curve, and wrong. */
    const forged = (): bigint[] => [
      ...proofFields(first.proof).slice(0, -POINT_FIELDS),
      ...blockKey.fields.slice(-POINT_FIELDS),
    ];

    it("one level down", async () => {
      expect(await acceptsOne({ proof: forged() })).toBe(false);
    });

    it("two levels down, where it is the honest proof of a false one", async () => {
      const nested = { key: otherKey.fields, keyHash: otherKey.hash };
      const over = async (change: Partial<Child>) => ({ ...nested, proof: await proofOver(childOf(first, change)) });
      expect(await acceptsOne(await over({}), otherKey.hash)).toBe(true);
      expect(await acceptsOne(await over({ proof: forged() }), otherKey.hash)).toBe(false);
    });
  });
});
