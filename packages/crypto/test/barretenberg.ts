import { BackendType, BarretenbergSync } from "@aztec/bb.js";
import { bigintToBytes, bytesToBigint } from "@cairn/protocol";
import type { AffinePoint, PoseidonState } from "../src/index.ts";

/** The proving library, used as an oracle. */
export interface Barretenberg {
  permute(state: PoseidonState): bigint[];
  multiply(point: AffinePoint, scalar: bigint): AffinePoint;
}

export async function createBarretenberg(): Promise<Barretenberg> {
  const api = await BarretenbergSync.new({ backend: BackendType.Wasm });
  return {
    permute: (state) =>
      api.poseidon2Permutation({ inputs: state.map((value) => bigintToBytes(value, 32)) }).outputs.map(bytesToBigint),
    multiply(point, scalar) {
      const bytes = { x: bigintToBytes(point.x, 32), y: bigintToBytes(point.y, 32) };
      const product = api.grumpkinMul({ point: bytes, scalar: bigintToBytes(scalar, 32) }).point;
      return { x: bytesToBigint(product.x), y: bytesToBigint(product.y) };
    },
  };
}
