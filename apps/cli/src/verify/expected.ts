import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RebuiltVerifier, rebuildVerifier } from "@cairn/circuits";
import {
  type CompiledContract,
  type DeployedRollup,
  type ExpectedDeployment,
  type ExpectedVerifier,
  lastCircuitOf,
  type SrsKind,
  srsOfBytecode,
} from "@cairn/contracts";
import { type BuildTarget, buildCached, buildFresh, rollupTargets, verifierTarget } from "@cairn/contracts/build";
import { compress, GENESIS_CHAINS, historyOf } from "@cairn/crypto";
import { bigintToHex, FIRST_ACCOUNT_INDEX, type LastCircuit, TREE_DEPTH } from "@cairn/protocol";
import { genesisRoot } from "@cairn/state";
import { cliError } from "../errors.ts";

/** What the checkout builds from its sources, and how. */
export interface BuiltExpectation {
  readonly expected: ExpectedDeployment;
  /** One for each circuit of the deployment that the protocol knows. */
  readonly circuits: readonly RebuiltVerifier[];
}

/** How the sources are built. */
export interface BuildOptions {
  /** Use cached builds of the same sources; otherwise everything is rebuilt in an empty folder. */
  readonly isCached: boolean;
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** Builds everything that the deployment must consist of. Throws what compilers and prover throw, `cli/interrupted`. */
export async function buildExpectation(deployed: DeployedRollup, options: BuildOptions): Promise<BuiltExpectation> {
  if (options.isCached) return build(deployed, options, options.cacheDir);
  const folder = mkdtempSync(join(tmpdir(), "cairn-verify-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    return await build(deployed, options, folder);
  } finally {
    process.off("exit", remove);
    remove();
  }
}

async function build(deployed: DeployedRollup, options: BuildOptions, folder: string): Promise<BuiltExpectation> {
  const { isCached, signal, progress } = options;
  const goOn = (): void => {
    if (signal.aborted) throw cliError("cli/interrupted", "stopped while building");
  };
  const compile = async (target: BuildTarget) => {
    goOn();
    progress(`${target.name}: bytecode`);
    return isCached ? (await buildCached(folder, target)).artefact : buildFresh(target);
  };
  const contracts = new Map<string, CompiledContract>();
  for (const target of rollupTargets()) contracts.set(target.name, await compile(target));
  const contract = (name: string): CompiledContract => {
    const found = contracts.get(name);
    if (found === undefined) throw cliError("cli/setup-failed", `the sources have no ${name}`);
    return found;
  };
  const circuits: RebuiltVerifier[] = [];
  const verifiers = new Map<string, ExpectedVerifier>();
  for (const { circuit, srs } of circuitsOf(deployed)) {
    goOn();
    const rebuilt = await rebuildVerifier({ circuit, srs, cacheDir: folder, signal, onStep: progress });
    circuits.push(rebuilt);
    const verifier = await compile(verifierTarget(rebuilt.contractName, rebuilt.source));
    verifiers.set(`${circuit} ${srs}`, { contract: verifier, keyHash: `0x${rebuilt.keyHash}` });
  }
  const expected: ExpectedDeployment = {
    rollup: contract("Rollup"),
    accountTree: contract("AccountTree"),
    binding: contract("Binding"),
    fixedOperator: contract("FixedOperator"),
    verifierOf: (circuit, srs) => verifiers.get(`${circuit} ${srs}`),
    genesis: {
      root: bigintToHex(genesisRoot(compress, TREE_DEPTH), 32),
      history: bigintToHex(historyOf(GENESIS_CHAINS), 32),
      nextIndex: FIRST_ACCOUNT_INDEX,
    },
  };
  return { expected, circuits };
}

/** Circuits and SRS of the deployed verifiers, each pair once. */
function circuitsOf({ views }: DeployedRollup): { readonly circuit: LastCircuit; readonly srs: SrsKind }[] {
  const found = new Map<string, { readonly circuit: LastCircuit; readonly srs: SrsKind }>();
  for (const [i, { circuitType }] of (views?.parameters.circuits ?? []).entries()) {
    const circuit = lastCircuitOf(circuitType);
    const code = views?.verifierCodes[i] ?? "0x";
    if (circuit === undefined || code === "0x") continue;
    const srs = srsOfBytecode(code);
    found.set(`${circuit} ${srs}`, { circuit, srs });
  }
  return [...found.values()];
}
