import { compress, messageHash } from "@cairn/crypto";
import { messageWords, TAG_SIGNATURE } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blockInputMap } from "../src/index.ts";
import { type Acir, inputWires, packWitness, readAcir, scalarWires, type Wires } from "./support/acir.ts";
import { alice, DOMAIN, LATER, signatureOf, signed, slotOf, type Target, target, transfer } from "./support/attack.ts";
import { startChain, type TestChain } from "./support/evm.ts";
import { forge } from "./support/forge.ts";
import { createJudge, type Judge } from "./support/judge.ts";

const LIMB = 1n << 128n;
/** Low limbs of q - 1 and of the field's modulus. */
const ORDER_MINUS_ONE_LOW = 0x97816a916871ca8d3c208c16d87cfd46n;
const MODULUS_LOW = 0x2833e84879b9709143e1f593f0000001n;

/** A block whose first signature leaves room to carry 2^128 from the high into the low limb of both s and e. */
function blockWithRoom(): Target {
  for (let validUntil = LATER; ; validUntil++) {
    const transaction = transfer({ validUntil });
    const { rx, sLow, sHigh } = signatureOf(transaction);
    const e = compress(messageHash(messageWords(transaction, DOMAIN)), rx, alice.key, TAG_SIGNATURE);
    const hasRoom = sLow <= ORDER_MINUS_ONE_LOW && sHigh > 0n && e % LIMB < MODULUS_LOW && e >= LIMB;
    if (hasRoom) return target({ groups: [signed(transaction)] });
  }
}

/** The solver never checks the widths of a scalar's limbs, because the backend implies them. */
describe("limbs of a scalar that carry 2^128 from the high to the low one", () => {
  let chain: TestChain;
  let judge: Judge;
  let acir: Acir;
  let inputs: Wires;
  let honest: Wires;
  const block = blockWithRoom();

  beforeAll(async () => {
    chain = await startChain();
    judge = await createJudge("block16", chain);
    const { circuit } = judge.circuit.program;
    acir = readAcir(circuit);
    inputs = inputWires(circuit, blockInputMap(block.built.claim, block.built.witness));
    honest = forge(acir, inputs, new Map()).wires;
  });
  afterAll(() => chain?.stop());

  /** Whether the chain accepts a proof of these wires; false also when the prover makes none. */
  const isAccepted = (wires: Wires): Promise<boolean> => judge.acceptsWitness(packWitness(wires));

  const carried = (low: number, high: number): Wires =>
    new Map([
      [low, (honest.get(low) ?? 0n) + LIMB],
      [high, (honest.get(high) ?? 0n) - 1n],
    ]);

  it("accepts the honest wires", async () => {
    const { wires, violated } = forge(acir, inputs, new Map());
    expect(violated).toEqual([]);
    expect(await isAccepted(wires)).toBe(true);
  });

  it("in s", async () => {
    const [low, high] = scalarWires(acir, 0);
    const { sLow, sHigh } = slotOf(block.draft, 0).signature;
    expect([honest.get(low), honest.get(high)]).toEqual([sLow, sHigh]);
    const { wires, violated } = forge(acir, inputs, carried(low, high));
    expect(violated).toEqual([]);
    expect(await isAccepted(wires)).toBe(false);
  });

  it("in e", async () => {
    const [, , low, high] = scalarWires(acir, 0);
    const { wires, violated } = forge(acir, inputs, carried(low, high));
    expect(violated).toEqual([]);
    expect(await isAccepted(wires)).toBe(false);
  });
});
