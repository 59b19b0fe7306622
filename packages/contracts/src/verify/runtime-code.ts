import { bytesToHex, hexToBytes } from "@cairn/protocol";
import type { Hex } from "viem";
import type { CompiledContract } from "../compiled.ts";

const WORD_BYTES = 32;

/** An immutable variable in deployed code. */
export interface ImmutableValue {
  readonly name: string;
  /** The word, the same at every place; null when the places disagree. */
  readonly word: Hex | null;
}

/** Deployed code compared with compiled code. */
export interface RuntimeComparison {
  /** Same length, and the same bytes except at immutables. */
  readonly isSame: boolean;
  readonly expectedBytes: number;
  readonly actualBytes: number;
  /** Bytes that differ within the common length. */
  readonly differingBytes: number;
  readonly firstDifference: number | null;
  /** Empty unless the code matches. */
  readonly immutables: readonly ImmutableValue[];
}

/** Compares code on the chain with compiled code; immutables are masked and decoded. */
export function compareRuntimeCode(
  compiled: Pick<CompiledContract, "runtimeCode" | "immutables">,
  deployed: Hex,
): RuntimeComparison {
  const expected = hexToBytes(compiled.runtimeCode);
  const actual = hexToBytes(deployed);
  const masked = actual.slice();
  for (const { offsets } of compiled.immutables) {
    for (const offset of offsets) masked.fill(0, offset, offset + WORD_BYTES);
  }
  let differingBytes = 0;
  let firstDifference: number | null = null;
  for (let i = 0; i < Math.max(expected.length, masked.length); i++) {
    if (expected[i] === masked[i]) continue;
    firstDifference ??= i;
    if (i < expected.length && i < masked.length) differingBytes++;
  }
  const isSame = firstDifference === null;
  return {
    isSame,
    expectedBytes: expected.length,
    actualBytes: actual.length,
    differingBytes,
    firstDifference,
    immutables: isSame ? compiled.immutables.map(({ name, offsets }) => readImmutable(actual, name, offsets)) : [],
  };
}

function readImmutable(code: Uint8Array, name: string, offsets: readonly number[]): ImmutableValue {
  const words = new Set(offsets.map((offset) => bytesToHex(code.subarray(offset, offset + WORD_BYTES))));
  const [word] = words;
  return { name, word: words.size === 1 && word !== undefined ? word : null };
}
