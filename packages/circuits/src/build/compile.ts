import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { CairnError } from "@cairn/protocol";
import type { CompiledCircuit } from "@noir-lang/noir_js";
import type { Srs } from "../bb.ts";
import type { CircuitsErrorCode } from "../errors.ts";
import { compileInThread } from "./compiler-thread.ts";
import { KEY_LIST_FILE, listSrs } from "./list-srs.ts";

/** Folder of this package's Noir sources. */
export const NOIR_DIR = join(import.meta.dirname, "..", "..", "noir");

/** A compiled circuit in the cache. */
export interface CompiledProgram {
  readonly name: string;
  readonly circuit: CompiledCircuit;
  /** Folder of everything built from these sources: program.json, and per SRS a key and a verifier. */
  readonly dir: string;
  /** File with ABI and bytecode, as the prover reads it. */
  readonly path: string;
  /** SRS of the keys that its children may have; absent for a circuit without children. */
  readonly childrenSrs?: Srs["kind"];
  readonly isCached: boolean;
}

/**
 * Compiles a binary crate of `noirDir` (`block64`, `gadgets/leaf`), or takes it from the cache, which is keyed by the
 * content of all sources and the versions of compiler and prover. Throws `circuits/compile-failed`,
 * `circuits/wrong-key-list`.
 */
export async function compileCircuit(options: {
  readonly name: string;
  readonly cacheDir: string;
  readonly noirDir?: string;
}): Promise<CompiledProgram> {
  const { name, cacheDir, noirDir = NOIR_DIR } = options;
  const dir = join(cacheDir, "circuits", `${name.replaceAll("/", "-")}-${sourceHash(name, noirDir)}`);
  const path = join(dir, "program.json");
  const children = childrenOf(join(noirDir, name));
  if (existsSync(path)) {
    const circuit = JSON.parse(readFileSync(path, "utf8")) as CompiledCircuit;
    return { name, circuit, dir, path, ...children, isCached: true };
  }
  const circuit = await compileCrate(join(noirDir, name));
  mkdirSync(dir, { recursive: true });
  writeFileAtomically(path, JSON.stringify(circuit));
  return { name, circuit, dir, path, ...children, isCached: false };
}

function childrenOf(crate: string): Pick<CompiledProgram, "childrenSrs"> {
  const list = join(crate, "src", KEY_LIST_FILE);
  return existsSync(list) ? { childrenSrs: listSrs(readFileSync(list, "utf8")) } : {};
}

/** Writes a file so that a reader sees it whole or not at all. */
export function writeFileAtomically(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

async function compileCrate(crate: string): Promise<CompiledCircuit> {
  const answer = await compileInThread(crate);
  if (answer.type === "compiled") return answer.program;
  throw new CairnError<CircuitsErrorCode>("circuits/compile-failed", `${crate} does not compile`, {
    cause: answer.reason,
    details: { diagnostics: answer.diagnostics },
  });
}

/**
 * Start of the SHA-256 of a crate's sources, those of the crates it depends on, and the versions of compiler and prover:
 * circuits with the same hash have the same bytecode, gates and keys.
 *
 * @example sourceHash("block16").length // 16
 */
export function sourceHash(name: string, noirDir: string = NOIR_DIR): string {
  const hash = createHash("sha256").update(versions());
  for (const crate of cratesOf(noirDir, name)) {
    const cwd = join(noirDir, crate);
    for (const file of globSync(["Nargo.toml", "src/**/*.nr"], { cwd }).sort()) {
      hash.update(`\0${crate}/${file}\0`).update(readFileSync(join(cwd, file)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** A crate and all that it depends on, by their paths in `noirDir`; dependencies come first. */
function cratesOf(noirDir: string, name: string): string[] {
  const manifest = readFileSync(join(noirDir, name, "Nargo.toml"), "utf8");
  const paths = [...manifest.matchAll(/\bpath *= *"([^"]+)"/g)].map(([, path = ""]) => join(name, path));
  return [...new Set([...paths.flatMap((path) => cratesOf(noirDir, path)), name])];
}

/** Versions of the compiler and the prover. */
function versions(): string {
  const require = createRequire(import.meta.url);
  const compiler = findVersion(require.resolve("@noir-lang/noir_wasm"), "@noir-lang/noir_wasm");
  const prover = findVersion(require.resolve("@aztec/bb.js"), "@aztec/bb.js");
  return `noir_wasm ${compiler} bb ${prover}`;
}

function findVersion(entry: string, name: string): string {
  const folder = entry.slice(0, entry.lastIndexOf(name) + name.length);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly version: string };
  return version;
}
