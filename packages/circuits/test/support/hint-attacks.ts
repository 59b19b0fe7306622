import { GRUMPKIN_GENERATOR, GRUMPKIN_ORDER, sign } from "@cairn/crypto";
import { CairnError, encodeFloat40, FIELD_MODULUS, type L2Transaction, TAG_SIGNATURE } from "@cairn/protocol";
import type { InputMap } from "@noir-lang/noir_js";
import { blockInputMap } from "../../src/prove/input-map.ts";
import { inputValue } from "../../src/prove/input-value.ts";
import { leafHash } from "../../src/witness/openings.ts";
import { extraWitness, signatureWitness } from "../../src/witness/parts.ts";
import { type Acir, hintCalls, inputWires, type Wires } from "./acir.ts";
import {
  AT,
  type Attack,
  alice,
  attacked,
  leafAt,
  NEXT,
  signatureOf,
  signed,
  slotOf,
  target,
  transfer,
  transferToNew,
} from "./attack.ts";
import { program } from "./cache.ts";
import { compress } from "./crypto.ts";
import { forge } from "./forge.ts";
import { parameterWires } from "./verified-children.ts";

/** What a malicious prover gives a circuit: parameters, and answers of hints that no solver would give. */
export interface Lie {
  /** Wires of the parameters; of the public ones, missing ones are computed from the rest. */
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
/** Bits of the low limb of an extra's key. */
const KEY_LOW_BITS = 208n;
const BLOCK = "block16";
const EXTRA = "gadgets/extra";
const SCHNORR = "gadgets/schnorr";

/** Attacks that break one constraint each: without it the circuit would prove what is false. */
export const HINT_ATTACKS: readonly HintAttack[] = [
  {
    name: "the operator's account credited with money that nobody sent, by a false difference in the tree",
    crate: BLOCK,
    refusedBy: "AssertZero",
    isJudgedOnChain: true,
    async prepare(acir) {
      const before = leafAt(AT.operatorEth);
      const honest = leafHash({ ...before, balance: before.balance + 10n }) - leafHash(before);
      const stolen = leafHash({ ...before, balance: before.balance + 10n ** 30n }) - leafHash(before);
      const inputs = await blockInputs({
        // The last credit, so that no later step opens the falsified tree.
        draft: (draft) => {
          draft.feeCredits.push(...draft.feeCredits.splice(0, 1));
          slotOf(draft, 0).feeSelectors = [false, false, false, true];
        },
      });
      return { inputs, lies: new Map([[wireAnswering(acir, inputs, "identity", reduce(honest)), reduce(stolen)]]) };
    },
  },
  {
    name: "another amount published and signed than moved, so that L1 data leads to another state",
    crate: BLOCK,
    refusedBy: "AssertZero",
    isJudgedOnChain: false,
    async prepare(acir) {
      const inputs = await inputsSignedAs(transfer({ amount: 7n }));
      const wire = wireAnswering(acir, inputs, "identity", BigInt(encodeFloat40(1000n)));
      return { inputs, lies: new Map([[wire, BigInt(encodeFloat40(7n))]]) };
    },
  },
  {
    name: "another sender published and signed than debited",
    crate: BLOCK,
    refusedBy: "AssertZero",
    isJudgedOnChain: false,
    async prepare(acir) {
      const inputs = await inputsSignedAs(transfer({ from: AT.malloryEth }));
      const wire = wireAnswering(acir, inputs, "identity", BigInt(AT.aliceEth));
      return { inputs, lies: new Map([[wire, BigInt(AT.malloryEth)]]) };
    },
  },
  {
    name: "an account created without the counter moving on, so that the next one is created over it",
    crate: BLOCK,
    refusedBy: "AssertZero",
    isJudgedOnChain: false,
    async prepare(acir) {
      const inputs = await blockInputs({}, target({ groups: [signed(transferToNew())] }));
      const wire = wireAnswering(acir, inputs, "identity", BigInt(NEXT + 1));
      return { inputs, lies: new Map([[wire, BigInt(NEXT)]]) };
    },
  },
  {
    name: "the integer of the modulus published as key 0, as if its low limb needed no borrow",
    crate: EXTRA,
    refusedBy: "RANGE",
    isJudgedOnChain: true,
    prepare: (acir) => keyOfModulus(acir, 0n),
  },
  {
    name: "the integer of the modulus published as key 0, as if its high limb could lend",
    crate: EXTRA,
    refusedBy: "RANGE",
    isJudgedOnChain: true,
    prepare: (acir) => keyOfModulus(acir, 1n),
  },
  {
    name: "the integer of the modulus published as key 0, with a borrow that is not a bit and wraps around the field",
    crate: EXTRA,
    refusedBy: "RANGE",
    isJudgedOnChain: true,
    prepare: (acir) => keyOfModulus(acir, -(FIELD_MODULUS >> KEY_LOW_BITS)),
  },
  ...([0n, 1n, null] as const).map(
    (borrow): HintAttack => ({
      name: `a second challenge, the integer e + r, signed and decomposed, with ${borrow === null ? "a borrow that wraps around the field" : `borrow ${borrow}`}`,
      crate: SCHNORR,
      refusedBy: "RANGE",
      isJudgedOnChain: borrow !== 1n,
      prepare: (acir) => secondChallenge(acir, borrow),
    }),
  ),
];

/** Parameters of a crate that satisfy it. */
export async function honestInputs(crate: string): Promise<Wires> {
  if (crate === BLOCK) return blockInputs();
  if (crate === EXTRA) return crateInputs(crate, inputValue({ extra: extraWitness(1n, 5n) }) as InputMap);
  const signature = signatureWitness(5n, sign(5n, alice.secretKey), alice.key, compress);
  return crateInputs(crate, inputValue({ m: 5n, key: alice.key, signature }) as InputMap);
}

/**
 * Wires of the block circuit's parameters for a block with one signed transfer of 1000, fee 10, from alice to bob. What the
 * block leads to follows: the root, the next index and the history after it.
 */
async function blockInputs(attack: Attack = {}, block = target({ groups: [signed(transfer())] })): Promise<Wires> {
  const { claim, witness } = attacked(block, attack);
  const { circuit } = await program(BLOCK);
  const wires = new Map(inputWires(circuit, blockInputMap(claim, witness)));
  const places = parameterWires(circuit);
  for (const name of ["new_root", "new_next_index", "new_history"]) wires.delete(places.get(`claim.${name}`) ?? -1);
  return wires;
}

/** The same with the sender's signature of another transaction. */
function inputsSignedAs(transaction: L2Transaction): Promise<Wires> {
  return blockInputs({
    witness: (witness) => {
      slotOf(witness, 0).signature = signatureOf(transaction);
    },
  });
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

async function keyOfModulus(acir: Acir, borrow: bigint): Promise<Lie> {
  const inputs = await crateInputs(EXTRA, inputValue({ extra: extraWitness(1n, FIELD_MODULUS) }) as InputMap);
  const [wire = 0] = hintCalls(acir, "needs_borrow")[0]?.outputs ?? [];
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
    const inputs = await crateInputs(SCHNORR, inputValue({ m, key: alice.key, signature }) as InputMap);
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
