/** Bytes of WebAssembly instructions. */
export type Code = readonly number[];

/** A function of i32 parameters and no result; `locals` i64 variables follow the parameters. */
export interface WasmFunction {
  readonly name: string;
  readonly params: number;
  readonly locals: number;
  readonly code: Code;
}

const I32 = 0x7f;
const I64 = 0x7e;
const END = 0x0b;

/** Instructions without operands in the code. */
export const op = {
  i32Add: [0x6a],
  i32Ne: [0x47],
  i64Add: [0x7c],
  i64Sub: [0x7d],
  i64Mul: [0x7e],
  i64And: [0x83],
  i64Or: [0x84],
  i64Shl: [0x86],
  i64ShrSigned: [0x87],
  i64Shr: [0x88],
} as const satisfies Record<string, Code>;

export const localGet = (index: number): Code => [0x20, ...unsigned(index)];
export const localSet = (index: number): Code => [0x21, ...unsigned(index)];
export const localTee = (index: number): Code => [0x22, ...unsigned(index)];
export const i32Const = (value: number): Code => [0x41, ...signed(BigInt(value))];
export const i64Const = (value: bigint): Code => [0x42, ...signed(value)];
export const i64Load = (address: Code, offset: number): Code => [...address, 0x29, 3, ...unsigned(offset)];
export const i64Store = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  0x37,
  3,
  ...unsigned(offset),
];
export const call = (index: number, ...args: readonly Code[]): Code => [...args.flat(), 0x10, ...unsigned(index)];

/** Runs the body until the i32 local, raised by `step` after each turn, equals `end`. */
export function countedLoop(local: number, step: number, end: number, body: Code): Code {
  const advance = [...localGet(local), ...i32Const(step), ...op.i32Add, ...localTee(local)];
  return [0x03, 0x40, ...body, ...advance, ...i32Const(end), ...op.i32Ne, 0x0d, 0, END];
}

/** The binary of a module that exports its memory as `memory` and all functions by name; calls use positions in the list. */
export function encodeModule(functions: readonly WasmFunction[], memoryPages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params }) => [0x60, ...list(Array.from({ length: params }, () => [I32])), 0]);
  const exports = functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]);
  const bodies = functions.map(({ locals, code }) => sized([...list([[...unsigned(locals), I64]]), ...code, END]));
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(3, list(functions.map((_, index) => unsigned(index)))),
    ...section(5, list([[0, ...unsigned(memoryPages)]])),
    ...section(7, list([[...text("memory"), 2, 0], ...exports])),
    ...section(10, list(bodies)),
  ]);
}

function section(id: number, content: Code): Code {
  return [id, ...sized(content)];
}

function sized(content: Code): Code {
  return [...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  return sized([...new TextEncoder().encode(value)]);
}

function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}

function signed(value: bigint): Code {
  return value >= -64n && value < 64n
    ? [Number(BigInt.asUintN(7, value))]
    : [Number(BigInt.asUintN(7, value)) + 128, ...signed(value >> 7n)];
}
