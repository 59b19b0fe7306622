import type { Chains, Compress } from "@cairn/crypto";
import { type DevRollup, type SealedBlock, sealBlock } from "@cairn/devnet";
import { payBatch } from "@cairn/l1";
import { bigintToAddress, bigintToHex, bytesToHex, cellsToBytes, type Payout, type TokenId } from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import type { BlockBuilder } from "@cairn/vm";
import { readRecipients } from "./balances.ts";
import type { Carrier } from "./carrier.ts";
import { comparePayout } from "./checks.ts";
import { showReceipt } from "./receipt.ts";
import type { BatchReport, PayoutReport } from "./report.ts";

/** Dependencies for bringing batches to L1. */
export interface CarryDeps {
  readonly devnet: DevRollup;
  readonly carrier: Carrier;
  readonly compress: Compress;
  readonly tokenName: (token: TokenId) => string;
}

/** A batch that arrived. */
export interface CarriedBatch {
  readonly report: BatchReport;
  readonly payouts: readonly PayoutReport[];
  /** From the batch's last sealed block to its acceptance on L1. */
  readonly seconds: number;
}

/** A sealed block, and what L1 knows after it. */
export interface Cargo {
  readonly sealed: SealedBlock;
  /** Rolling queue hash after the block, 32 bytes. */
  readonly queueHash: Uint8Array;
}

/** Called as each step of a batch is done. */
export type StepDone = (step: "sealed" | "proven" | "accepted" | "paid", batch: Partial<BatchReport>) => void;

/** Seals a block on the tree. Throws as `sealBlock`. */
export function sealCargo(
  { builder, queueHash }: { readonly builder: BlockBuilder; readonly queueHash: Uint8Array },
  { tree, chains, compress }: { readonly tree: StateTree; readonly chains: Chains; readonly compress: Compress },
): Cargo {
  return { sealed: sealBlock({ tree, executed: builder.seal(), chains, compress }), queueHash };
}

/**
 * Proves, submits and pays consecutive blocks as one batch, and has L1 check a receipt of one of its transactions. Throws
 * `demo/difference` when L1 pays something other than it owes, or shows another transaction.
 */
export async function carryBatch(
  { devnet, carrier, compress, tokenName }: CarryDeps,
  cargo: readonly Cargo[],
  done: StepDone,
): Promise<CarriedBatch> {
  const operator = devnet.wallet(0);
  const startMs = performance.now();
  const blocks = cargo.map(({ sealed }) => sealed);
  const [first, last] = [cargo.at(0), cargo.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("a batch without blocks");
  const transactions = blocks.flatMap(({ executed }) => executed.receipts.filter(({ type }) => type === "transaction"));
  const about = {
    blocks: blocks.length,
    slots: first.sealed.executed.slotCount,
    transactions: transactions.length,
    l1Operations: blocks.reduce((sum, { executed }) => sum + executed.data.l1Count, 0),
    gates: carrier.gates,
    da: carrier.da,
    publishedBytes: cellsToBytes(blocks.flatMap(({ cells }) => cells)).length,
    oldRoot: bigintToHex(first.sealed.claim.before.root, 32),
    newRoot: bigintToHex(last.sealed.claim.after.root, 32),
  };
  done("sealed", about);
  const batch = await carrier.prove(blocks, last.queueHash);
  const { witnessSeconds, proveSeconds, proverPeakBytes } = batch.cost;
  const cost = { witnessSeconds, proveSeconds, proverPeakBytes };
  done("proven", cost);
  const { dataCommitment } = batch;
  const submitted = await batch.submit();
  const seconds = (performance.now() - startMs) / 1000;
  const onL1 = {
    number: submitted.number,
    calldataBytes: submitted.calldataBytes,
    submitTx: submitted.transactionHash,
    submitGas: submitted.gasUsed.toString(),
    blobHash: carrier.da === "blob" ? bytesToHex(dataCommitment) : null,
    blobGas: (submitted.blobGas ?? 0n).toString(),
  };
  done("accepted", onL1);
  const receipt = await showReceipt(devnet, blocks, { ...batch, number: submitted.number }, compress);
  const payAll = async () => (await payBatch(devnet.rollup, operator, submitted.number, batch)).gasUsed;
  const owed = batch.payouts;
  const before = await readRecipients(devnet.rollup, owed);
  const payGas = owed.length === 0 ? 0n : await payAll();
  const after = await readRecipients(devnet.rollup, owed);
  const payouts = owed.map((payout, i): PayoutReport => {
    const [l1BalanceBefore = 0n, l1BalanceAfter = 0n] = [before[i], after[i]];
    comparePayout(payout, owedTo(payout, owed), l1BalanceBefore, l1BalanceAfter);
    return {
      recipient: bigintToAddress(payout.recipient),
      token: tokenName(payout.tokenId),
      amount: payout.amount.toString(),
      l1BalanceBefore: l1BalanceBefore.toString(),
      l1BalanceAfter: l1BalanceAfter.toString(),
    };
  });
  const report: BatchReport = { ...about, ...cost, ...onL1, payGas: payGas.toString(), receiptSlot: receipt };
  done("paid", report);
  return { report, payouts, seconds };
}

/** Everything that the list owes the recipient of `payout` in its token. */
function owedTo(payout: Payout, payouts: readonly Payout[]): bigint {
  return payouts
    .filter(({ recipient, tokenId }) => recipient === payout.recipient && tokenId === payout.tokenId)
    .reduce((sum, { amount }) => sum + amount, 0n);
}
