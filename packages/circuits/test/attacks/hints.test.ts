import { FIELD_MODULUS } from "@cairn/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { blockInputMap, solveWitness } from "../../src/index.ts";
import { type Acir, hintCalls, inputWires, type Opcode, readAcir, unpackWitness, type Wires } from "../support/acir.ts";
import { program } from "../support/cache.ts";
import { firstRefusal, forge, type Honest, type Memo } from "../support/forge.ts";
import { blockInputs, HINT_ATTACKS, honestWitness } from "../support/hint-attacks.ts";
import { sampleBlock } from "../support/sample-block.ts";

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
    const { publicInput, witness } = sampleBlock(16);
    const inputs = blockInputMap(publicInput, witness);
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

describe("every answer of every hint, one off", () => {
  let acir: Acir;
  let honest: Honest;
  let values: Wires;
  const memo: Memo = new Map();

  beforeAll(async () => {
    acir = await acirOf("block16");
    const { wires, violated, solvedBefore } = forge(acir, await blockInputs(honestWitness()), new Map(), memo);
    expect(violated).toEqual([]);
    honest = { entries: [...wires], solvedBefore };
    values = wires;
  });

  /** The constraint that refuses the lie `value` at the n-th output of a call. */
  const refusal = (position: number, outputs: readonly number[], n: number, value: bigint): Opcode | null => {
    const lies = new Map(outputs.map((wire, i) => [wire, i === n ? value : (values.get(wire) ?? 0n)]));
    return firstRefusal(acir, honest, position, lies, memo);
  };

  it.each(["identity", "split", "needs_borrow", "decompose_hint", "lte_hint", "directive_integer_quotient"])(
    "%s: refused by a constraint on the answer itself",
    (hint) => {
      const calls = hintCalls(acir, hint);
      expect(calls.length).toBeGreaterThan(0);
      for (const { position, outputs } of calls) {
        for (const [n, wire] of outputs.entries()) {
          const value = values.get(wire) ?? 0n;
          for (const lie of value <= 1n ? [1n - value, 2n] : [(value + 1n) % FIELD_MODULUS]) {
            const refusing = refusal(position, outputs, n, lie);
            expect(refusing, `${hint} at ${position}, output ${n}, ${lie}`).not.toBeNull();
            expect(acir.opcodes.indexOf(refusing as Opcode) - position).toBeLessThanOrEqual(REACH[hint] ?? 0);
          }
        }
      }
    },
  );

  it("directive_invert: refused, except for the inverse of 0, which nothing depends on", () => {
    for (const { position, outputs } of hintCalls(acir, "directive_invert")) {
      const [wire = 0] = outputs;
      const value = values.get(wire) ?? 0n;
      const refusing = refusal(position, outputs, 0, (value + 1n) % FIELD_MODULUS);
      expect(refusing === null, `at ${position}`).toBe(value === 0n);
    }
  });

  it("no hint is left out", () => {
    const tried = [...Object.keys(REACH), "directive_invert"];
    expect([...new Set(hintCalls(acir).map(({ hint }) => hint))].sort()).toEqual(tried.sort());
  });
});

/** Number of opcodes between a hint and the last of its constraints. */
const REACH: Readonly<Record<string, number>> = {
  identity: 3,
  split: 16,
  needs_borrow: 4,
  decompose_hint: 1,
  lte_hint: 4,
  directive_integer_quotient: 3,
};
