import { FIELD_MODULUS } from "@cairn/protocol";
import {
  type Code,
  i32Const,
  i64Const,
  i64Load,
  i64Store,
  localGet,
  localSet,
  op,
  type WasmFunction,
} from "./encoder.ts";

/**
 * Arithmetic mod r on 9 limbs of 29 bits, lowest first, each in 8 bytes of memory; values in Montgomery form with
 * R = 2^261. Values are not kept below r: with R > 168 r a product of inputs below a·r and b·r is below (ab/168 + 1)·r,
 * so sums can wait. A product needs limbs below 2^30 on both sides (9 · 2^60 and the reduction stay below 2^64);
 * every function here leaves limbs below 2^29.
 */
export const LIMBS = 9;
export const ELEMENT_BYTES = 8 * LIMBS;
export const MONTGOMERY_BITS = 261n;

/** A difference a − b is computed as a + SUBTRACTION_MULTIPLE·r − b: it needs b ≤ SUBTRACTION_MULTIPLE·r. */
export const SUBTRACTION_MULTIPLE = 8n;

const LIMB_BITS = 29n;
const MASK = (1n << LIMB_BITS) - 1n;
const modulusLimbs = toLimbs(FIELD_MODULUS);

/** The limbs of 0 ≤ value < 2^261. */
export function toLimbs(value: bigint): bigint[] {
  return Array.from({ length: LIMBS }, (_, i) => (value >> (LIMB_BITS * BigInt(i))) & MASK);
}

/** Loads one limb of the element at an address. */
export const limb = (address: Code, index: number, offset = 0): Code => i64Load(address, offset + 8 * index);

/** (destination, a, b): a·b/R. */
export function multiply(): WasmFunction {
  const [a, b, base] = [3, 3 + LIMBS, 3 + 2 * LIMBS];
  const code = [...readElement(1, a), ...readElement(2, b), ...montgomery(base, products, () => [])];
  return { name: "multiply", params: 3, locals: 3 * LIMBS + 1, code };

  function products(column: number): Code[] {
    return pairs(column).map(([i, j]) => [...localGet(a + i), ...localGet(b + j), ...op.i64Mul]);
  }
}

/** (destination, a, b, c): a·b/R + c. */
export function multiplyAdd(): WasmFunction {
  const [a, b, base] = [4, 4 + LIMBS, 4 + 2 * LIMBS];
  const addend = (index: number): Code => limb(localGet(3), index);
  const code = [...readElement(1, a), ...readElement(2, b), ...montgomery(base, products, addend)];
  return { name: "multiplyAdd", params: 4, locals: 3 * LIMBS + 1, code };

  function products(column: number): Code[] {
    return pairs(column).map(([i, j]) => [...localGet(a + i), ...localGet(b + j), ...op.i64Mul]);
  }
}

/** (destination, a): a²/R. */
export function square(): WasmFunction {
  const [a, base] = [2, 2 + LIMBS];
  const code = [...readElement(1, a), ...montgomery(base, products, () => [])];
  return { name: "square", params: 2, locals: 2 * LIMBS + 1, code };

  function products(column: number): Code[] {
    const term = ([i, j]: readonly [number, number]): Code => [...localGet(a + i), ...localGet(a + j), ...op.i64Mul];
    const cross = pairs(column).filter(([i, j]) => i < j);
    const middle = pairs(column).filter(([i, j]) => i === j);
    const doubled = cross.length === 0 ? [] : [[...sum(cross.map(term)), ...i64Const(1n), ...op.i64Shl]];
    return [...doubled, ...middle.map(term)];
  }
}

/** (destination, a, b): a + b. */
export function add(): WasmFunction {
  const terms = (index: number): Code => [...limb(localGet(1), index), ...limb(localGet(2), index), ...op.i64Add];
  return { name: "add", params: 3, locals: 1, code: carry(localGet(0), 3, terms) };
}

/** (destination, a, b): a − b + SUBTRACTION_MULTIPLE·r. */
export function subtract(): WasmFunction {
  const multiple = toLimbs(SUBTRACTION_MULTIPLE * FIELD_MODULUS);
  const terms = (index: number): Code => [
    ...limb(localGet(1), index),
    ...limb(localGet(2), index),
    ...op.i64Sub,
    ...i64Const(multiple[index] ?? 0n),
    ...op.i64Add,
  ];
  return { name: "subtract", params: 3, locals: 1, code: carry(localGet(0), 3, terms) };
}

/** (destination, words): limbs of the 256-bit integer in four 64-bit words, lowest first; no Montgomery form. */
export function unpack(): WasmFunction {
  const code = Array.from({ length: LIMBS }, (_, index) => {
    const bit = Number(LIMB_BITS) * index;
    const word = Math.floor(bit / 64);
    const low: Code = [...i64Load(localGet(1), 8 * word), ...i64Const(BigInt(bit % 64)), ...op.i64Shr];
    const spans = bit % 64 > 64 - Number(LIMB_BITS) && word < 3;
    const high: Code = spans
      ? [...i64Load(localGet(1), 8 * word + 8), ...i64Const(BigInt(64 - (bit % 64))), ...op.i64Shl, ...op.i64Or]
      : [];
    return i64Store(localGet(0), 8 * index, [...low, ...high, ...i64Const(MASK), ...op.i64And]);
  }).flat();
  return { name: "unpack", params: 2, locals: 0, code };
}

/** (words, a): inverse of unpack for a value below 2^256. */
export function pack(): WasmFunction {
  const code = [0, 1, 2, 3].flatMap((word) => {
    const parts = Array.from({ length: LIMBS }, (_, index) => {
      const shift = Number(LIMB_BITS) * index - 64 * word;
      if (shift <= -Number(LIMB_BITS) || shift >= 64) return null;
      const direction = shift < 0 ? op.i64Shr : op.i64Shl;
      return [...limb(localGet(1), index), ...i64Const(BigInt(Math.abs(shift))), ...direction];
    }).filter((part) => part !== null);
    return i64Store(localGet(0), 8 * word, sum(parts));
  });
  return { name: "pack", params: 2, locals: 0, code };
}

/** (destination, a): a. */
export function copy(): WasmFunction {
  const code = Array.from({ length: LIMBS }, (_, i) => i64Store(localGet(0), 8 * i, limb(localGet(1), i))).flat();
  return { name: "copy", params: 2, locals: 0, code };
}

/**
 * Stores at `destination` the value whose limbs `terms` gives, signed and up to 2^62, with limbs below 2^29.
 * The value must lie in 0 … 2^261 − 1. Uses the i64 local `scratch`.
 */
export function carry(destination: Code, scratch: number, terms: (index: number) => Code): Code {
  const code = Array.from({ length: LIMBS }, (_, index): Code => {
    const total = index === 0 ? terms(index) : [...terms(index), ...localGet(scratch), ...op.i64Add];
    if (index === LIMBS - 1) return i64Store(destination, 8 * index, total);
    return [
      ...total,
      ...localSet(scratch),
      ...i64Store(destination, 8 * index, [...localGet(scratch), ...i64Const(MASK), ...op.i64And]),
      ...[...localGet(scratch), ...i64Const(LIMB_BITS), ...op.i64ShrSigned, ...localSet(scratch)],
    ];
  });
  return code.flat();
}

/** The sum of at least one term, as a balanced tree. */
export function sum(terms: readonly Code[]): Code {
  if (terms.length <= 1) return terms[0] ?? [];
  const half = terms.length >> 1;
  return [...sum(terms.slice(0, half)), ...sum(terms.slice(half)), ...op.i64Add];
}

/** The address of an element as an instruction. */
export const at = (address: number): Code => i32Const(address);

/**
 * Montgomery product column by column: `products` gives the terms of a column, `addend` what to add to a limb of the
 * result. Column k < 9 chooses m_k so that the sum vanishes mod 2^29; r ≡ 1 + 2^28 makes that shifts and additions.
 * Uses LIMBS + 1 locals from `base` on; stores to the address in local 0.
 */
function montgomery(base: number, products: (column: number) => Code[], addend: (index: number) => Code): Code {
  const accumulator = base + LIMBS;
  const code: number[] = [];
  for (let column = 0; column < 2 * LIMBS - 1; column++) {
    const reductions = pairs(column)
      .filter(([i, j]) => j > 0 && i < column)
      .map(([i, j]): Code => [...localGet(base + i), ...i64Const(modulusLimbs[j] ?? 0n), ...op.i64Mul]);
    code.push(...sum(products(column)));
    if (reductions.length > 0) code.push(...sum(reductions), ...op.i64Add);
    if (column > 0) code.push(...localGet(accumulator), ...op.i64Add);
    if (column < LIMBS) {
      const factor = base + column;
      code.push(...localSet(accumulator));
      code.push(...i64Const(0n), ...timesLowestLimb(accumulator), ...op.i64Sub, ...i64Const(MASK), ...op.i64And);
      code.push(...localSet(factor), ...localGet(accumulator), ...timesLowestLimb(factor), ...op.i64Add);
    } else {
      const index = column - LIMBS;
      code.push(...addIfAny(addend(index)), ...localSet(accumulator));
      const low = [...localGet(accumulator), ...i64Const(MASK), ...op.i64And];
      code.push(...i64Store(localGet(0), 8 * index, low), ...localGet(accumulator));
    }
    code.push(...i64Const(LIMB_BITS), ...op.i64Shr, ...localSet(accumulator));
  }
  const last = [...localGet(accumulator), ...addIfAny(addend(LIMBS - 1))];
  return [...code, ...i64Store(localGet(0), 8 * (LIMBS - 1), last)];
}

function timesLowestLimb(local: number): Code {
  return [...localGet(local), ...localGet(local), ...i64Const(28n), ...op.i64Shl, ...op.i64Add];
}

function addIfAny(value: Code): Code {
  return value.length === 0 ? [] : [...value, ...op.i64Add];
}

/** All (i, j) of limbs with i + j = column. */
function pairs(column: number): (readonly [number, number])[] {
  const first = Math.max(0, column - LIMBS + 1);
  const last = Math.min(column, LIMBS - 1);
  return Array.from({ length: last - first + 1 }, (_, n) => [first + n, column - first - n] as const);
}

function readElement(parameter: number, firstLocal: number): Code {
  return Array.from({ length: LIMBS }, (_, index) => [
    ...limb(localGet(parameter), index),
    ...localSet(firstLocal + index),
  ]).flat();
}
