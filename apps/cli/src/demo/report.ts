import { writeFile } from "node:fs/promises";
import type { DataSource } from "@cairn/protocol";

/** Balance of one account at the end. Amounts are decimal strings in the token's smallest unit. */
export interface AccountReport {
  readonly name: string;
  readonly owner: string;
  readonly index: number;
  /** "ETH" or the ERC-20's symbol. */
  readonly token: string;
  readonly balance: string;
}

/** One batch, from the sealed block to L1. */
export interface BatchReport {
  readonly number: number;
  readonly blocks: number;
  /** Of each block. */
  readonly slots: number;
  /** L2 transactions, without L1 operations and noops. */
  readonly transactions: number;
  readonly l1Operations: number;
  /** Of all its proofs. */
  readonly gates: number;
  readonly witnessSeconds: number;
  readonly proveSeconds: number;
  /** Peak resident memory of the prover; null where the system does not report it. */
  readonly proverPeakBytes: number | null;
  /** Where its cells are. */
  readonly da: DataSource;
  /** Versioned hash of its blob; null with calldata. */
  readonly blobHash: string | null;
  /** "0" with calldata. */
  readonly blobGas: string;
  /** Published cells, zero cells at the end left out. */
  readonly publishedBytes: number;
  /** Whole calldata of the submitting transaction. */
  readonly calldataBytes: number;
  readonly submitTx: string;
  readonly submitGas: string;
  /** "0" when the batch pays nothing out. */
  readonly payGas: string;
  /** Slot of the transaction of which L1 checked a receipt; null for a batch without transactions. */
  readonly receiptSlot: number | null;
  readonly oldRoot: string;
  readonly newRoot: string;
}

/** One payout as it arrived. */
export interface PayoutReport {
  readonly recipient: string;
  readonly token: string;
  readonly amount: string;
  readonly l1BalanceBefore: string;
  readonly l1BalanceAfter: string;
}

/** What `cairn demo --json FILE` writes; described in docs/guides/demo.md. */
export interface DemoReport {
  readonly ok: boolean;
  readonly l1: {
    readonly chainId: number;
    readonly rollup: string;
    readonly verifier: string;
    readonly receipts: string;
  };
  readonly accounts: readonly AccountReport[];
  readonly batches: readonly BatchReport[];
  readonly payouts: readonly PayoutReport[];
  /** The state was rebuilt from L1 alone, with the blobs, and has the same root. */
  readonly restored: boolean;
  readonly roots: { readonly node: string; readonly l1: string };
  readonly seconds: { readonly setup: number; readonly total: number };
}

/** Writes the report as JSON, two spaces of indentation. */
export async function writeReport(path: string, report: DemoReport): Promise<void> {
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
}
