import { FIELD_MODULUS } from "@cairn/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { type Acir, hintCalls, type Opcode, readAcir, type Wires } from "./acir.ts";
import { program } from "./cache.ts";
import { firstRefusal, forge, type Honest, type Memo } from "./forge.ts";

/**
 * Tests that a circuit refuses every answer of every hint that is one off. `inputs` are parameters that satisfy it;
 * `reach` is the number of opcodes between a hint and the last of its constraints, for each hint but inverses.
 */
export function describeEveryHint(
  crate: string,
  inputs: () => Promise<Wires>,
  reach: Readonly<Record<string, number>>,
): void {
  describe(`every answer of every hint of ${crate}, one off`, () => {
    let acir: Acir;
    let honest: Honest;
    let values: Wires;
    const memo: Memo = new Map();

    beforeAll(async () => {
      acir = readAcir((await program(crate)).circuit);
      const { wires, violated, solvedBefore } = forge(acir, await inputs(), new Map(), memo);
      expect(violated).toEqual([]);
      honest = { entries: [...wires], solvedBefore };
      values = wires;
    });

    /** The constraint that refuses the lie `value` at the n-th output of a call. */
    const refusal = (position: number, outputs: readonly number[], n: number, value: bigint): Opcode | null => {
      const lies = new Map(outputs.map((wire, i) => [wire, i === n ? value : (values.get(wire) ?? 0n)]));
      return firstRefusal(acir, honest, position, lies, memo);
    };

    it.each(Object.entries(reach))("%s: refused by a constraint on the answer itself", (hint, opcodes) => {
      const calls = hintCalls(acir, hint);
      expect(calls.length).toBeGreaterThan(0);
      for (const { position, outputs } of calls) {
        for (const [n, wire] of outputs.entries()) {
          const value = values.get(wire) ?? 0n;
          for (const lie of value <= 1n ? [1n - value, 2n] : [(value + 1n) % FIELD_MODULUS]) {
            const refusing = refusal(position, outputs, n, lie);
            expect(refusing, `${hint} at ${position}, output ${n}, ${lie}`).not.toBeNull();
            expect(acir.opcodes.indexOf(refusing as Opcode) - position).toBeLessThanOrEqual(opcodes);
          }
        }
      }
    });

    it("directive_invert: refused, except for the inverse of 0, which nothing depends on", () => {
      for (const { position, outputs } of hintCalls(acir, "directive_invert")) {
        const [wire = 0] = outputs;
        const value = values.get(wire) ?? 0n;
        const refusing = refusal(position, outputs, 0, (value + 1n) % FIELD_MODULUS);
        expect(refusing === null, `at ${position}`).toBe(value === 0n);
      }
    });

    it("no hint is left out", () => {
      const tried = new Set([...Object.keys(reach), "directive_invert"]);
      expect(hintCalls(acir).filter(({ hint }) => !tried.has(hint))).toEqual([]);
    });
  });
}
