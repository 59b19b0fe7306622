import { GRUMPKIN_GENERATOR, GRUMPKIN_ORDER, permute, pointFromAffine } from "@cairn/crypto";
import { CairnError, FIELD_MODULUS } from "@cairn/protocol";

const LIMB_BITS = 128n;

/** What the backend computes itself: outputs of an opcode from its inputs, or null where no honest output exists. */
export function blackBox(name: string, inputs: readonly bigint[]): readonly bigint[] | null {
  if (name === "Poseidon2Permutation") {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = inputs;
    return permute([a, b, c, d]);
  }
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
