import { CairnError, FIELD_MODULUS } from "@cairn/protocol";
import type { CryptoErrorCode } from "../errors.ts";
import { curveFunctions } from "./curve.ts";
import { encodeModule } from "./encoder.ts";
import { add, copy, MONTGOMERY_BITS, multiply, multiplyAdd, pack, square, subtract, unpack } from "./field.ts";
import { createLayout, type Layout } from "./layout.ts";
import { poseidon2Module } from "./poseidon2.ts";

/** Arithmetic mod r and on Grumpkin in WebAssembly. Elements live in its memory, in Montgomery form, not reduced. */
export interface FieldMachine {
  /** destination = a·b, and so on; a destination may be an operand. */
  multiply(destination: number, a: number, b: number): void;
  square(destination: number, a: number): void;
  subtract(destination: number, a: number, b: number): void;
  copy(destination: number, a: number): void;
  /** Points are three elements in a row; a destination must not be an operand. */
  addPoints(destination: number, p: number, q: number): void;
  doublePoint(destination: number, p: number): void;
  /** The hash of four field elements. */
  compress(a: bigint, b: bigint, c: bigint, d: bigint): bigint;
  /** Puts a field element into memory. */
  write(destination: number, value: bigint): void;
  /** The canonical value of an element. */
  read(address: number): bigint;
  /** First address of the elements reserved for the caller. */
  readonly free: number;
}

type MemoryFunction = (...addresses: readonly number[]) => void;

/** The part of the WebAssembly interface that is used; every platform has it, but no type library covers them all. */
declare const WebAssembly: {
  compile(binary: Uint8Array<ArrayBuffer>): Promise<CompiledModule>;
  instantiate(module: CompiledModule): Promise<{ readonly exports: WasmExports }>;
};
type CompiledModule = object;
type WasmExports = Readonly<Record<string, MemoryFunction>> & { readonly memory: { readonly buffer: ArrayBuffer } };

const PAGE_BYTES = 65536;
const WORDS_BYTES = 32;

/** The compiled module and where things are in its memory. */
interface Program {
  readonly module: CompiledModule;
  readonly layout: Layout;
  readonly poseidon2Words: number;
  readonly toMontgomery: number;
  readonly one: number;
  readonly scratch: number;
  readonly words: number;
  readonly free: number;
}

/** Programs by the number of free elements: generating and compiling takes longer than most uses of a machine. */
const programs = new Map<number, Promise<Program>>();

/**
 * A machine of its own, with memory for `freeElements` of the caller; the module is generated and compiled once. Throws
 * `crypto/no-webassembly`.
 */
export async function createFieldMachine(freeElements = 0): Promise<FieldMachine> {
  const compiling = programs.get(freeElements) ?? compileProgram(freeElements);
  programs.set(freeElements, compiling);
  const { module, layout, poseidon2Words, toMontgomery, one, scratch, words, free } = await compiling;
  const { exports } = await orNoWebAssembly(() => WebAssembly.instantiate(module));
  const memory = new DataView(exports.memory.buffer);
  layout.initialise(memory);

  const machine = {
    multiply: exported("multiply"),
    square: exported("square"),
    subtract: exported("subtract"),
    copy: exported("copy"),
    addPoints: exported("addPoints"),
    doublePoint: exported("doublePoint"),
  };
  const [unpackWords, packWords, compressWords] = [exported("unpack"), exported("pack"), exported("compress")];
  return {
    ...machine,
    free,
    compress(a, b, c, d) {
      writeWords(poseidon2Words, a);
      writeWords(poseidon2Words + WORDS_BYTES, b);
      writeWords(poseidon2Words + 2 * WORDS_BYTES, c);
      writeWords(poseidon2Words + 3 * WORDS_BYTES, d);
      compressWords(0);
      return readWords(poseidon2Words);
    },
    write(destination, value) {
      writeWords(words, value);
      unpackWords(destination, words);
      machine.multiply(destination, destination, toMontgomery);
    },
    read(address) {
      machine.multiply(scratch, address, one);
      packWords(words, scratch);
      return readWords(words);
    },
  };

  function exported(name: string): MemoryFunction {
    const found = exports[name];
    if (found === undefined) throw noWebAssembly(undefined);
    return found;
  }

  function writeWords(address: number, value: bigint): void {
    memory.setBigUint64(address, value, true);
    memory.setBigUint64(address + 8, value >> 64n, true);
    memory.setBigUint64(address + 16, value >> 128n, true);
    memory.setBigUint64(address + 24, value >> 192n, true);
  }

  /** A product with the integer 1 lies in 0 … r, both ends standing for 0. */
  function readWords(address: number): bigint {
    const low = memory.getBigUint64(address, true) | (memory.getBigUint64(address + 8, true) << 64n);
    const high = memory.getBigUint64(address + 16, true) | (memory.getBigUint64(address + 24, true) << 64n);
    const value = low | (high << 128n);
    return value === FIELD_MODULUS ? 0n : value;
  }
}

async function compileProgram(freeElements: number): Promise<Program> {
  const layout = createLayout();
  const field = [multiply(), multiplyAdd(), square(), add(), subtract(), unpack(), pack(), copy()];
  const index = {
    multiply: 0,
    multiplyAdd: 1,
    square: 2,
    add: 3,
    subtract: 4,
    unpack: 5,
    pack: 6,
    copy: 7,
  };
  const curve = curveFunctions(layout, index);
  const poseidon2 = poseidon2Module(layout, index, field.length + curve.length);
  const toMontgomery = layout.integer((1n << (2n * MONTGOMERY_BITS)) % FIELD_MODULUS);
  const one = layout.integer(1n);
  const [scratch, words, free] = [layout.reserve(1), layout.reserve(1), layout.reserve(freeElements)];
  const pages = Math.ceil(layout.size() / PAGE_BYTES);
  const binary = encodeModule([...field, ...curve, ...poseidon2.functions], pages);
  const module = await orNoWebAssembly(() => WebAssembly.compile(binary));
  return { module, layout, poseidon2Words: poseidon2.words, toMontgomery, one, scratch, words, free };
}

async function orNoWebAssembly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw noWebAssembly(cause);
  }
}

function noWebAssembly(cause: unknown): CairnError<CryptoErrorCode> {
  return new CairnError("crypto/no-webassembly", "the arithmetic module cannot be run here", { cause });
}
