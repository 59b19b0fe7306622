import { FIELD_MODULUS } from "@cairn/protocol";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { edgy, fieldElement } from "../../test/arbitraries.ts";
import { GRUMPKIN_ORDER } from "../field.ts";
import { GRUMPKIN_GENERATOR, type GrumpkinPoint } from "../grumpkin.ts";
import { ADDITION, DOUBLING, POINT_BYTES, type Register, type Step } from "./curve.ts";
import { ELEMENT_BYTES, SUBTRACTION_MULTIPLE } from "./field.ts";
import { createFieldMachine, type FieldMachine } from "./machine.ts";
import { createSquareRoot, SQUARE_ROOT_ELEMENTS } from "./square-root.ts";

const r = FIELD_MODULUS;
const SLOTS = 12;
/** R / r, the number of moduli that fit into an element. */
const CAPACITY = Number((1n << 261n) / r);
let machine: FieldMachine;
const slot = (i: number): number => machine.free + i * ELEMENT_BYTES;

beforeAll(async () => {
  machine = await createFieldMachine(SLOTS + SQUARE_ROOT_ELEMENTS);
});

describe("field machine", () => {
  it("gives back what was written", () => {
    fc.assert(
      fc.property(fieldElement, (value) => {
        machine.write(slot(0), value);
        expect(machine.read(slot(0))).toBe(value);
      }),
    );
  });

  it("reads every multiple of r as 0", () => {
    machine.write(slot(0), 5n);
    machine.write(slot(1), 0n);
    for (let i = 0; i < 10; i++) {
      machine.subtract(slot(0), slot(0), slot(0));
      expect(machine.read(slot(0))).toBe(0n);
      machine.subtract(slot(1), slot(1), slot(0));
      expect(machine.read(slot(1))).toBe(0n);
      machine.write(slot(0), 5n);
    }
  });

  it("computes any sequence of operations whose values stay within their bounds", () => {
    const steps = fc.array(
      fc.record({
        operation: fc.constantFrom("multiply", "square", "subtract", "copy"),
        destination: fc.nat(3),
        a: fc.nat(3),
        b: fc.nat(3),
      }),
      { minLength: 1, maxLength: 40 },
    );
    const start = fc.tuple(fieldElement, fieldElement, fieldElement, fieldElement);
    fc.assert(
      fc.property(start, steps, (values, operations) => {
        const state = values.map((value, i) => {
          machine.write(slot(i), value);
          return { value, bound: productBound(1, 1) };
        });
        for (const { operation, destination, a, b } of operations) {
          const [left, right] = [state[a], state[b]];
          if (left === undefined || right === undefined) continue;
          if (operation === "multiply") {
            machine.multiply(slot(destination), slot(a), slot(b));
            state[destination] = {
              value: (left.value * right.value) % r,
              bound: productBound(left.bound, right.bound),
            };
          } else if (operation === "square") {
            machine.square(slot(destination), slot(a));
            state[destination] = { value: (left.value * left.value) % r, bound: productBound(left.bound, left.bound) };
          } else if (operation === "copy") {
            machine.copy(slot(destination), slot(a));
            state[destination] = left;
          } else if (right.bound <= Number(SUBTRACTION_MULTIPLE) && left.bound < CAPACITY / 2) {
            machine.subtract(slot(destination), slot(a), slot(b));
            const bound = left.bound + Number(SUBTRACTION_MULTIPLE);
            state[destination] = { value: (left.value + r - right.value) % r, bound };
          }
        }
        expect(state.map((_, i) => machine.read(slot(i)))).toEqual(state.map(({ value }) => value));
      }),
      { numRuns: 500 },
    );
  });
});

describe("points", () => {
  const place = (i: number): number => machine.free + i * POINT_BYTES;
  const scalar = fc.oneof(edgy(0n, GRUMPKIN_ORDER - 1n), fc.bigInt({ min: 0n, max: 3n }));

  it("add and double as the library does, infinity and equal points included", () => {
    fc.assert(
      fc.property(scalar, scalar, fc.bigInt({ min: 1n, max: r - 1n }), (k, n, z) => {
        const [p, q] = [multiple(k), multiple(n)];
        writePoint(place(0), p, z);
        writePoint(place(1), q, 1n);
        expectPoint(2, () => machine.addPoints(place(2), place(0), place(1)), p.add(q));
        expectPoint(2, () => machine.addPoints(place(2), place(0), place(0)), p.double());
        expectPoint(2, () => machine.doublePoint(place(2), place(0)), p.double());
      }),
      { numRuns: 60 },
    );
  });

  it("cancel to infinity", () => {
    const p = multiple(5n);
    writePoint(place(0), p, 3n);
    writePoint(place(1), p.negate(), 1n);
    expectPoint(2, () => machine.addPoints(place(2), place(0), place(1)), multiple(0n));
  });

  it.each([
    ["addition", ADDITION],
    ["doubling", DOUBLING],
  ] as const)("stay within the bounds of the field functions: %s", (_, steps) => {
    const pointBound = 12;
    const bounds = boundsAfter(steps, pointBound);
    for (const output of ["X3", "Y3", "Z3"] as const) expect(bounds.get(output)).toBeLessThanOrEqual(pointBound);
    expect(bounds.get("Y3")).toBeLessThanOrEqual(Number(SUBTRACTION_MULTIPLE));
  });

  function writePoint(address: number, point: GrumpkinPoint, z: bigint): void {
    const { X, Y, Z } = point;
    [X, Y, Z].forEach((coordinate, i) => {
      machine.write(address + i * ELEMENT_BYTES, (coordinate * z) % r);
    });
  }

  function expectPoint(at: number, compute: () => void, expected: GrumpkinPoint): void {
    compute();
    const [X, Y, Z] = [0, 1, 2].map((i) => machine.read(place(at) + i * ELEMENT_BYTES));
    expect((expected.X * (Z ?? 0n) - expected.Z * (X ?? 0n)) % r).toBe(0n);
    expect((expected.Y * (Z ?? 0n) - expected.Z * (Y ?? 0n)) % r).toBe(0n);
    expect(Z === 0n).toBe(expected.is0());
    expect(X === 0n && Y === 0n && Z === 0n).toBe(false);
  }
});

describe("square root", () => {
  it("finds a root of every square and of nothing else", () => {
    const squareRoot = createSquareRoot(machine, slot(SLOTS));
    fc.assert(
      fc.property(fieldElement, fc.boolean(), (root, isSquare) => {
        const value = isSquare ? (root * root) % r : (((root * root) % r) * 5n) % r;
        machine.write(slot(0), value);
        const found = squareRoot(slot(0), slot(0));
        expect(found).toBe(isSquare && value !== 0n);
        if (found) expect(machine.read(slot(0)) ** 2n % r).toBe(value);
      }),
      { numRuns: 300 },
    );
  });

  it("finds the roots of every power of the generator of the subgroup of order 2^28", () => {
    const squareRoot = createSquareRoot(machine, slot(SLOTS));
    let value = power(5n, (r - 1n) >> 28n);
    for (let k = 0; k < 28; k++) {
      machine.write(slot(0), value);
      expect(squareRoot(slot(0), slot(0))).toBe(k > 0);
      value = (value * value) % r;
    }
  });
});

function multiple(k: bigint): GrumpkinPoint {
  return GRUMPKIN_GENERATOR.multiplyUnsafe(k);
}

/** Bound of a product, in moduli. */
function productBound(a: number, b: number): number {
  return (a * b) / CAPACITY + 1;
}

function boundsAfter(steps: readonly Step[], pointBound: number): ReadonlyMap<Register, number> {
  const inputs: Register[] = ["X1", "Y1", "Z1", "X2", "Y2", "Z2"];
  const bounds = new Map<Register, number>([...inputs.map((name) => [name, pointBound] as const), ["b3", 1]]);
  for (const [destination, left, operation, right] of steps) {
    const [a, b] = [bounds.get(left) ?? Number.NaN, bounds.get(right) ?? Number.NaN];
    if (operation === "-") expect(b).toBeLessThanOrEqual(Number(SUBTRACTION_MULTIPLE));
    const bound = { "*": productBound(a, b), "+": a + b, "-": a + Number(SUBTRACTION_MULTIPLE) }[operation];
    expect(bound).toBeLessThan(CAPACITY);
    bounds.set(destination, bound);
  }
  return bounds;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let rest = exponent, square = base; rest > 0n; rest >>= 1n, square = (square * square) % r) {
    if ((rest & 1n) === 1n) result = (result * square) % r;
  }
  return result;
}
