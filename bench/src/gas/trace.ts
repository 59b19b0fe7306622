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

/** A call that the rollup's code makes itself, in order. */
export interface OuterCall {
  /** In lower case. */
  readonly to: Hex;
}

/** A call as it was executed without being sent. */
export interface CallTrace {
  readonly steps: readonly TraceStep[];
  readonly calls: readonly OuterCall[];
}

/** Contracts that a submission calls besides the binding. */
export interface SubmissionContracts {
  readonly verifier: Address;
  /** Null without a policy. */
  readonly policy: Address | null;
  /** Who is rewarded. */
  readonly submitter: Address;
}

/** Gas of a submission by what the rollup's code spends it on; each step counts once, calls with all inside them. */
export type SubmissionGas = {
  /** The call of the verifier. */
  readonly proof: number;
  /** The call that evaluates data and lists at the point and forms the public inputs. */
  readonly binding: number;
  /** The question who has precedence. */
  readonly policy: number;
  /** Reads and writes of storage, including the lock. */
  readonly storage: number;
  readonly event: number;
  /** Payment to the submitter for L1 operations. */
  readonly reward: number;
  /** Decoding, copying, checks, the batch commitment. */
  readonly rest: number;
};

const STORAGE_OPS: ReadonlySet<string> = new Set(["SLOAD", "SSTORE", "TLOAD", "TSTORE"]);

const CALL_OPS: ReadonlySet<string> = new Set(["CALL", "STATICCALL", "DELEGATECALL"]);
/** Below the cap of a transaction, well above any submission. */
const TRACE_GAS = 16_000_000;

/**
 * Runs a call in a new block of the development L1 without sending it: in an old block it would find its own timestamp
 * stored.
 */
export async function traceCall(
  reader: L1Reader,
  call: { readonly from: Address; readonly to: Address; readonly data: Hex },
): Promise<CallTrace> {
  await reader.request<{ Method: "evm_mine"; Parameters: []; ReturnType: string }>({ method: "evm_mine", params: [] });
  const trace = <Answer>(options: object): Promise<Answer> =>
    reader.request<{ Method: "debug_traceCall"; Parameters: [object, string, object]; ReturnType: Answer }>({
      method: "debug_traceCall",
      params: [{ ...call, gas: numberToHex(TRACE_GAS) }, "latest", options],
    });
  const options = { disableMemory: true, disableStack: true, disableStorage: true };
  const { structLogs } = await trace<{ readonly structLogs: readonly TraceStep[] }>(options);
  const { calls = [] } = await trace<{ readonly calls?: readonly OuterCall[] }>({ tracer: "callTracer" });
  return { steps: structLogs, calls };
}

/** Sorts the steps of a submission. Throws `bench/unexpected-trace`. */
export function splitSubmission({ steps, calls }: CallTrace, contracts: SubmissionContracts): SubmissionGas {
  const gas = { proof: 0, binding: 0, policy: 0, storage: 0, event: 0, reward: 0, rest: 0 };
  const outer = steps.filter(({ depth }) => depth === 1);
  const called = outer.filter(({ op }) => CALL_OPS.has(op)).length;
  if (called !== calls.length) throw unexpected(`${called} steps that call, but ${calls.length} calls`);
  let position = 0;
  for (const [i, step] of outer.entries()) {
    const next = outer[i + 1];
    const part = CALL_OPS.has(step.op) ? calledPart(calls[position++], contracts) : stepPart(step.op);
    gas[part] += next === undefined ? step.gasCost : step.gas - next.gas;
  }
  if (gas.proof === 0 || gas.binding === 0) throw unexpected("no call of the verifier or of the binding");
  return gas;
}

function calledPart(call: OuterCall | undefined, contracts: SubmissionContracts): keyof SubmissionGas {
  const isTo = (address: Address | null): boolean => call?.to.toLowerCase() === address?.toLowerCase();
  if (isTo(contracts.verifier)) return "proof";
  if (isTo(contracts.policy)) return "policy";
  if (isTo(contracts.submitter)) return "reward";
  return "binding";
}

function stepPart(op: string): keyof SubmissionGas {
  if (op.startsWith("LOG")) return "event";
  return STORAGE_OPS.has(op) ? "storage" : "rest";
}

function unexpected(reason: string): CairnError<BenchErrorCode> {
  return new CairnError<BenchErrorCode>("bench/unexpected-trace", reason);
}
