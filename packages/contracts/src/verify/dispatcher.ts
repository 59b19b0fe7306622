import { bytesToHex } from "@cairn/protocol";
import { type Hex, pad } from "viem";
import { disassemble, ENDINGS, type Instruction, isPush } from "./disassemble.ts";

const EQ = 0x14;
const ISZERO = 0x15;
const CALLVALUE = 0x34;
const JUMP = 0x56;
const JUMPI = 0x57;
const DUP1 = 0x80;
const SELECTOR_BYTES = 4;

/**
 * Selectors that the compiler's dispatcher at the start of the code compares the call with, lowest first: every
 * function that can be called. All jumps are followed except those of such comparisons, which lead to the functions.
 */
export function dispatchedSelectors(code: Hex): Hex[] {
  const instructions = disassemble(code);
  const positions = new Map(instructions.map(({ offset }, position) => [offset, position]));
  const selectors = new Set<Hex>();
  const seen = new Set<number>();
  const open = [0];
  for (let start = open.pop(); start !== undefined; start = open.pop()) {
    for (let i = start; i < instructions.length && !seen.has(i); i++) {
      seen.add(i);
      const opcode = instructions[i]?.opcode ?? 0;
      const selector = opcode === JUMPI ? comparedSelector(instructions, i) : null;
      if (selector !== null) selectors.add(selector);
      else if (opcode === JUMP || opcode === JUMPI) open.push(...jumpTargets(instructions[i - 1], positions));
      if (ENDINGS.has(opcode)) break;
    }
  }
  return [...selectors].sort();
}

/**
 * The selector before the jump in `DUP1 PUSH selector, EQ PUSH target, JUMPI`; for 0, `DUP1 ISZERO PUSH target, JUMPI`.
 */
function comparedSelector(instructions: readonly Instruction[], jump: number): Hex | null {
  const [third, second, first] = [4, 3, 2].map((distance) => instructions[jump - distance]);
  if (first?.opcode === ISZERO && second?.opcode === DUP1 && third?.opcode !== CALLVALUE) return toSelector("0x");
  const isCompared = first?.opcode === EQ && third?.opcode === DUP1;
  const isSelector = second !== undefined && isPush(second.opcode) && second.data.length <= SELECTOR_BYTES;
  return isCompared && isSelector ? toSelector(bytesToHex(second.data)) : null;
}

function jumpTargets(pushed: Instruction | undefined, positions: ReadonlyMap<number, number>): number[] {
  if (pushed === undefined || !isPush(pushed.opcode)) return [];
  const position = positions.get(Number(bytesToHex(pushed.data)));
  return position === undefined ? [] : [position];
}

function toSelector(pushed: Hex): Hex {
  return pad(pushed, { size: SELECTOR_BYTES });
}
