import type { AccountProofJson } from "@cairn/rpc";
import type {
  ClaimedTransaction,
  ExitReadiness,
  L1Cost,
  Liveness,
  RollupOnL1,
  VerifiedAccount,
  VerifiedReceipt,
} from "@cairn/verify";
import type { Failure } from "./failure.ts";
import type { QuestionOf } from "./questions.ts";

/** Which rollup is checked, and through which RPC. */
export interface VerifierSettings {
  readonly rollup: `0x${string}`;
  readonly chainId: number;
  readonly l1: string;
}

/** What the worker can be asked, and what it answers. */
export interface VerifierOperations {
  /** The rollup as its contract has it. */
  readonly rollup: { readonly asked: Record<never, never>; readonly answer: RollupOnL1 };
  /** An account as L1 vouches for it, by a node's proof. */
  readonly account: {
    readonly asked: { readonly index: number; readonly proof: AccountProofJson };
    readonly answer: VerifiedAccount;
  };
  /** What a transaction on L1 cost; null for one that L1 does not have. */
  readonly cost: { readonly asked: { readonly transaction: string }; readonly answer: L1Cost | null };
  /** How an account can leave by L1 alone, and from when. */
  readonly wayOut: { readonly asked: { readonly index: number }; readonly answer: ExitReadiness };
  /** When L1 accepted the last batches. */
  readonly liveness: { readonly asked: Record<never, never>; readonly answer: Liveness };
  /** A transaction with its id as L1 vouches for it, by what a node says of it. */
  readonly transaction: { readonly asked: ClaimedTransaction; readonly answer: VerifiedReceipt };
  /** A transfer as L1 vouches for it, by a receipt from a node or a file. */
  readonly receipt: { readonly asked: { readonly receipt: unknown }; readonly answer: VerifiedReceipt };
}

/** Name of an operation. */
export type OperationName = keyof VerifierOperations;

/** A question to the worker, one of each operation. */
export type Question = QuestionOf<VerifierOperations, VerifierSettings>;

/** The worker's answer. */
export type Reply =
  | { readonly id: number; readonly answer: VerifierOperations[OperationName]["answer"] }
  | { readonly id: number; readonly failure: Failure };
