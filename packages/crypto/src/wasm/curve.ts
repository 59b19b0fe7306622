import { FIELD_MODULUS } from "@cairn/protocol";
import { type Code, call, i32Const, localGet, op, type WasmFunction } from "./encoder.ts";
import { at, ELEMENT_BYTES } from "./field.ts";
import type { Layout } from "./layout.ts";

/** A point in projective coordinates: X, Y, Z, one element each; infinity is (0 : 1 : 0). */
export const POINT_BYTES = 3 * ELEMENT_BYTES;

/** Inputs X1 … Z2, outputs X3 … Z3, temporaries t0 … t4, and b3 = 3·(−17). */
export type Register = `${"X" | "Y" | "Z"}${1 | 2 | 3}` | "t0" | "t1" | "t2" | "t3" | "t4" | "b3";

/** One field operation, destination = left ∘ right. */
export type Step = readonly [destination: Register, left: Register, operation: "*" | "+" | "-", right: Register];

/** Complete addition on a curve with a = 0 and no point of order 2 (Renes, Costello, Batina 2015, algorithm 7). */
export const ADDITION: readonly Step[] = [
  ["t0", "X1", "*", "X2"],
  ["t1", "Y1", "*", "Y2"],
  ["t2", "Z1", "*", "Z2"],
  ["t3", "X1", "+", "Y1"],
  ["t4", "X2", "+", "Y2"],
  ["t3", "t3", "*", "t4"],
  ["t4", "t0", "+", "t1"],
  ["t3", "t3", "-", "t4"],
  ["t4", "Y1", "+", "Z1"],
  ["X3", "Y2", "+", "Z2"],
  ["t4", "t4", "*", "X3"],
  ["X3", "t1", "+", "t2"],
  ["t4", "t4", "-", "X3"],
  ["X3", "X1", "+", "Z1"],
  ["Y3", "X2", "+", "Z2"],
  ["X3", "X3", "*", "Y3"],
  ["Y3", "t0", "+", "t2"],
  ["Y3", "X3", "-", "Y3"],
  ["X3", "t0", "+", "t0"],
  ["t0", "X3", "+", "t0"],
  ["t2", "b3", "*", "t2"],
  ["Z3", "t1", "+", "t2"],
  ["t1", "t1", "-", "t2"],
  ["Y3", "b3", "*", "Y3"],
  ["X3", "t4", "*", "Y3"],
  ["t2", "t3", "*", "t1"],
  ["X3", "t2", "-", "X3"],
  ["Y3", "Y3", "*", "t0"],
  ["t1", "t1", "*", "Z3"],
  ["Y3", "t1", "+", "Y3"],
  ["t0", "t0", "*", "t3"],
  ["Z3", "Z3", "*", "t4"],
  ["Z3", "Z3", "+", "t0"],
];

/** Complete doubling under the same conditions (algorithm 9). */
export const DOUBLING: readonly Step[] = [
  ["t0", "Y1", "*", "Y1"],
  ["Z3", "t0", "+", "t0"],
  ["Z3", "Z3", "+", "Z3"],
  ["Z3", "Z3", "+", "Z3"],
  ["t1", "Y1", "*", "Z1"],
  ["t2", "Z1", "*", "Z1"],
  ["t2", "b3", "*", "t2"],
  ["X3", "t2", "*", "Z3"],
  ["Y3", "t0", "+", "t2"],
  ["Z3", "t1", "*", "Z3"],
  ["t1", "t2", "+", "t2"],
  ["t2", "t1", "+", "t2"],
  ["t0", "t0", "-", "t2"],
  ["Y3", "t0", "*", "Y3"],
  ["Y3", "X3", "+", "Y3"],
  ["t1", "X1", "*", "Y1"],
  ["X3", "t0", "*", "t1"],
  ["X3", "X3", "+", "X3"],
];

/** Positions of the field functions that points need. */
export interface PointFieldFunctions {
  readonly multiply: number;
  readonly square: number;
  readonly add: number;
  readonly subtract: number;
}

/**
 * (destination, p, q): `addPoints` p + q; (destination, p): `doublePoint` 2p. Neither has exceptional cases. The
 * destination must not be an operand.
 */
export function curveFunctions(layout: Layout, field: PointFieldFunctions): WasmFunction[] {
  const temporaries = layout.reserve(5);
  const b3 = layout.constants([FIELD_MODULUS - 51n]);
  const address = (register: Register): Code => {
    if (register === "b3") return at(b3);
    const number = Number(register[1]);
    if (register.startsWith("t")) return at(temporaries + number * ELEMENT_BYTES);
    const parameter = number === 3 ? 0 : number;
    return [...localGet(parameter), ...i32Const("XYZ".indexOf(register.charAt(0)) * ELEMENT_BYTES), ...op.i32Add];
  };
  const compile = (steps: readonly Step[]): Code =>
    steps.flatMap(([destination, left, operation, right]) => {
      if (operation === "*" && left === right) return call(field.square, address(destination), address(left));
      const position = { "*": field.multiply, "+": field.add, "-": field.subtract }[operation];
      return call(position, address(destination), address(left), address(right));
    });
  return [
    { name: "addPoints", params: 3, locals: 0, code: compile(ADDITION) },
    { name: "doublePoint", params: 2, locals: 0, code: compile(DOUBLING) },
  ];
}
