import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { CairnError } from "@cairn/protocol";
import type { Abi, Hex } from "viem";
import type { ContractArtefact } from "../src/artefact.ts";
import type { ContractsErrorCode } from "../src/errors.ts";

/** Solidity sources by the path that imports name them by. */
export type Sources = Readonly<Record<string, string>>;

/** What the compiler is asked for besides the sources; the same as in foundry.toml, which a test checks. */
export interface CompilerSettings {
  readonly optimizerRuns: number;
  readonly evmVersion: string;
}

export const ROLLUP_SETTINGS: CompilerSettings = { optimizerRuns: 1000, evmVersion: "cancun" };
/** Verifiers are one long assembly block; few runs keep them below the size limit of contracts. */
export const VERIFIER_SETTINGS: CompilerSettings = { optimizerRuns: 1, evmVersion: "cancun" };

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly abi: Abi; readonly evm: { readonly bytecode: { readonly object: string } } }>>
    >
  >;
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
): Promise<ContractArtefact> {
  const { default: solc } = await import("solc");
  const output: CompilerOutput = JSON.parse(solc.compile(compilerInput(sources, settings)));
  const messages = (output.errors ?? []).map(({ formattedMessage }) => formattedMessage);
  const contract = output.contracts?.[path]?.[name];
  if (messages.length > 0 || contract === undefined || contract.evm.bytecode.object === "") {
    const reason = messages.join("\n") || "no such contract";
    throw new CairnError<ContractsErrorCode>("contracts/compile-failed", `${path}:${name}\n${reason}`);
  }
  const bytecode: Hex = `0x${contract.evm.bytecode.object}`;
  return { name, inputHash: compilerInputHash(sources, settings), abi: contract.abi, bytecode };
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
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  });
}
