import { describe, expect, it } from "vitest";
import { blockInputMap, solveWitness } from "../../src/index.ts";
import { type Acir, inputWires, type Opcode, readAcir, unpackWitness } from "../support/acir.ts";
import { program } from "../support/cache.ts";
import { forge } from "../support/forge.ts";
import { HINT_ATTACKS } from "../support/hint-attacks.ts";
import { sampleClaim } from "../support/sample-block.ts";

const acirOf = async (crate: string): Promise<Acir> => readAcir((await program(crate)).circuit);
const nameOf = (opcode: Opcode | null): string | null => {
  if (opcode === null) return null;
  return "BlackBoxFuncCall" in opcode
    ? (Object.keys(opcode.BlackBoxFuncCall)[0] ?? "")
    : (Object.keys(opcode)[0] ?? "");
};

describe("the malicious solver", () => {
  it("gets the same wires as Noir's when it does not lie", async () => {
    const { circuit } = await program("2/block16");
    const { claim, witness } = sampleClaim(16);
    const inputs = blockInputMap(claim, witness);
    const { wires, violated } = forge(readAcir(circuit), inputWires(circuit, inputs), new Map());
    expect(violated).toEqual([]);
    const { witness: solved } = await solveWitness(circuit, inputs);
    expect(new Map(wires)).toEqual(new Map(unpackWitness(solved)));
  });
});

describe("attacks through the answer of a hint", () => {
  it.each(HINT_ATTACKS)("$name", async ({ crate, refusedBy, prepare }) => {
    const acir = await acirOf(crate);
    const { inputs, lies } = await prepare(acir);
    const { violated } = forge(acir, inputs, lies);
    expect(violated.map(nameOf)).toEqual([refusedBy]);
  });
});
