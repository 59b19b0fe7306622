import { GRUMPKIN_GENERATOR, GRUMPKIN_ORDER, sign } from "@cairn/crypto";
import { CairnError, encodeFloat40, FIELD_MODULUS, TAG_SIGNATURE } from "@cairn/protocol";
import type { InputMap } from "@noir-lang/noir_js";
import { blockInputMap } from "../../src/index.ts";
import { inputValue } from "../../src/input-map.ts";
import { leafHash, openBlock } from "../../src/witness.ts";
import { bigintToWords, float40Witness, indexWitness, signatureWitness } from "../../src/witness-parts.ts";
import type { BlockWitness } from "../../src/witness-types.ts";
import { type Acir, hintCalls, inputWires, type Wires } from "./acir.ts";
import { AT, alice, leafAt, signatureOf, signed, slotOf, target, transfer } from "./attack.ts";
import { program } from "./cache.ts";
import { claimFields } from "./claim.ts";
import { compress } from "./crypto.ts";
import { forge } from "./forge.ts";

/** What a malicious prover gives a circuit: parameters, and answers of hints that no solver would give. */
export interface Lie {
  /** Wires of the parameters; a missing public input is computed from the rest. */
  readonly inputs: Wires;
  readonly lies: Wires;
}

/** One attack by a forged hint, on a crate of `noir/`. */
export interface HintAttack {
  readonly name: string;
  readonly crate: string;
  /** Prefix that only the constraint which refuses it has. */
  readonly refusedBy: "AssertZero" | "RANGE";
  /** Whether a verifier on a chain judges it too: one of each kind, since proving a block takes long. */
  readonly isJudgedOnChain: boolean;
  readonly prepare: (acir: Acir) => Promise<Lie>;
}

const LIMB = 1n << 128n;

/** Attacks that break one constraint each: without it the circuit would prove what is false. */
export const HINT_ATTACKS: readonly HintAttack[] = [
  {
    name: "the operator's account credited with money that nobody sent, by a false difference in the tree",
    crate: "block16",
    refusedBy: "AssertZero",
    isJudgedOnChain: true,
    async prepare(acir) {
      const before = leafAt(AT.operatorEth);
      const honest = leafHash({ ...before, balance: before.balance + 10n }) - leafHash(before);
      const stolen = leafHash({ ...before, balance: before.balance + 10n ** 30n }) - leafHash(before);
      // The last credit, so that no later step opens the falsified tree.
      const { draft, state } = target({ groups: [signed(transfer())] });
      draft.feeCredits.push(...draft.feeCredits.splice(0, 1));
      slotOf(draft, 0).feeSelectors = [false, false, false, true];
      const { witness } = openBlock(structuredClone(draft), state, compress);
      witness.header.dataPoint = dataPointOf(witness);
      const inputs = await blockInputs(witness);
      return { inputs, lies: new Map([[wireAnswering(acir, inputs, "identity", reduce(honest)), reduce(stolen)]]) };
    },
  },
  {
    name: "another amount published and signed than moved, so that L1 data leads to another state",
    crate: "block16",
    refusedBy: "AssertZero",
    isJudgedOnChain: false,
    async prepare(acir) {
      const published = transfer({ amount: 7n });
      const witness = honestWitness();
      slotOf(witness, 0).signature = signatureOf(published);
      const shown = structuredClone(witness);
      slotOf(shown, 0).amount = float40Witness(encodeFloat40(7n));
      witness.header.dataPoint = dataPointOf(shown);
      const inputs = await blockInputs(witness);
      const wire = wireAnswering(acir, inputs, "identity", BigInt(encodeFloat40(1000n)));
      return { inputs, lies: new Map([[wire, BigInt(encodeFloat40(7n))]]) };
    },
  },
  {
    name: "another sender published and signed than debited",
    crate: "block16",
    refusedBy: "AssertZero",
    isJudgedOnChain: false,
    async prepare(acir) {
      const witness = honestWitness();
      slotOf(witness, 0).signature = signatureOf(transfer({ from: AT.malloryEth }));
      const shown = structuredClone(witness);
      slotOf(shown, 0).a.index = indexWitness(AT.malloryEth);
      witness.header.dataPoint = dataPointOf(shown);
      const inputs = await blockInputs(witness);
      const wire = wireAnswering(acir, inputs, "identity", BigInt(AT.aliceEth));
      return { inputs, lies: new Map([[wire, BigInt(AT.malloryEth)]]) };
    },
  },
  ...["the old root", "the new root", "txRoot", "the data evaluation"].map(
    (what, position): HintAttack => ({
      name: `${what} claimed as another field element than the one computed, by words of another`,
      crate: "block16",
      refusedBy: "AssertZero",
      isJudgedOnChain: position === 0,
      async prepare(acir) {
        const inputs = await blockInputs(honestWitness());
        const call = hintCalls(acir, "split")[position];
        const words = bigintToWords(compress(1n, 2n, 3n, 4n), 8).map(BigInt);
        return { inputs, lies: new Map((call?.outputs ?? []).map((wire, i) => [wire, words[i] ?? 0n])) };
      },
    }),
  ),
  {
    name: "a public input of more than 248 bits, by a quotient that keeps the digest's first byte",
    crate: "block16",
    refusedBy: "RANGE",
    isJudgedOnChain: true,
    async prepare(acir) {
      const inputs = await blockInputs(honestWitness());
      // The digest's is the last one, whatever else is divided before.
      const call = hintCalls(acir, "directive_integer_quotient").at(-1);
      const [quotient = 0, rest = 0] = call?.outputs ?? [];
      const { wires } = forge(acir, inputs, new Map());
      const word = (wires.get(quotient) ?? 0n) * 2n ** 24n + (wires.get(rest) ?? 0n);
      return {
        inputs,
        lies: new Map([
          [quotient, 0n],
          [rest, word],
        ]),
      };
    },
  },
  {
    name: "the integer of the modulus for 0, as if its low limb needed no borrow",
    crate: "gadgets/words",
    refusedBy: "RANGE",
    isJudgedOnChain: true,
    prepare: (acir) => wordsOfModulus(acir, 0n),
  },
  {
    name: "the integer of the modulus for 0, as if its high limb could lend",
    crate: "gadgets/words",
    refusedBy: "RANGE",
    isJudgedOnChain: true,
    prepare: (acir) => wordsOfModulus(acir, 1n),
  },
  {
    name: "the integer of the modulus for 0, with a borrow that is not a bit and wraps around the field",
    crate: "gadgets/words",
    refusedBy: "RANGE",
    isJudgedOnChain: true,
    prepare: (acir) => wordsOfModulus(acir, wrappingBorrow(FIELD_MODULUS)),
  },
  ...([0n, 1n, null] as const).map(
    (borrow): HintAttack => ({
      name: `a second challenge, the integer e + r, signed and decomposed, with ${borrow === null ? "a borrow that wraps around the field" : `borrow ${borrow}`}`,
      crate: "gadgets/schnorr",
      refusedBy: "RANGE",
      isJudgedOnChain: borrow !== 1n,
      prepare: (acir) => secondChallenge(acir, borrow),
    }),
  ),
];

/** A block with one signed transfer of 1000, fee 10, from alice to bob. */
export function honestWitness(): BlockWitness {
  const { draft, state } = target({ groups: [signed(transfer())] });
  return openBlock(structuredClone(draft), state, compress).witness;
}

/** Parameters of a crate that satisfy it. */
export async function honestInputs(crate: string): Promise<Wires> {
  if (crate === "block16") return blockInputs(honestWitness());
  if (crate === "gadgets/words") return crateInputs(crate, { x: "0x5", words: bigintToWords(7n, 8) });
  const signature = signatureWitness(5n, sign(5n, alice.secretKey), alice.key, compress);
  return crateInputs(crate, inputValue({ m: 5n, key: alice.key, signature }) as InputMap);
}

/** The data point of what a block publishes, as L1 computes it. */
function dataPointOf(witness: BlockWitness): number[] {
  return bigintToWords(claimFields(witness, { newRoot: 0n, newNextIndex: 0 }).dataPoint, 8);
}

/** Wires of the block circuit's parameters without the public input, which follows. */
export async function blockInputs(witness: BlockWitness): Promise<Wires> {
  const wires = new Map(await crateInputs("block16", blockInputMap(0n, witness)));
  wires.delete(0);
  return wires;
}

async function crateInputs(crate: string, inputs: InputMap): Promise<Wires> {
  return inputWires((await program(crate)).circuit, inputs);
}

/** The wire of the first call of a hint that answers `value` to these inputs. */
function wireAnswering(acir: Acir, inputs: Wires, hint: string, value: bigint): number {
  const { wires } = forge(acir, inputs, new Map());
  for (const { outputs } of hintCalls(acir, hint)) {
    const [wire] = outputs;
    if (wire !== undefined && wires.get(wire) === value) return wire;
  }
  throw new CairnError("test/no-opcode", `no ${hint} answers ${value}`);
}

async function wordsOfModulus(acir: Acir, borrow: bigint): Promise<Lie> {
  const words = bigintToWords(FIELD_MODULUS, 8);
  const inputs = await crateInputs("gadgets/words", { x: "0x0", words });
  // The first borrow is that of x, the second that of the given words.
  const [wire = 0] = hintCalls(acir, "needs_borrow")[1]?.outputs ?? [];
  return { inputs, lies: new Map([[wire, reduce(borrow)]]) };
}

/** The borrow with which an integer from the modulus on passes both range checks of its limbs. */
function wrappingBorrow(integer: bigint): bigint {
  const rest = FIELD_MODULUS - 1n - (integer % FIELD_MODULUS);
  return (FIELD_MODULUS - 1n) / LIMB - integer / LIMB - rest / LIMB;
}

/**
 * A signature that holds for the challenge e + r, a different scalar, instead of e; `borrow` is the lie about its
 * limbs, null for the one that wraps.
 */
async function secondChallenge(acir: Acir, borrow: bigint | null): Promise<Lie> {
  const m = 5n;
  for (let nonce = 1n; ; nonce++) {
    const rx = GRUMPKIN_GENERATOR.multiply(nonce).x;
    const e = compress(m, rx, alice.key, TAG_SIGNATURE);
    const integer = e + FIELD_MODULUS;
    // So that a borrow of one bit breaks only the range of the high limb.
    const needsBorrow = integer % LIMB > (FIELD_MODULUS - 1n) % LIMB;
    if (integer >= LIMB * LIMB || (borrow !== null && needsBorrow !== (borrow === 1n))) continue;
    const product = ((integer % GRUMPKIN_ORDER) * alice.secretKey) % GRUMPKIN_ORDER;
    const s = (nonce - product + GRUMPKIN_ORDER) % GRUMPKIN_ORDER;
    const { y } = GRUMPKIN_GENERATOR.multiply(alice.secretKey).toAffine();
    const signature = { rx, sLow: s % LIMB, sHigh: s / LIMB, keyY: y };
    const inputs = await crateInputs("gadgets/schnorr", inputValue({ m, key: alice.key, signature }) as InputMap);
    const [low = 0, high = 0] = hintCalls(acir, "decompose_hint")[0]?.outputs ?? [];
    const [borrowWire = 0] = hintCalls(acir, "lte_hint")[0]?.outputs ?? [];
    return {
      inputs,
      lies: new Map([
        [low, integer % LIMB],
        [high, integer / LIMB],
        [borrowWire, reduce(borrow ?? wrappingBorrow(integer))],
      ]),
    };
  }
}

function reduce(value: bigint): bigint {
  return ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;
}
