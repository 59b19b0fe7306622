import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { CairnError } from "@cairn/protocol";
import type { Abi, Hex } from "viem";
import type { ContractArtefact } from "./artefact.ts";
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

/** Offset of an immutable variable's value in runtime code, in bytes; each place is one 32-byte word. */
export interface ImmutableReference {
  readonly name: string;
  readonly offsets: readonly number[];
}

/** A compiled contract together with the code that its deployment leaves on the chain. */
export interface CompiledContract extends ContractArtefact {
  /** Zero at the places of immutables. */
  readonly runtimeCode: Hex;
  readonly immutables: readonly ImmutableReference[];
}

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

/** Identifies the result of {@link compileContract} before it is computed. */
export function compilerInputHash(sources: Sources, settings: CompilerSettings): string {
  const { version } = createRequire(import.meta.url)("solc/package.json");
  return createHash("sha256")
    .update(`${version}\n${compilerInput(sources, settings)}`)
    .digest("hex");
}

/** Compiles one contract with the npm compiler, offline. Throws `contracts/compile-failed`, also on warnings. */
export async function compileContract(
  sources: Sources,
  path: string,
  name: string,
  settings: CompilerSettings,
): Promise<CompiledContract> {
  const { default: solc } = await import("solc");
  const output: CompilerOutput = JSON.parse(solc.compile(compilerInput(sources, settings)));
  const messages = (output.errors ?? []).map(({ formattedMessage }) => formattedMessage);
  const contract = output.contracts?.[path]?.[name];
  if (messages.length > 0 || contract === undefined || contract.evm.bytecode.object === "") {
    const reason = messages.join("\n") || "no such contract";
    throw new CairnError<ContractsErrorCode>("contracts/compile-failed", `${path}:${name}\n${reason}`);
  }
  const { abi, evm } = contract;
  return {
    name,
    inputHash: compilerInputHash(sources, settings),
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    runtimeCode: `0x${evm.deployedBytecode.object}`,
    immutables: Object.entries(evm.deployedBytecode.immutableReferences ?? {}).map(([id, places]) => ({
      name: variableName(output, Number(id)),
      offsets: places.map(({ start }) => start),
    })),
  };
}

/** Name of the variable with the compiler's id `id`. */
function variableName({ sources }: CompilerOutput, id: number): string {
  const open: unknown[] = Object.values(sources ?? {}).map(({ ast }) => ast);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== "object" || node === null) continue;
    if ("id" in node && node.id === id && "name" in node && typeof node.name === "string") return node.name;
    open.push(...Object.values(node));
  }
  throw new CairnError<ContractsErrorCode>("contracts/compile-failed", `no variable has the compiler's id ${id}`);
}

function compilerInput(sources: Sources, settings: CompilerSettings): string {
  const paths = Object.keys(sources).sort();
  return JSON.stringify({
    language: "Solidity",
    sources: Object.fromEntries(paths.map((path) => [path, { content: sources[path] }])),
    settings: {
      optimizer: { enabled: true, runs: settings.optimizerRuns },
      evmVersion: settings.evmVersion,
      metadata: { bytecodeHash: "none" },
      outputSelection: { "*": { "*": OUTPUTS, "": ["ast"] } },
    },
  });
}
