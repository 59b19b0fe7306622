import { FIELD_MODULUS } from "@cairn/protocol";
import {
  EXTERNAL_ROUND_CONSTANTS,
  INTERNAL_DIAGONAL_MINUS_ONE,
  INTERNAL_ROUND_CONSTANTS,
} from "../poseidon2-constants.ts";
import {
  type Code,
  call,
  countedLoop,
  i32Const,
  i64Const,
  i64Store,
  localGet,
  localSet,
  op,
  type WasmFunction,
} from "./encoder.ts";
import { at, carry, ELEMENT_BYTES, LIMBS, limb, MONTGOMERY_BITS, sum, toLimbs } from "./field.ts";
import type { Layout } from "./layout.ts";

/** Positions of the field functions that the permutation calls. */
export interface FieldFunctions {
  readonly multiply: number;
  readonly multiplyAdd: number;
  readonly square: number;
  readonly add: number;
  readonly unpack: number;
  readonly pack: number;
  readonly copy: number;
}

/** The functions `sbox`, `externalLayer`, `internalSum` and `compress`, in the function table from position `first` on. */
export interface Poseidon2Module {
  readonly functions: readonly WasmFunction[];
  /** Address of the four inputs, each four 64-bit words lowest first; the result, 0 … r, replaces the first. */
  readonly words: number;
}

const HALF_EXTERNAL_ROUNDS = 4;
const WORDS_BYTES = 32;
const modulusLimbs = toLimbs(FIELD_MODULUS);
const modulusTop = modulusLimbs[LIMBS - 1] ?? 0n;

/** Poseidon2 and `compress` on the memory of a layout. */
export function poseidon2Module(layout: Layout, field: FieldFunctions, first: number): Poseidon2Module {
  const [a, b, c, d] = [layout.reserve(1), layout.reserve(1), layout.reserve(1), layout.reserve(1)];
  const [shifted, power, total, input] = [layout.reserve(1), layout.reserve(1), layout.reserve(1), layout.reserve(1)];
  const words = layout.reserve(2);
  const external = layout.constants(EXTERNAL_ROUND_CONSTANTS.flat());
  const internal = layout.constants(INTERNAL_ROUND_CONSTANTS);
  const diagonal = layout.constants(INTERNAL_DIAGONAL_MINUS_ONE);
  const toMontgomery = layout.integer((1n << (2n * MONTGOMERY_BITS)) % FIELD_MODULUS);
  const one = layout.integer(1n);
  const [sbox, externalLayer, internalSum] = [first, first + 1, first + 2];

  return { words, functions: [sboxFunction(), externalLayerFunction(), internalSumFunction(), compressFunction()] };

  /** (element, constant): (element + constant)^5, in place. Inputs below 32r give less than 2r. */
  function sboxFunction(): WasmFunction {
    const shift = Array.from({ length: LIMBS }, (_, i) => {
      const value = [...limb(localGet(0), i), ...limb(localGet(1), i), ...op.i64Add];
      return i64Store(at(shifted), 8 * i, value);
    }).flat();
    const code = [
      ...shift,
      ...call(field.square, at(power), at(shifted)),
      ...call(field.square, at(power), at(power)),
      ...call(field.multiply, localGet(0), at(power), at(shifted)),
    ];
    return { name: "sbox", params: 2, locals: 0, code };
  }

  /** The external matrix on the state; sums only, so values grow up to sixteenfold. */
  function externalLayerFunction(): WasmFunction {
    const outputs: readonly (readonly [address: number, factors: readonly [number, number, number, number]])[] = [
      [a, [5, 7, 1, 3]],
      [b, [4, 6, 1, 1]],
      [c, [1, 3, 5, 7]],
      [d, [1, 1, 4, 6]],
    ];
    const [firstInput, scratch] = [0, 4 * LIMBS];
    const load = [a, b, c, d].flatMap((address, element) =>
      Array.from({ length: LIMBS }, (_, i) => [
        ...limb(at(address), i),
        ...localSet(firstInput + element * LIMBS + i),
      ]).flat(),
    );
    const code = outputs.flatMap(([address, factors]) =>
      carry(at(address), scratch, (i) =>
        sum(factors.map((factor, element) => times(localGet(firstInput + element * LIMBS + i), factor))),
      ),
    );
    return { name: "externalLayer", params: 0, locals: 4 * LIMBS + 1, code: [...load, ...code] };
  }

  /**
   * total = a + b + c + d, less a multiple of r chosen by the highest limbs: below 1.01r. Without it the internal
   * rounds would let values grow, as their matrix adds the total to every element.
   */
  function internalSumFunction(): WasmFunction {
    const [quotient, scratch] = [0, 1];
    const limbSum = (i: number): Code => sum([a, b, c, d].map((address) => limb(at(address), i)));
    const reciprocal = (1n << 40n) / (modulusTop + 1n);
    const estimate = [...limbSum(LIMBS - 1), ...i64Const(reciprocal), ...op.i64Mul, ...i64Const(40n), ...op.i64Shr];
    const code = [
      ...[...estimate, ...localSet(quotient)],
      ...carry(at(total), scratch, (i) => [
        ...limbSum(i),
        ...[...localGet(quotient), ...i64Const(modulusLimbs[i] ?? 0n), ...op.i64Mul],
        ...op.i64Sub,
      ]),
    ];
    return { name: "internalSum", params: 0, locals: 2, code };
  }

  /** compress of the four inputs in `words`. */
  function compressFunction(): WasmFunction {
    const [constant] = [0];
    const elements = [a, b, c, d];
    const load = elements.flatMap((address, i) => [
      ...call(field.unpack, at(address), at(words + i * WORDS_BYTES)),
      ...call(field.multiply, at(address), at(address), at(toMontgomery)),
    ]);
    const externalRound = [
      ...elements.flatMap((address, i) =>
        call(sbox, at(address), [...localGet(constant), ...i32Const(i * ELEMENT_BYTES), ...op.i32Add]),
      ),
      ...call(externalLayer),
    ];
    const internalRound = [
      ...call(sbox, at(a), localGet(constant)),
      ...call(internalSum),
      ...elements.flatMap((address, i) =>
        call(field.multiplyAdd, at(address), at(address), at(diagonal + i * ELEMENT_BYTES), at(total)),
      ),
    ];
    const half = HALF_EXTERNAL_ROUNDS * 4 * ELEMENT_BYTES;
    const rounds = (start: number, end: number, step: number, body: Code): Code => [
      ...[...i32Const(start), ...localSet(constant)],
      ...countedLoop(constant, step, end, body),
    ];
    const code = [
      ...load,
      ...call(field.copy, at(input), at(a)),
      ...call(externalLayer),
      ...rounds(external, external + half, 4 * ELEMENT_BYTES, externalRound),
      ...rounds(internal, internal + INTERNAL_ROUND_CONSTANTS.length * ELEMENT_BYTES, ELEMENT_BYTES, internalRound),
      ...rounds(external + half, external + 2 * half, 4 * ELEMENT_BYTES, externalRound),
      ...call(field.add, at(a), at(a), at(input)),
      ...call(field.multiply, at(a), at(a), at(one)),
      ...call(field.pack, at(words), at(a)),
    ];
    return { name: "compress", params: 1, locals: 0, code };
  }
}

function times(value: Code, factor: number): Code {
  return factor === 1 ? value : [...value, ...i64Const(BigInt(factor)), ...op.i64Mul];
}
