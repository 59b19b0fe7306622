import type { L1Reader } from "@cairn/l1";
import { CairnError } from "@cairn/protocol";
import { type Address, type Hex, numberToHex } from "viem";
import type { BenchErrorCode } from "../errors.ts";

/** One step of the EVM: gas left before it, at a call depth from 1 on. */
export interface TraceStep {
  readonly op: string;
  readonly gas: number;
  readonly gasCost: number;
  readonly depth: number;
}

/** Gas of a submission by what the rollup's code spends it on; each step counts once, calls with all inside them. */
export type SubmissionGas = {
  /** The call of the verifier. */
  readonly proof: number;
  /** The SHA-256 precompile: data hash and public input. */
  readonly sha256: number;
  /** Reads and writes of storage, including the lock. */
  readonly storage: number;
  readonly event: number;
  /** Payment to the submitter for L1 operations. */
  readonly reward: number;
  /** Decoding, copying, checks, the batch commitment. */
  readonly rest: number;
};

const STORAGE_OPS: ReadonlySet<string> = new Set(["SLOAD", "SSTORE", "TLOAD", "TSTORE"]);

/**
 * Runs a call in a new block of the development L1 without sending it: in an old block it would find its own timestamp
 * stored.
 */
export async function traceCall(
  reader: L1Reader,
  call: { readonly from: Address; readonly to: Address; readonly data: Hex },
): Promise<readonly TraceStep[]> {
  const options = { disableMemory: true, disableStack: true, disableStorage: true };
  await reader.request<{ Method: "evm_mine"; Parameters: []; ReturnType: string }>({ method: "evm_mine", params: [] });
  const { structLogs } = await reader.request<{
    Method: "debug_traceCall";
    Parameters: [object, string, object];
    ReturnType: { readonly structLogs: readonly TraceStep[] };
  }>({ method: "debug_traceCall", params: [{ ...call, gas: numberToHex(TRACE_GAS) }, "latest", options] });
  return structLogs;
}

/** Below the cap of a transaction, well above any submission. */
const TRACE_GAS = 16_000_000;

/**
 * Sorts the steps of a submission. The verifier is the contract that is called statically: precompiles leave no deeper
 * steps. Throws `bench/unexpected-trace`.
 */
export function splitSubmission(steps: readonly TraceStep[]): SubmissionGas {
  const gas = { proof: 0, sha256: 0, storage: 0, event: 0, reward: 0, rest: 0 };
  const outer = steps.flatMap((step, i) => (step.depth === 1 ? [{ ...step, enters: steps[i + 1]?.depth === 2 }] : []));
  for (const [i, step] of outer.entries()) {
    const next = outer[i + 1];
    gas[partOf(step)] += next === undefined ? step.gasCost : step.gas - next.gas;
  }
  if (gas.proof === 0 || gas.sha256 === 0) {
    throw new CairnError<BenchErrorCode>(
      "bench/unexpected-trace",
      `${steps.length} steps without a call of the verifier or of SHA-256`,
    );
  }
  return gas;
}

function partOf({ op, enters }: { readonly op: string; readonly enters: boolean }): keyof SubmissionGas {
  if (op === "STATICCALL") return enters ? "proof" : "sha256";
  if (op === "CALL") return "reward";
  if (op.startsWith("LOG")) return "event";
  return STORAGE_OPS.has(op) ? "storage" : "rest";
}
