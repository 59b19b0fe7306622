import { bytesToHex, hexToBytes } from "@cairn/protocol";
import type { Hex } from "viem";

/** One instruction of EVM code. */
export interface Instruction {
  /** Position of its opcode in the code, in bytes. */
  readonly offset: number;
  readonly opcode: number;
  /** Bytes that a push instruction carries; empty for all others. */
  readonly data: Uint8Array;
}

/** Instructions by which a contract can run foreign code on its own storage, destroy itself or create contracts. */
export const FORBIDDEN_OPCODES: ReadonlyMap<number, string> = new Map([
  [0xf0, "CREATE"],
  [0xf2, "CALLCODE"],
  [0xf4, "DELEGATECALL"],
  [0xf5, "CREATE2"],
  [0xff, "SELFDESTRUCT"],
]);

const PUSH1 = 0x60;
const PUSH32 = 0x7f;
const JUMPDEST = 0x5b;
/** Instructions after which the next one does not run: STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT. */
export const ENDINGS: ReadonlySet<number> = new Set([0x00, 0x56, 0xf3, 0xfd, 0xfe, 0xff]);

/** Splits code as the EVM does: from its first byte on, each push together with its data. */
export function disassemble(code: Hex): Instruction[] {
  const bytes = hexToBytes(code);
  const instructions: Instruction[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const opcode = bytes[offset] ?? 0;
    const length = isPush(opcode) ? opcode - PUSH1 + 1 : 0;
    instructions.push({ offset, opcode, data: bytes.subarray(offset + 1, offset + 1 + length) });
    offset += 1 + length;
  }
  return instructions;
}

/**
 * The instructions that can run: from the start, or from a jump destination, up to the end of their block. Destinations
 * are those whose offset is pushed by an instruction that can run, which covers everything the compiler emits; so
 * constants and metadata after the code are left out, whatever they look like. Code that computes its destinations is
 * not followed.
 */
export function runnable(instructions: readonly Instruction[]): Instruction[] {
  const positions = new Map(instructions.map(({ offset }, position) => [offset, position]));
  const runs = new Set<number>();
  const open = [0];
  for (let start = open.pop(); start !== undefined; start = open.pop()) {
    for (let i = start; i < instructions.length && !runs.has(i); i++) {
      const { opcode = 0, data = new Uint8Array() } = instructions[i] ?? {};
      runs.add(i);
      const target = isPush(opcode) ? positions.get(Number(bytesToHex(data))) : undefined;
      if (target !== undefined && instructions[target]?.opcode === JUMPDEST) open.push(target);
      if (ENDINGS.has(opcode)) break;
    }
  }
  return instructions.filter((_, position) => runs.has(position));
}

/** Places where one of {@link FORBIDDEN_OPCODES} can run. */
export function forbiddenInstructions(code: Hex): { readonly name: string; readonly offset: number }[] {
  return runnable(disassemble(code)).flatMap(({ opcode, offset }) => {
    const name = FORBIDDEN_OPCODES.get(opcode);
    return name === undefined ? [] : [{ name, offset }];
  });
}

/** Whether the instruction carries data: PUSH1 to PUSH32. */
export function isPush(opcode: number): boolean {
  return opcode >= PUSH1 && opcode <= PUSH32;
}
