import type { BlockCircuit } from "@cairn/circuits";
import type { Compress } from "@cairn/crypto";
import { type DevRollup, proveSealedBlock, readyBatch, type SealedBlock, sealBlock } from "@cairn/devnet";
import { payBatch, submitBatch } from "@cairn/l1";
import { bigintToAddress, bigintToHex, type Payout, type TokenId, trimPublishedData } from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import type { BlockBuilder } from "@cairn/vm";
import { readRecipients } from "./balances.ts";
import { comparePayout } from "./checks.ts";
import type { BatchReport, PayoutReport } from "./report.ts";

/** Dependencies for bringing batches to L1. */
export interface Carrier {
  readonly devnet: DevRollup;
  readonly tree: StateTree;
  readonly circuit: BlockCircuit;
  readonly gates: number;
  readonly compress: Compress;
  readonly tokenName: (token: TokenId) => string;
}

/** A batch that arrived. */
export interface CarriedBatch {
  readonly sealed: SealedBlock;
  readonly report: BatchReport;
  readonly payouts: readonly PayoutReport[];
  /** From the sealed block to its acceptance on L1. */
  readonly seconds: number;
}

/** Called as each step of a batch is done. */
export type StepDone = (step: "sealed" | "proven" | "accepted" | "paid", batch: Partial<BatchReport>) => void;

/** Seals, proves, submits and pays one block. Throws `demo/difference` when L1 pays something other than it owes. */
export async function carryBatch(carrier: Carrier, builder: BlockBuilder, done: StepDone): Promise<CarriedBatch> {
  const { devnet, tree, circuit, gates, compress } = carrier;
  const operator = devnet.wallet(0);
  const startMs = performance.now();
  const sealed = sealBlock(tree, builder, compress);
  const { executed } = sealed;
  const about = {
    blocks: 1,
    slots: executed.slotCount,
    transactions: executed.receipts.filter(({ type }) => type === "transaction").length,
    l1Operations: executed.l1OperationCount,
    gates,
    publishedBytes: trimPublishedData(executed.publishedBytes).length,
    oldRoot: bigintToHex(sealed.oldRoot, 32),
    newRoot: bigintToHex(sealed.newRoot, 32),
  };
  done("sealed", about);
  const { proof, witnessSeconds, proveSeconds, proverPeakBytes } = await proveSealedBlock(circuit, sealed);
  const cost = { witnessSeconds, proveSeconds, proverPeakBytes };
  done("proven", cost);
  const batch = readyBatch(sealed, proof);
  const submitted = await submitBatch(devnet.rollup, operator, batch);
  const seconds = (performance.now() - startMs) / 1000;
  const onL1 = {
    number: submitted.number,
    calldataBytes: submitted.calldataBytes,
    submitTx: submitted.transactionHash,
    submitGas: submitted.gasUsed.toString(),
  };
  done("accepted", onL1);
  const before = await readRecipients(devnet.rollup, executed.payouts);
  let payGas = 0n;
  if (executed.payouts.length > 0) payGas = (await payBatch(devnet.rollup, operator, submitted.number, batch)).gasUsed;
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
  const report: BatchReport = { ...about, ...cost, ...onL1, payGas: payGas.toString() };
  done("paid", report);
  return { sealed, report, payouts, seconds };
}

/** Everything that the list owes the recipient of `payout` in its token. */
function owedTo(payout: Payout, payouts: readonly Payout[]): bigint {
  return payouts
    .filter(({ recipient, tokenId }) => recipient === payout.recipient && tokenId === payout.tokenId)
    .reduce((sum, { amount }) => sum + amount, 0n);
}
