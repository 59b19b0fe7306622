import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { CairnError } from "@cairn/protocol";
import type { Abi } from "viem";
import type { CompiledContract } from "./compiled.ts";
import type { ContractsErrorCode } from "./errors.ts";

/** Solidity sources by their import path. */
export type Sources = Readonly<Record<string, string>>;

/** Compiler settings; the same as in foundry.toml, which a test checks. */
export interface CompilerSettings {
  readonly optimizerRuns: number;
  readonly evmVersion: string;
}

export const ROLLUP_SETTINGS: CompilerSettings = { optimizerRuns: 1000, evmVersion: "cancun" };
/** Verifiers are one long assembly block; few runs keep them below the size limit of contracts. */
export const VERIFIER_SETTINGS: CompilerSettings = { optimizerRuns: 1, evmVersion: "cancun" };

const OUTPUTS = [
  "abi",
  "evm.bytecode.object",
  "evm.deployedBytecode.object",
  "evm.deployedBytecode.immutableReferences",
];

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, ContractOutput>>>>;
  readonly sources?: Readonly<Record<string, { readonly ast: unknown }>>;
}

interface ContractOutput {
  readonly abi: Abi;
  readonly evm: {
    readonly bytecode: { readonly object: string };
    readonly deployedBytecode: {
      readonly object: string;
      readonly immutableReferences?: Readonly<Record<string, readonly { readonly start: number }[]>>;
    };
  };
}

/** Identifies the result of {@link compileContract} for each contract of the sources before it is computed. */
export function compilerInputHash(sources: Sources, settings: CompilerSettings): string {
  const { version } = createRequire(import.meta.url)("solc/package.json");
  const input = JSON.stringify(compilerInput(sources, settings));
  return createHash("sha256").update(`${version}\n${input}`).digest("hex");
}

/** Compiles one contract with the npm compiler, offline. Throws `contracts/compile-failed`, also on warnings. */
export async function compileContract(
  sources: Sources,
  path: string,
  name: string,
  settings: CompilerSettings,
): Promise<CompiledContract> {
  const { abi, evm } = await compileSelected(sources, path, name, settings, OUTPUTS);
  if (evm.bytecode.object === "") throw compileFailed(path, name, "no code");
  const immutables = Object.entries(evm.deployedBytecode.immutableReferences ?? {});
  // Not in the same call: the compiler would generate the code of every contract whose tree is selected. It reads all
  // sources each time, so ids are the same.
  const trees = immutables.length === 0 ? {} : await compile(sources, settings, { "*": { "": ["ast"] } });
  return {
    name,
    inputHash: compilerInputHash(sources, settings),
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    runtimeCode: `0x${evm.deployedBytecode.object}`,
    immutables: immutables.map(([id, places]) => ({
      name: immutableName(trees, Number(id)),
      offsets: places.map(({ start }) => start),
    })),
  };
}

/** The ABI of a contract without its code, which takes far longer. Throws as {@link compileContract}. */
export async function compileAbi(
  sources: Sources,
  path: string,
  name: string,
  settings: CompilerSettings,
): Promise<Abi> {
  return (await compileSelected(sources, path, name, settings, ["abi"])).abi;
}

async function compileSelected(
  sources: Sources,
  path: string,
  name: string,
  settings: CompilerSettings,
  outputs: readonly string[],
): Promise<ContractOutput> {
  const output = await compile(sources, settings, { [path]: { [name]: outputs } });
  const messages = (output.errors ?? []).map(({ formattedMessage }) => formattedMessage);
  const contract = output.contracts?.[path]?.[name];
  if (messages.length === 0 && contract !== undefined) return contract;
  throw compileFailed(path, name, messages.join("\n") || "no such contract");
}

function compileFailed(path: string, name: string, reason: string): CairnError<ContractsErrorCode> {
  return new CairnError("contracts/compile-failed", `${path}:${name}\n${reason}`);
}

type OutputSelection = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

async function compile(
  sources: Sources,
  settings: CompilerSettings,
  outputSelection: OutputSelection,
): Promise<CompilerOutput> {
  const { default: solc } = await import("solc");
  const input = compilerInput(sources, settings);
  return JSON.parse(solc.compile(JSON.stringify({ ...input, settings: { ...input.settings, outputSelection } })));
}

/** Name of the immutable variable with the compiler's id `id`. */
function immutableName({ sources }: CompilerOutput, id: number): string {
  const open: unknown[] = Object.values(sources ?? {}).map(({ ast }) => ast);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== "object" || node === null) continue;
    if ("id" in node && node.id === id && isImmutable(node)) return node.name;
    open.push(...Object.values(node));
  }
  throw new CairnError<ContractsErrorCode>("contracts/compile-failed", `no immutable has the compiler's id ${id}`);
}

function isImmutable(node: object): node is { readonly name: string } {
  return "mutability" in node && node.mutability === "immutable" && "name" in node && typeof node.name === "string";
}

function compilerInput(sources: Sources, settings: CompilerSettings) {
  const paths = Object.keys(sources).sort();
  return {
    language: "Solidity",
    sources: Object.fromEntries(paths.map((path) => [path, { content: sources[path] }])),
    settings: {
      optimizer: { enabled: true, runs: settings.optimizerRuns },
      evmVersion: settings.evmVersion,
      metadata: { bytecodeHash: "none" },
    },
  };
}
