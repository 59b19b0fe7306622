import { FIELD_MODULUS } from "@cairn/protocol";
import type { InputMap } from "@noir-lang/noir_js";
import { describe, expect, it } from "vitest";
import { soloInputMap } from "../../src/prove/input-map.ts";
import { inputValue } from "../../src/prove/input-value.ts";
import { extraWitness } from "../../src/witness/parts.ts";
import { hintCalls, inputWires, readAcir } from "../support/acir.ts";
import { program } from "../support/cache.ts";
import { describeEveryHint } from "../support/every-hint.ts";
import { forge } from "../support/forge.ts";
import { sampleBlock } from "../support/sample-block.ts";

describeEveryHint(
  "2/solo16",
  async () => inputWires((await program("2/solo16")).circuit, soloInputMap(sampleBlock(16, 8))),
  { identity: 4, needs_borrow: 4, decompose_hint: 1, lte_hint: 4 },
);

describe("a key of r and more in an extra, with a lie about the borrow", () => {
  it.each([0n, 1n, 2n])("borrow %i", async (borrow) => {
    const { circuit } = await program("2/gadgets/extra");
    const acir = readAcir(circuit);
    const inputs = inputWires(circuit, inputValue({ extra: extraWitness(1n, FIELD_MODULUS + 5n) }) as InputMap);
    const [wire] = hintCalls(acir, "needs_borrow")[0]?.outputs ?? [];
    if (wire === undefined) expect.unreachable();
    const { violated } = forge(acir, inputs, new Map([[wire, borrow]]));
    expect(violated.map((opcode) => Object.keys(opcode)[0])).toContain("BlackBoxFuncCall");
  });
});
