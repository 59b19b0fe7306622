import type { Abi, Hex } from "viem";

/** Offset of an immutable variable's value in runtime code, in bytes; each place is one 32-byte word. */
export interface ImmutableReference {
  readonly name: string;
  readonly offsets: readonly number[];
}

/** A compiled contract together with the code that its deployment leaves on the chain. */
export interface CompiledContract {
  readonly name: string;
  /** SHA-256 of all compiler input, so that a build can tell whether it is up to date. */
  readonly inputHash: string;
  readonly abi: Abi;
  /** Creation code, without constructor arguments. */
  readonly bytecode: Hex;
  /** Zero at the places of immutables. */
  readonly runtimeCode: Hex;
  readonly immutables: readonly ImmutableReference[];
}
