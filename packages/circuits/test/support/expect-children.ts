import { expect } from "vitest";
import { KEY_FIELDS, PROOF_FIELDS } from "../../src/build/recursion-key.ts";
import { PARENTS, type ParentCircuit } from "../../src/circuits.ts";
import { program } from "./cache.ts";
import { parameterWires, publicParameterParts, rangeBits, verifications } from "./verified-children.ts";

/** The public inputs of a claim in the order of spec 5.1. */
const CLAIM_PARTS = [
  "domain",
  "first_block",
  "last_block",
  "first_timestamp",
  "last_timestamp",
  "old_root",
  "old_next_index",
  "old_history",
  "new_root",
  "new_next_index",
  "new_history",
];
/** What batches bind to L1 besides, behind the claim. */
const BINDING_PARTS = [
  "blocks_root",
  "point",
  "evaluation_low",
  "evaluation_high",
  "l1_evaluation",
  "payouts_evaluation",
];

/**
 * What no solver notices, read from the compiled circuit: its public inputs are those of spec 5.1 in their order, each
 * child is verified under its own key and hash for its own claim in this order, and only its flag switches that off, which
 * the circuit holds to one bit, so that it is either on or off. Nothing switches the first child off.
 */
export async function expectVerifiedChildren(parent: ParentCircuit): Promise<void> {
  const { circuit } = await program(parent);
  const wires = parameterWires(circuit);
  const wire = (name: string) => ({ Witness: wires.get(name) ?? expect.unreachable(name) });
  const list = (name: string, length: number) => Array.from({ length }, (_, i) => wire(`${name}[${i}]`));
  const binding = parent === "pair" || parent === "batch" ? BINDING_PARTS : [];
  const publicParts = [...CLAIM_PARTS.map((part) => `claim.${part}`), ...binding.map((part) => `binding.${part}`)];
  expect(publicParameterParts(circuit)).toEqual(publicParts);
  expect([...wires.keys()].slice(0, publicParts.length)).toEqual(publicParts);
  const children = Array.from({ length: PARENTS[parent].children }, (_, i) => `children[${i}]`);
  expect(verifications(circuit)).toEqual(
    children.map((child, i) => ({
      key: list(`${child}.key`, KEY_FIELDS),
      proof: list(`${child}.proof`, PROOF_FIELDS),
      publicInputs: CLAIM_PARTS.map((part) => wire(`${child}.claim.${part}`)),
      keyHash: wire(`${child}.key_hash`),
      proofType: 0,
      predicate: i === 0 ? { Constant: 1n } : wire(`${child}.is_used`),
    })),
  );
  const bits = rangeBits(circuit);
  for (const child of children.slice(1)) expect(bits.get(wire(`${child}.is_used`).Witness), child).toBe(1);
}
