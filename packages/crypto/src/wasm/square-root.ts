import { FIELD_MODULUS } from "@cairn/protocol";
import { ELEMENT_BYTES } from "./field.ts";
import type { FieldMachine } from "./machine.ts";

/** Number of free elements that {@link createSquareRoot} needs. */
export const SQUARE_ROOT_ELEMENTS = 512 + 16 + 8;

const r = FIELD_MODULUS;
const TWO_ADICITY = 28n;
const DIGIT_BITS = 7;
const DIGITS = 4;
const DIGIT_VALUES = 2 ** DIGIT_BITS;
const oddPart = (r - 1n) >> TWO_ADICITY;
const NON_SQUARE = 5n;
const exponentNibbles = [...((oddPart - 1n) / 2n).toString(16)].map((nibble) => Number.parseInt(nibble, 16));

/**
 * Square roots mod r, whose group has a subgroup of order 2^28: v^((t+1)/2) for the odd t = (r − 1)/2^28 is a root up
 * to a factor in that subgroup, whose logarithm is read off 7 bits at a time (Sarkar 2020). Returns a function that
 * stores a root at `destination`, or returns false when the element has none (or is 0). Not constant-time.
 */
export function createSquareRoot(
  machine: FieldMachine,
  memory: number,
): (destination: number, value: number) => boolean {
  const inversePowers = memory;
  const nibblePowers = inversePowers + DIGITS * DIGIT_VALUES * ELEMENT_BYTES;
  const work = nibblePowers + 16 * ELEMENT_BYTES;
  const root = work + 4 * ELEMENT_BYTES;
  /** b^(2^(7i)) at place i. */
  const rest = (i: number): number => work + i * ELEMENT_BYTES;
  /** z^(−digit·2^(7·place)) for the generator z of the subgroup. */
  const inversePower = (place: number, digit: number): number =>
    inversePowers + (place * DIGIT_VALUES + digit) * ELEMENT_BYTES;
  const nibblePower = (exponent: number): number => nibblePowers + exponent * ELEMENT_BYTES;
  const logarithms = prepareTables();

  return (destination, value) => {
    powerOfOddPart(value);
    machine.multiply(rest(0), root, root);
    machine.multiply(rest(0), rest(0), value);
    machine.multiply(root, root, value);
    for (let i = 1; i < DIGITS; i++) {
      machine.square(rest(i), rest(i - 1));
      for (let n = 1; n < DIGIT_BITS; n++) machine.square(rest(i), rest(i));
    }
    const logarithm = logarithmOfRest();
    if (logarithm === null || logarithm % 2 !== 0) return false;
    for (let place = 0, half = logarithm / 2; place < DIGITS; place++, half = Math.floor(half / DIGIT_VALUES)) {
      machine.multiply(root, root, inversePower(place, half % DIGIT_VALUES));
    }
    machine.copy(destination, root);
    return true;
  };

  /** root = value^((t − 1)/2). */
  function powerOfOddPart(value: number): void {
    machine.copy(nibblePower(1), value);
    for (let n = 2; n < 16; n++) machine.multiply(nibblePower(n), nibblePower(n - 1), value);
    machine.copy(root, nibblePower(exponentNibbles[0] ?? 0));
    for (const nibble of exponentNibbles.slice(1)) {
      for (let n = 0; n < 4; n++) machine.square(root, root);
      if (nibble !== 0) machine.multiply(root, root, nibblePower(nibble));
    }
  }

  /** The s with rest(0) = z^s, lowest digit first; null when there is none, as for 0. */
  function logarithmOfRest(): number | null {
    let logarithm = 0;
    for (let step = 0; step < DIGITS; step++) {
      const power = rest(DIGITS - 1 - step);
      for (let place = 0; place < step; place++) {
        const digit = Math.floor(logarithm / DIGIT_VALUES ** place) % DIGIT_VALUES;
        machine.multiply(power, power, inversePower(DIGITS - 1 - step + place, digit));
      }
      const digit = logarithms.get(machine.read(power));
      if (digit === undefined) return null;
      logarithm += digit * DIGIT_VALUES ** step;
    }
    return logarithm;
  }

  function prepareTables(): ReadonlyMap<bigint, number> {
    const generator = modularPower(NON_SQUARE, oddPart);
    const highest = modularPower(generator, 1n << BigInt((DIGITS - 1) * DIGIT_BITS));
    const found = new Map<bigint, number>();
    let value = 1n;
    for (let digit = 0; digit < DIGIT_VALUES; digit++, value = (value * highest) % r) found.set(value, digit);
    let base = modularPower(generator, r - 2n);
    for (let place = 0; place < DIGITS; place++, base = modularPower(base, BigInt(DIGIT_VALUES))) {
      machine.write(inversePower(place, 0), 1n);
      machine.write(inversePower(place, 1), base);
      for (let digit = 2; digit < DIGIT_VALUES; digit++) {
        machine.multiply(inversePower(place, digit), inversePower(place, digit - 1), inversePower(place, 1));
      }
    }
    return found;
  }
}

function modularPower(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let power = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * power) % r;
    power = (power * power) % r;
  }
  return result;
}
