import { createSparseState } from "@cairn/testkit";
import { describe, expect, it } from "vitest";
import { blockInputMap, buildWitness, circuitShape } from "../src/index.ts";
import { ACCOUNTS, AT, NEXT, signed, target, transfer } from "./support/attack.ts";
import { compress } from "./support/crypto.ts";

describe("buildWitness", () => {
  const { trace, state } = target({ groups: [signed(transfer())] });

  it("ends at the root of the accounts after the block", () => {
    const after = new Map(ACCOUNTS);
    for (const { a, b } of trace.slots)
      for (const step of [a, b]) if (step.index > 0) after.set(step.index, step.after);
    for (const credit of trace.feeCredits) if (credit) after.set(credit.leaf.index, credit.leaf.after);
    const built = buildWitness(trace, state, compress);
    expect(built.oldRoot).toBe(state.root());
    expect(built.newRoot).toBe(createSparseState({ accounts: after, nextIndex: NEXT }, compress).root());
  });

  it("has the shape of the circuit", () => {
    const { slots, capacity, subrootDepth, levels } = circuitShape(16);
    const { witness } = buildWitness(trace, state, compress);
    expect(witness.slots).toHaveLength(slots);
    expect(witness.subroots).toHaveLength(4 ** subrootDepth);
    expect([witness.records, witness.extras, witness.payouts].map((list) => list.length)).toEqual([
      capacity,
      capacity,
      capacity,
    ]);
    expect(witness.slots.every(({ a, b }) => a.children.length === levels && b.children.length === levels)).toBe(true);
    expect(Object.keys(blockInputMap(1n, witness))).toEqual(["public_input", "witness"]);
  });

  it("refuses a tree other than the one the trace was made on", () => {
    const others = new Map(ACCOUNTS);
    others.delete(AT.bobEth);
    const other = createSparseState({ accounts: others, nextIndex: NEXT }, compress);
    const build = () => buildWitness(trace, other, compress);
    expect(build).toThrow(expect.objectContaining({ code: "circuits/inconsistent-trace" }));
  });

  it("refuses a signature that does not verify", () => {
    const slots = trace.slots.map((slot) => {
      if (slot.signed === null) return slot;
      const signature = { ...slot.signed.signature, s: slot.signed.signature.s + 1n };
      return { ...slot, signed: { ...slot.signed, signature } };
    });
    const build = () => buildWitness({ ...trace, slots }, state, compress);
    expect(build).toThrow(expect.objectContaining({ code: "circuits/inconsistent-trace" }));
  });
});
