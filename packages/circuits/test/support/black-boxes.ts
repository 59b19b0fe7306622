import { GRUMPKIN_GENERATOR, GRUMPKIN_ORDER, permute, pointFromAffine } from "@cairn/crypto";
import { CairnError, FIELD_MODULUS } from "@cairn/protocol";

const LIMB_BITS = 128n;

/** What the backend computes itself: outputs of an opcode from its inputs, or null where no honest output exists. */
export function blackBox(name: string, inputs: readonly bigint[]): readonly bigint[] | null {
  if (name === "Poseidon2Permutation") {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = inputs;
    return permute([a, b, c, d]);
  }
  if (name === "Sha256Compression") return sha256Compression(inputs.slice(0, 16), inputs.slice(16));
  if (name === "MultiScalarMul") return multiScalarMul(inputs.slice(0, 4), inputs.slice(4, 8));
  throw new CairnError("test/unsolvable", `no black box ${name}`);
}

/** Of two points and two scalars in limbs; null when a point is not on the curve. */
function multiScalarMul(points: readonly bigint[], limbs: readonly bigint[]): readonly bigint[] | null {
  let sum = GRUMPKIN_GENERATOR.multiplyUnsafe(0n);
  for (const at of [0, 2]) {
    const [x = 0n, y = 0n] = points.slice(at, at + 2);
    const [low = 0n, high = 0n] = limbs.slice(at, at + 2);
    const isInfinity = x === 0n && y === 0n;
    if (!isInfinity && (y * y - x * x * x + 17n) % FIELD_MODULUS !== 0n) return null;
    const point = isInfinity ? GRUMPKIN_GENERATOR.multiplyUnsafe(0n) : pointFromAffine({ x, y });
    sum = sum.add(point.multiplyUnsafe((low + (high << LIMB_BITS)) % GRUMPKIN_ORDER));
  }
  return sum.is0() ? [0n, 0n] : [sum.x, sum.y];
}

/** One block of SHA-256 on a state; null when an input is no 32-bit word. */
function sha256Compression(block: readonly bigint[], state: readonly bigint[]): readonly bigint[] | null {
  if ([...block, ...state].some((word) => word >> 32n !== 0n)) return null;
  const words = block.map(Number);
  const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n));
  for (let i = 16; i < 64; i++) {
    const [w15 = 0, w2 = 0, w16 = 0, w7 = 0] = [words[i - 15], words[i - 2], words[i - 16], words[i - 7]];
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
    words[i] = (w16 + s0 + w7 + s1) | 0;
  }
  const before = state.map(Number);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = before;
  for (const [i, constant] of ROUND_CONSTANTS.entries()) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constant + (words[i] ?? 0)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [a, b, c, d, e, f, g, h] = [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g];
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => BigInt((word + (before[i] ?? 0)) >>> 0));
}

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const ROUND_CONSTANTS: readonly number[] = primes(64).map((prime) => Number(cubeRootBits(BigInt(prime))));

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}

function cubeRootBits(n: bigint): bigint {
  const scaled = n << 96n;
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((root + bit) ** 3n <= scaled) root += bit;
  return root & 0xffffffffn;
}
