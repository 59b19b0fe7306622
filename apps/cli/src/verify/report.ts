import type { RebuiltVerifier } from "@cairn/circuits";
import {
  accessTable,
  type Check,
  type DeployedRollup,
  type FunctionRow,
  lastCircuitOf,
  policyAccessTable,
  type RollupViews,
} from "@cairn/contracts";
import { type Address, zeroAddress } from "viem";
import { formatAmount } from "../amounts.ts";
import { formatDuration } from "../duration.ts";
import { type CommandResult, table } from "../output.ts";

/** The JSON document of `cairn verify-deployment`. */
export interface VerificationReport {
  /** Every check is ok. */
  readonly isSame: boolean;
  readonly chainId: number;
  /** L1 block at which the deployment was read. */
  readonly l1Block: number;
  readonly rollup: Address;
  /** `fresh`: everything was built from the sources; `cached`: earlier builds of the same sources were used. */
  readonly build: "fresh" | "cached";
  readonly warnings: readonly string[];
  readonly checks: readonly Check[];
  readonly circuits: readonly Omit<RebuiltVerifier, "source">[];
  /** Null when the contract does not answer like a rollup. */
  readonly parameters: ShownParameters | null;
  readonly state: ShownState | null;
  /** All functions of the rollup that change state, by the sources. */
  readonly functions: readonly FunctionRow[];
  /** Those of its policy. */
  readonly policyFunctions: readonly FunctionRow[];
}

interface ShownParameters {
  readonly inclusionDelaySeconds: number;
  readonly operatorIdleDelaySeconds: number;
  readonly returnDelaySeconds: number;
  readonly freezeDelaySeconds: number;
  readonly queueBaseFeeWei: bigint;
  readonly circuits: RollupViews["parameters"]["circuits"];
  /** Null without a policy. */
  readonly policy: Address | null;
  readonly accountTree: Address;
  readonly binding: Address;
}

interface ShownState {
  /** Who has precedence now; null when submission is open to all. */
  readonly operator: Address | null;
  readonly proposedOperator: Address | null;
  readonly isFrozen: boolean;
  readonly root: string;
  readonly history: string;
  readonly nextIndex: number;
  readonly batches: number;
}

const DEV_SRS_WARNING =
  "The verifiers are over the development SRS: anyone can forge proofs and take all money. For development chains only.";
const CACHE_WARNING = "Nothing was rebuilt: the comparison trusts earlier results in the cache of this machine.";
const ETH = { symbol: "ETH", decimals: 18 };

/** Assembles the report. */
export function verificationReport(
  deployed: DeployedRollup,
  checks: readonly Check[],
  circuits: readonly RebuiltVerifier[],
  isCached: boolean,
): VerificationReport {
  const { views } = deployed;
  const isDev = circuits.some(({ srs }) => srs === "dev");
  return {
    isSame: checks.every(({ isOk }) => isOk),
    chainId: deployed.chainId,
    l1Block: Number(deployed.blockNumber),
    rollup: deployed.address,
    build: isCached ? "cached" : "fresh",
    warnings: [...(isDev ? [DEV_SRS_WARNING] : []), ...(isCached ? [CACHE_WARNING] : [])],
    checks,
    circuits: circuits.map(({ source: _, ...circuit }) => circuit),
    parameters: views && {
      inclusionDelaySeconds: Number(views.parameters.inclusionDelay),
      operatorIdleDelaySeconds: Number(views.parameters.operatorIdleDelay),
      returnDelaySeconds: Number(views.parameters.returnDelay),
      freezeDelaySeconds: Number(views.parameters.freezeDelay),
      queueBaseFeeWei: views.parameters.queueBaseFee,
      circuits: views.parameters.circuits,
      policy: views.policy?.address ?? null,
      accountTree: views.accountTree.address,
      binding: views.binding.address,
    },
    state: views && {
      operator: orNull(views.leader),
      proposedOperator: orNull(views.policy?.roles?.proposedOperator ?? zeroAddress),
      isFrozen: views.isFrozen,
      root: views.state.root,
      history: views.state.history,
      nextIndex: views.state.nextIndex,
      batches: Number(views.state.batchCount),
    },
    functions: accessTable(),
    policyFunctions: views?.policy == null ? [] : policyAccessTable(),
  };
}

/** The report as a command's result; its exit code is 0 only if everything matches. */
export function verificationResult(report: VerificationReport): CommandResult {
  const { isSame, checks, circuits, parameters, state, functions, policyFunctions, warnings } = report;
  const failed = checks.filter(({ isOk }) => !isOk).map(({ name }) => name);
  const verdict = isSame ? "SAME: what is deployed is what this checkout builds." : `DIFFERENT: ${failed.join(", ")}.`;
  const sections = [
    `Rollup ${report.rollup} on chain ${report.chainId}, at L1 block ${report.l1Block}`,
    checks.map(({ name, isOk, detail }) => `${isOk ? "ok  " : "FAIL"}  ${name}: ${detail}`).join("\n"),
    ...circuits.map((circuit) => table(circuitRows(circuit))),
    ...(parameters === null ? [] : [table(parameterRows(parameters))]),
    ...(state === null ? [] : [table(stateRows(state))]),
    `Functions that change state, and who may call them; there are no others:\n${table(functionRows(functions))}`,
    ...(policyFunctions.length === 0
      ? []
      : [`Functions of the policy \`FixedOperator\` that change state:\n${table(functionRows(policyFunctions))}`]),
    ...warnings.map((warning) => `WARNING: ${warning}`),
    verdict,
  ];
  return { data: report, text: sections.join("\n\n"), exitCode: isSame ? 0 : 1 };
}

function circuitRows(circuit: VerificationReport["circuits"][number]): string[][] {
  return [
    [`circuit ${circuit.circuit}`, `${circuit.gates} gates, bytecode SHA-256 ${circuit.circuitSha256}`],
    ["  verification key", `hash 0x${circuit.keyHash}, file SHA-256 ${circuit.keySha256}`],
    ["  SRS", `${circuit.srs}, first two points SHA-256 ${circuit.srsIdentity}`],
  ];
}

function parameterRows(parameters: ShownParameters): string[][] {
  return [
    ["inclusion delay", duration(parameters.inclusionDelaySeconds)],
    ["operator idle delay", duration(parameters.operatorIdleDelaySeconds)],
    ["return delay", duration(parameters.returnDelaySeconds)],
    ["freeze delay", duration(parameters.freezeDelaySeconds)],
    ["queue base fee", formatAmount(parameters.queueBaseFeeWei, ETH)],
    ["policy", parameters.policy ?? "none: submission is open to all"],
    ["account tree", parameters.accountTree],
    ["binding", parameters.binding],
    ...parameters.circuits.map(({ circuitType, l1Capacity, verifier }) => {
      const name = lastCircuitOf(circuitType) ?? "unknown";
      return [`circuit type ${circuitType}`, `${name}, at most ${l1Capacity} queue entries, verifier ${verifier}`];
    }),
  ];
}

function stateRows(state: ShownState): string[][] {
  return [
    ["operator", state.operator ?? "none: submission is open to all"],
    ["proposed operator", state.proposedOperator ?? "none"],
    ["frozen", state.isFrozen ? "YES: only payments continue" : "no"],
    ["state root", `${state.root} after ${state.batches} batches`],
    ["history", state.history],
  ];
}

function functionRows(functions: readonly FunctionRow[]): string[][] {
  return functions.map(({ signature, caller, effect }) => [`  ${shorten(signature)}`, CALLERS[caller], effect]);
}

const CALLERS: Readonly<Record<FunctionRow["caller"], string>> = {
  anyone: "anyone",
  operator: "operator",
  proposedOperator: "proposed operator",
  operatorFirst: "operator, else anyone",
};

function shorten(signature: string): string {
  return signature.replace(/\(.+\)$/, "(…)");
}

function duration(seconds: number): string {
  return `${formatDuration(seconds)} (${seconds} s)`;
}

function orNull(address: Address): Address | null {
  return address === zeroAddress ? null : address;
}
