import type { Account, Hex } from "@cairn/protocol";
import type { ExitProof, PayoutList } from "@cairn/sdk";
import type { EscapeLadder, ExitReadiness, Holdings, SeenOnL1, Solvency } from "@cairn/verify";
import type { Failure } from "./failure.ts";
import type { QuestionOf } from "./questions.ts";

/** What is rebuilt, and from where. */
export interface RestorerSettings {
  readonly rollup: `0x${string}`;
  readonly chainId: number;
  readonly l1: string;
  /** A beacon API, for batches in blobs; null for none. */
  readonly beacon: string | null;
  /** An archive on a web server, read before L1; null for none. */
  readonly archive: string | null;
}

/** How far a rebuilding is. */
export type RestoreStep =
  | {
      readonly type: "batches";
      /** Last batch replayed, and how many there are; null while that is unknown. */
      readonly batch: number;
      readonly batchCount: number | null;
      readonly transactionsPerSecond: number;
      readonly etaSeconds: number | null;
    }
  | { readonly type: "sums"; readonly accounts: number; readonly of: number };

/** A state that was rebuilt, and how it stands on L1. */
export interface RestoredSummary {
  /** Root of the rebuilt accounts: the same as the contract's, or there would be no summary. */
  readonly root: bigint;
  readonly batch: number;
  readonly block: number;
  readonly accounts: number;
  readonly l1: SeenOnL1;
  readonly solvency: Solvency;
  readonly seconds: number;
  /** Whether this browser keeps the batches for the next time. */
  readonly isKept: boolean;
}

/** An account in the rebuilt state, with its path to the root. */
export interface RestoredAccount {
  readonly index: number;
  /** The empty account where there is none. */
  readonly account: Account;
  readonly exists: boolean;
  /** Per level, leaves first. */
  readonly siblings: readonly (readonly [Hex, Hex, Hex])[];
  readonly root: bigint;
  readonly batch: number;
  readonly block: number;
  readonly l1: SeenOnL1;
}

/** An account in a list. */
export interface ListedAccount {
  readonly index: number;
  readonly account: Account;
}

/** A token as its contract on L1 describes itself: untrusted, and safe to show. */
export interface TokenOnL1 {
  readonly id: number;
  readonly symbol: string | null;
  readonly decimals: number | null;
}

/** What the worker can be asked, and what it answers. All but the first need a rebuilt state. */
export interface RestorerOperations {
  /** Rebuilds the state, or brings it up to date; first the file of an archive, if there is one. */
  readonly restore: { readonly asked: { readonly file: Blob | null }; readonly answer: RestoredSummary };
  readonly account: { readonly asked: { readonly index: number }; readonly answer: RestoredAccount };
  /** The first accounts of an owner, and how many there are. */
  readonly accountsOf: {
    readonly asked: { readonly owner: string };
    readonly answer: { readonly accounts: readonly ListedAccount[]; readonly count: number };
  };
  readonly tokens: { readonly asked: { readonly ids: readonly number[] }; readonly answer: readonly TokenOnL1[] };
  /** All that the rollup has of an owner now, and the clocks of the way out. */
  readonly holdings: {
    readonly asked: { readonly owner: string };
    readonly answer: {
      readonly holdings: Holdings;
      readonly ladder: EscapeLadder;
      readonly costWei: ExitReadiness["costWei"];
    };
  };
  readonly exitProof: { readonly asked: { readonly indices: readonly number[] }; readonly answer: ExitProof };
  readonly payoutList: { readonly asked: { readonly batch: number }; readonly answer: PayoutList };
}

/** Name of an operation. */
export type RestorerOperation = keyof RestorerOperations;

/** A question to the worker, one of each operation. */
export type RestorerQuestion = QuestionOf<RestorerOperations, RestorerSettings>;

/** What the worker tells: an answer, a failure, or how far it is. */
export type RestorerReply =
  | { readonly id: number; readonly answer: RestorerOperations[RestorerOperation]["answer"] }
  | { readonly id: number; readonly failure: Failure }
  | { readonly id: number; readonly step: RestoreStep };
