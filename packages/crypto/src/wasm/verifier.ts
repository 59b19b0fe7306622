import { FIELD_MODULUS, type SchnorrSignature } from "@cairn/protocol";
import { isField } from "../field.ts";
import { type AffinePoint, GRUMPKIN_BETA, GRUMPKIN_GENERATOR } from "../grumpkin.ts";
import { nonAdjacentForm, splitScalar } from "../half-scalars.ts";
import { signatureChallenge } from "../schnorr.ts";
import { isSignature } from "../signature.ts";
import { POINT_BYTES } from "./curve.ts";
import { ELEMENT_BYTES } from "./field.ts";
import type { FieldMachine } from "./machine.ts";
import { createSquareRoot, SQUARE_ROOT_ELEMENTS } from "./square-root.ts";

const WINDOW_BITS = 6;
const WINDOW_VALUES = 2 ** WINDOW_BITS;
const CHUNK_WINDOWS = 8;
const CHUNKS = 6;
const WINDOWS = CHUNKS * CHUNK_WINDOWS;
const NAF_WIDTH = 5;
const ODD_MULTIPLES = 2 ** (NAF_WIDTH - 2);
const TABLE_POINTS = WINDOWS * WINDOW_VALUES + 4 * ODD_MULTIPLES;

/** Free elements a machine needs for {@link createSigningPointFinder}. */
export const VERIFIER_ELEMENTS = 3 * (TABLE_POINTS + 7) + 5 + SQUARE_ROOT_ELEMENTS;

/** `findSigningPoint` of the pure path, on a machine with VERIFIER_ELEMENTS free elements. */
export function createSigningPointFinder(
  machine: FieldMachine,
): (message: bigint, signature: SchnorrSignature, publicKey: bigint) => AffinePoint | null {
  const element = createAllocator(machine.free, ELEMENT_BYTES);
  const zero = element();
  const beta = element();
  const seventeen = element();
  const key = element(3);
  const scratch = element(2);
  const identity = element(3);
  const negated = element(3);
  const generatorSum = createSum(machine, element(3), element(3));
  const keySum = createSum(machine, element(3), element(3));
  /** j·64^i·G at place 64i + j. */
  const generatorTable = element(3 * WINDOWS * WINDOW_VALUES);
  /** Odd multiples P, 3P … 15P of the key's point; their negatives; and both groups under (x, y) → (βx, y). */
  const keyTable = element(3 * 4 * ODD_MULTIPLES);
  const squareRoot = createSquareRoot(machine, element(SQUARE_ROOT_ELEMENTS));
  const keyY = key + ELEMENT_BYTES;
  prepare();

  return (message, signature, publicKey) => {
    if (!isField(message) || !isSignature(signature) || !isField(publicKey) || !liftKey(publicKey)) return null;
    const e = signatureChallenge(message, signature.rx, publicKey, machine.compress);
    const sG = multiplyGenerator(signature.s);
    const eP = multiplyKey(e);
    negate(negated, eP);
    machine.write(scratch, signature.rx);
    const isKept = isSumAtX(sG, eP);
    if (!isKept && !isSumAtX(sG, negated)) return null;
    const y = machine.read(keyY);
    return { x: publicKey, y: isKept ? y : FIELD_MODULUS - y };
  };

  /** Sets `key` to a point with this x, unless there is none. */
  function liftKey(x: bigint): boolean {
    machine.write(key, x);
    machine.square(keyY, key);
    machine.multiply(keyY, keyY, key);
    machine.subtract(keyY, keyY, seventeen);
    return squareRoot(keyY, keyY);
  }

  function multiplyGenerator(scalar: bigint): number {
    generatorSum.start(identity);
    let rest = scalar;
    for (let i = 0; i < WINDOWS; i += CHUNK_WINDOWS, rest >>= BigInt(CHUNK_WINDOWS * WINDOW_BITS)) {
      let chunk = Number(BigInt.asUintN(CHUNK_WINDOWS * WINDOW_BITS, rest));
      for (let window = i; chunk > 0; window++, chunk = Math.floor(chunk / WINDOW_VALUES)) {
        const digit = chunk % WINDOW_VALUES;
        if (digit > 0) generatorSum.add(generatorMultiple(window, digit));
      }
    }
    return generatorSum.value();
  }

  function multiplyKey(scalar: bigint): number {
    fillKeyTable();
    const [first, second] = splitScalar(scalar).map((half) => nonAdjacentForm(half, NAF_WIDTH));
    keySum.start(identity);
    for (let i = Math.max(first?.length ?? 0, second?.length ?? 0) - 1; i >= 0; i--) {
      keySum.double();
      addKeyMultiple(0, first?.[i] ?? 0);
      addKeyMultiple(2, second?.[i] ?? 0);
    }
    return keySum.value();
  }

  function addKeyMultiple(group: number, digit: number): void {
    if (digit > 0) keySum.add(keyMultiple(group, (digit - 1) / 2));
    else if (digit < 0) keySum.add(keyMultiple(group + 1, (-digit - 1) / 2));
  }

  function fillKeyTable(): void {
    for (let i = 0; i < 3; i++) machine.copy(keyMultiple(0, 0) + i * ELEMENT_BYTES, key + i * ELEMENT_BYTES);
    machine.doublePoint(negated, key);
    for (let n = 1; n < ODD_MULTIPLES; n++) machine.addPoints(keyMultiple(0, n), keyMultiple(0, n - 1), negated);
    for (let n = 0; n < ODD_MULTIPLES; n++) {
      negate(keyMultiple(1, n), keyMultiple(0, n));
      for (const group of [0, 1]) {
        const [source, destination] = [keyMultiple(group, n), keyMultiple(group + 2, n)];
        machine.multiply(destination, source, beta);
        machine.copy(destination + ELEMENT_BYTES, source + ELEMENT_BYTES);
        machine.copy(destination + 2 * ELEMENT_BYTES, source + 2 * ELEMENT_BYTES);
      }
    }
  }

  function negate(destination: number, point: number): void {
    machine.copy(destination, point);
    machine.subtract(destination + ELEMENT_BYTES, zero, point + ELEMENT_BYTES);
    machine.copy(destination + 2 * ELEMENT_BYTES, point + 2 * ELEMENT_BYTES);
  }

  /** Whether p + q is not infinity and has the x stored in `scratch`. */
  function isSumAtX(p: number, q: number): boolean {
    const difference = scratch + ELEMENT_BYTES;
    const sum = keyTable;
    machine.addPoints(sum, p, q);
    machine.multiply(difference, scratch, sum + 2 * ELEMENT_BYTES);
    machine.subtract(difference, sum, difference);
    return machine.read(difference) === 0n && machine.read(sum + 2 * ELEMENT_BYTES) !== 0n;
  }

  function prepare(): void {
    machine.write(beta, GRUMPKIN_BETA);
    machine.write(seventeen, 17n);
    writePoint(identity, 0n, 1n, 0n);
    machine.write(key + 2 * ELEMENT_BYTES, 1n);
    writePoint(generatorMultiple(0, 1), GRUMPKIN_GENERATOR.x, GRUMPKIN_GENERATOR.y, 1n);
    for (let window = 0; window < WINDOWS; window++) {
      const base = generatorMultiple(window, 1);
      for (let n = 2; n < WINDOW_VALUES; n++) {
        machine.addPoints(generatorMultiple(window, n), generatorMultiple(window, n - 1), base);
      }
      const next = generatorMultiple(window + 1, 1);
      if (window + 1 < WINDOWS) machine.addPoints(next, generatorMultiple(window, WINDOW_VALUES - 1), base);
    }
  }

  function writePoint(destination: number, x: bigint, y: bigint, z: bigint): void {
    [x, y, z].forEach((value, i) => {
      machine.write(destination + i * ELEMENT_BYTES, value);
    });
  }

  /** n·64^window·G, 1 ≤ n < 64. */
  function generatorMultiple(window: number, n: number): number {
    return generatorTable + (window * WINDOW_VALUES + n) * POINT_BYTES;
  }

  function keyMultiple(group: number, n: number): number {
    return keyTable + (group * ODD_MULTIPLES + n) * POINT_BYTES;
  }
}

/** A running sum of points that alternates between two places, since a sum must not overwrite its operands. */
interface PointSum {
  start(point: number): void;
  add(point: number): void;
  double(): void;
  value(): number;
}

function createSum(machine: FieldMachine, first: number, second: number): PointSum {
  let current = first;
  let other = second;
  const swap = (): void => {
    [current, other] = [other, current];
  };
  return {
    start(point) {
      for (let i = 0; i < 3; i++) machine.copy(current + i * ELEMENT_BYTES, point + i * ELEMENT_BYTES);
    },
    add(point) {
      machine.addPoints(other, current, point);
      swap();
    },
    double() {
      machine.doublePoint(other, current);
      swap();
    },
    value: () => current,
  };
}

function createAllocator(start: number, bytes: number): (count?: number) => number {
  let end = start;
  return (count = 1) => {
    const address = end;
    end += count * bytes;
    return address;
  };
}
