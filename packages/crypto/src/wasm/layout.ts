import { FIELD_MODULUS } from "@cairn/protocol";
import { ELEMENT_BYTES, LIMBS, MONTGOMERY_BITS, toLimbs } from "./field.ts";

const r = FIELD_MODULUS;

/** Hands out memory for elements and remembers what they start with. */
export interface Layout {
  /** Address of the first of `count` elements, initially 0. */
  reserve(count: number): number;
  /** Address of elements that hold these field elements in Montgomery form. */
  constants(values: readonly bigint[]): number;
  /** Address of an element that holds the integer as it is. */
  integer(value: bigint): number;
  /** Bytes handed out. */
  size(): number;
  /** Writes the constants. */
  initialise(memory: DataView): void;
}

/** Starts a layout at address 0. */
export function createLayout(): Layout {
  const initial: { readonly address: number; readonly value: bigint }[] = [];
  let end = 0;
  const reserve = (count: number): number => {
    const address = end;
    end += count * ELEMENT_BYTES;
    return address;
  };
  const place = (values: readonly bigint[]): number => {
    const first = reserve(values.length);
    values.forEach((value, i) => {
      initial.push({ address: first + i * ELEMENT_BYTES, value });
    });
    return first;
  };
  return {
    reserve,
    constants: (values) => place(values.map((value) => (value << MONTGOMERY_BITS) % r)),
    integer: (value) => place([value]),
    size: () => end,
    initialise(memory) {
      for (const { address, value } of initial) {
        const limbs = toLimbs(value);
        for (let i = 0; i < LIMBS; i++) memory.setBigUint64(address + 8 * i, limbs[i] ?? 0n, true);
      }
    },
  };
}
