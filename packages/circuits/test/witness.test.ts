import { createSparseState } from "@cairn/testkit";
import { describe, expect, it } from "vitest";
import { blockInputMap, buildTracedBlock, circuitShape } from "../src/index.ts";
import { ACCOUNTS, AT, NEXT, signed, target, transfer } from "./support/attack.ts";
import { compress } from "./support/crypto.ts";
import { CHAINS } from "./support/history.ts";

describe("buildTracedBlock", () => {
  const { trace, state, built } = target({ groups: [signed(transfer())] });
  const { cells } = built;

  it("ends at the root of the accounts after the block", () => {
    const after = new Map(ACCOUNTS);
    for (const { a, b } of trace.slots)
      for (const step of [a, b]) if (step.index > 0) after.set(step.index, step.after);
    for (const credit of trace.feeCredits) if (credit) after.set(credit.leaf.index, credit.leaf.after);
    const { claim } = buildTracedBlock({ trace, cells, before: state, chains: CHAINS, compress });
    expect(claim.before.root).toBe(state.root());
    expect(claim.after.root).toBe(createSparseState({ accounts: after, nextIndex: NEXT }, compress).root());
  });

  it("has the shape of the circuit", () => {
    const { slots, capacity, subrootDepth, levels } = circuitShape(16);
    const { witness, claim } = built;
    expect(witness.slots).toHaveLength(slots);
    expect(witness.subroots).toHaveLength(4 ** subrootDepth);
    expect([witness.l1Operations, witness.extras, witness.payouts].map((list) => list.length)).toEqual([
      capacity,
      capacity,
      capacity,
    ]);
    expect(witness.slots.every(({ a, b }) => a.children.length === levels && b.children.length === levels)).toBe(true);
    expect(Object.keys(blockInputMap(claim, witness))).toEqual(["claim", "witness"]);
  });

  it("refuses a tree other than the one the trace was made on", () => {
    const others = new Map(ACCOUNTS);
    others.delete(AT.bobEth);
    const other = createSparseState({ accounts: others, nextIndex: NEXT }, compress);
    const build = () => buildTracedBlock({ trace, cells, before: other, chains: CHAINS, compress });
    expect(build).toThrow(expect.objectContaining({ code: "circuits/inconsistent-trace" }));
  });

  it("refuses a signature that does not verify", () => {
    const slots = trace.slots.map((slot) => {
      if (slot.signed === null) return slot;
      const signature = { ...slot.signed.signature, s: slot.signed.signature.s + 1n };
      return { ...slot, signed: { ...slot.signed, signature } };
    });
    const build = () =>
      buildTracedBlock({ trace: { ...trace, slots }, cells, before: state, chains: CHAINS, compress });
    expect(build).toThrow(expect.objectContaining({ code: "circuits/inconsistent-trace" }));
  });
});
