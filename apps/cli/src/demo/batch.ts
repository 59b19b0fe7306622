import type { ProvingCircuit, SoloCircuit } from "@cairn/circuits";
import type { Chains, Compress } from "@cairn/crypto";
import { type DevRollup, proveSoloBatch, type SealedBlock2, sealBlock2, soloBinding } from "@cairn/devnet";
import { payBatch, submitBatch } from "@cairn/l1";
import {
  addressToBigint,
  bigintToAddress,
  bigintToHex,
  calldataCommitment,
  cellsToBytes,
  type Payout,
  type TokenId,
} from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import type { BlockBuilder } from "@cairn/vm";
import { readRecipients } from "./balances.ts";
import { comparePayout } from "./checks.ts";
import { showReceipt } from "./receipt.ts";
import type { BatchReport, PayoutReport } from "./report.ts";

/** Dependencies for bringing batches to L1. */
export interface Carrier {
  readonly devnet: DevRollup;
  readonly tree: StateTree;
  readonly circuit: ProvingCircuit<SoloCircuit>;
  readonly gates: number;
  readonly compress: Compress;
  readonly tokenName: (token: TokenId) => string;
}

/** A batch that arrived. */
export interface CarriedBatch {
  readonly sealed: SealedBlock2;
  readonly report: BatchReport;
  readonly payouts: readonly PayoutReport[];
  /** From the sealed block to its acceptance on L1. */
  readonly seconds: number;
}

/** An unsealed block and what comes before it. */
export interface Cargo {
  readonly builder: BlockBuilder;
  readonly chains: Chains;
  /** Rolling queue hash after the block, 32 bytes. */
  readonly queueHash: Uint8Array;
}

/** Called as each step of a batch is done. */
export type StepDone = (step: "sealed" | "proven" | "accepted" | "paid", batch: Partial<BatchReport>) => void;

/**
 * Seals, proves, submits and pays one block, and has L1 check a receipt of one of its transactions. Throws
 * `demo/difference` when L1 pays something other than it owes, or shows another transaction.
 */
export async function carryBatch(
  carrier: Carrier,
  { builder, chains, queueHash }: Cargo,
  done: StepDone,
): Promise<CarriedBatch> {
  const { devnet, tree, circuit, gates, compress } = carrier;
  const operator = devnet.wallet(0);
  const startMs = performance.now();
  const sealed = sealBlock2({ tree, executed: builder.seal(), chains, compress });
  const { executed, claim } = sealed;
  const data = cellsToBytes(sealed.cells);
  const about = {
    blocks: 1,
    slots: executed.slotCount,
    transactions: executed.receipts.filter(({ type }) => type === "transaction").length,
    l1Operations: executed.l1OperationCount,
    gates,
    publishedBytes: data.length,
    oldRoot: bigintToHex(claim.before.root, 32),
    newRoot: bigintToHex(claim.after.root, 32),
  };
  done("sealed", about);
  const dataCommitment = calldataCommitment(data);
  const submission = {
    submitter: addressToBigint(operator.account.address),
    dataSource: "calldata",
    dataCommitment,
    queueHash,
  } as const;
  const binding = soloBinding(sealed, submission, compress);
  const batch = await proveSoloBatch(circuit, sealed, { binding, dataSource: "calldata", data });
  const { witnessSeconds, proveSeconds, proverPeakBytes } = batch.cost;
  const cost = { witnessSeconds, proveSeconds, proverPeakBytes };
  done("proven", cost);
  const submitted = await submitBatch(devnet.rollup, operator, batch);
  const seconds = (performance.now() - startMs) / 1000;
  const onL1 = {
    number: submitted.number,
    calldataBytes: submitted.calldataBytes,
    submitTx: submitted.transactionHash,
    submitGas: submitted.gasUsed.toString(),
  };
  done("accepted", onL1);
  const receiptSlot = await showReceipt(
    devnet,
    sealed,
    { ...batch, number: submitted.number, dataCommitment },
    compress,
  );
  const payAll = async () =>
    (await payBatch(devnet.rollup, operator, submitted.number, { ...batch, dataCommitment })).gasUsed;
  const before = await readRecipients(devnet.rollup, executed.payouts);
  const payGas = executed.payouts.length === 0 ? 0n : await payAll();
  const after = await readRecipients(devnet.rollup, executed.payouts);
  const payouts = executed.payouts.map((payout, i): PayoutReport => {
    const [l1BalanceBefore = 0n, l1BalanceAfter = 0n] = [before[i], after[i]];
    comparePayout(payout, owedTo(payout, executed.payouts), l1BalanceBefore, l1BalanceAfter);
    return {
      recipient: bigintToAddress(payout.recipient),
      token: carrier.tokenName(payout.tokenId),
      amount: payout.amount.toString(),
      l1BalanceBefore: l1BalanceBefore.toString(),
      l1BalanceAfter: l1BalanceAfter.toString(),
    };
  });
  const report: BatchReport = { ...about, ...cost, ...onL1, payGas: payGas.toString(), receiptSlot };
  done("paid", report);
  return { sealed, report, payouts, seconds };
}

/** Everything that the list owes the recipient of `payout` in its token. */
function owedTo(payout: Payout, payouts: readonly Payout[]): bigint {
  return payouts
    .filter(({ recipient, tokenId }) => recipient === payout.recipient && tokenId === payout.tokenId)
    .reduce((sum, { amount }) => sum + amount, 0n);
}
