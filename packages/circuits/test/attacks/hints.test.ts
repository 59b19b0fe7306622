import { FIELD_MODULUS } from "@cairn/protocol";
import type { InputMap } from "@noir-lang/noir_js";
import { describe, expect, it } from "vitest";
import { blockInputMap, soloInputMap, solveWitness } from "../../src/index.ts";
import { inputValue } from "../../src/prove/input-value.ts";
import { extraWitness } from "../../src/witness/parts.ts";
import { type Acir, hintCalls, inputWires, type Opcode, readAcir, unpackWitness } from "../support/acir.ts";
import { program } from "../support/cache.ts";
import { describeEveryHint } from "../support/every-hint.ts";
import { forge } from "../support/forge.ts";
import { HINT_ATTACKS } from "../support/hint-attacks.ts";
import { sampleBlock, sampleClaim } from "../support/sample-block.ts";

const acirOf = async (crate: string): Promise<Acir> => readAcir((await program(crate)).circuit);
const nameOf = (opcode: Opcode | null): string | null => {
  if (opcode === null) return null;
  return "BlackBoxFuncCall" in opcode
    ? (Object.keys(opcode.BlackBoxFuncCall)[0] ?? "")
    : (Object.keys(opcode)[0] ?? "");
};

describe("the malicious solver", () => {
  it("gets the same wires as Noir's when it does not lie", async () => {
    const { circuit } = await program("block16");
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

describeEveryHint(
  "solo16",
  async () => inputWires((await program("solo16")).circuit, soloInputMap(sampleBlock(16, 8))),
  { identity: 4, needs_borrow: 4, decompose_hint: 1, lte_hint: 4 },
);

describe("a key of r and more in an extra, with a lie about the borrow", () => {
  it.each([0n, 1n, 2n])("borrow %i", async (borrow) => {
    const { circuit } = await program("gadgets/extra");
    const acir = readAcir(circuit);
    const inputs = inputWires(circuit, inputValue({ extra: extraWitness(1n, FIELD_MODULUS + 5n) }) as InputMap);
    const [wire] = hintCalls(acir, "needs_borrow")[0]?.outputs ?? [];
    if (wire === undefined) expect.unreachable();
    const { violated } = forge(acir, inputs, new Map([[wire, borrow]]));
    expect(violated.map((opcode) => Object.keys(opcode)[0])).toContain("BlackBoxFuncCall");
  });
});
