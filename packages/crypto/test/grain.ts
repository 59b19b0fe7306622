import { FIELD_MODULUS } from "@cairn/protocol";

/**
 * The Grain LFSR of the Poseidon paper (appendix A), which makes the round constants of Poseidon and Poseidon2 from
 * their parameters alone: a prime field of 254 bits, S-box x^5, t = 4, 8 full and 56 partial rounds.
 */
export function grainConstants(count: number): bigint[] {
  const parameters: readonly (readonly [value: number, bits: number])[] = [
    [1, 2],
    [0, 4],
    [254, 12],
    [4, 12],
    [8, 10],
    [56, 10],
    [2 ** 30 - 1, 30],
  ];
  const state = parameters.flatMap(([value, bits]) => [...value.toString(2).padStart(bits, "0")].map(Number));
  let position = 0;
  const step = (): number => {
    const taps = [62, 51, 38, 23, 13, 0];
    const bit = taps.reduce((sum, tap) => sum ^ (state[position + tap] ?? 0), 0);
    state.push(bit);
    position++;
    return bit;
  };
  const nextBit = (): number => {
    for (;;) {
      const selects = step() === 1;
      const bit = step();
      if (selects) return bit;
    }
  };
  const nextElement = (): bigint => {
    for (;;) {
      let value = 0n;
      for (let i = 0; i < 254; i++) value = 2n * value + BigInt(nextBit());
      if (value < FIELD_MODULUS) return value;
    }
  };
  for (let i = 0; i < 160; i++) step();
  return Array.from({ length: count }, nextElement);
}
