import type { Compress } from "@cairn/crypto";
import {
  accountIndex,
  accountWords,
  bigintToAddress,
  bigintToHex,
  FIRST_ACCOUNT_INDEX,
  WORD_BITS,
} from "@cairn/protocol";
import { type StateTree, verifyMerkleProof } from "@cairn/state";
import type { Receipt } from "@cairn/vm";
import { formatUnits } from "viem";
import type { CarriedBatch, StepDone } from "./batch.ts";
import type { AccountReport, BatchReport, DemoReport } from "./report.ts";

/** Writes one line for the reader. */
export type Print = (line?: string) => void;

const MEBIBYTE = 2 ** 20;

/** A line of eight digits at either end. */
export function shorten(hex: string): string {
  return hex.length <= 22 ? hex : `${hex.slice(0, 10)}…${hex.slice(-8)}`;
}

/** Describes what an L1 operation or transaction did. */
export function describeReceipt(receipt: Receipt): string {
  if (receipt.type === "noop") return "nothing";
  if (receipt.type === "transaction") {
    const created = receipt.created === null ? "" : `, creates account ${receipt.created}`;
    return `slot ${receipt.slot}, id ${shorten(bigintToHex(receipt.id, 32))}${created}`;
  }
  const { outcome } = receipt;
  switch (outcome.type) {
    case "noEffect":
      return `slot ${receipt.slot}, no effect: ${outcome.cause}`;
    case "refunded":
      return `slot ${receipt.slot}, refunded`;
    default:
      return `slot ${receipt.slot}, account ${outcome.index} ${outcome.type}`;
  }
}

/** Prints the steps of a batch as they are done. */
export function createStepPrinter(print: Print): StepDone {
  return (step, batch) => {
    switch (step) {
      case "sealed":
        print(`    root before     ${batch.oldRoot}`);
        print(`    root after      ${batch.newRoot}`);
        print(
          `    published       ${batch.publishedBytes} bytes (${WORD_BITS / 8} for a transfer between existing accounts)`,
        );
        print(`    proving         ${batch.gates?.toLocaleString("en")} gates for ${describeSize(batch)} …`);
        return;
      case "proven":
        print(`    witness         ${batch.witnessSeconds?.toFixed(2)} s`);
        print(
          `    proof           ${batch.proveSeconds?.toFixed(2)} s, peak memory ${formatMemory(batch.proverPeakBytes)}`,
        );
        return;
      case "accepted":
        print(
          `    L1 accepted     batch ${batch.number}: ${batch.submitGas} gas, ${batch.calldataBytes} bytes of calldata`,
        );
        if (batch.blobHash !== null) print(`    blob            ${batch.blobHash}: ${batch.blobGas} blob gas`);
        return;
      case "paid":
        if (batch.payGas !== "0") print(`    L1 paid out     ${batch.payGas} gas`);
    }
  };
}

/** Prints where a batch's money went on L1, and how long the batch took. */
export function printArrival(print: Print, batch: CarriedBatch, decimalsOf: (token: string) => number): void {
  const { receiptSlot } = batch.report;
  if (receiptSlot !== null) print(`    receipt         of slot ${receiptSlot}: L1 confirms that the batch contains it`);
  for (const { recipient, token, amount } of batch.payouts) {
    print(`    payout          ${formatUnits(BigInt(amount), decimalsOf(token))} ${token} to ${recipient}: arrived`);
  }
  print(`    sealed block accepted by L1 after ${batch.seconds.toFixed(1)} s`);
}

/** Prints the leaf behind the first account and proves it against the root, as anyone can. */
export function printLeaf(print: Print, tree: StateTree, compress: Compress): void {
  const index = accountIndex(FIRST_ACCOUNT_INDEX);
  const [meta, balance, key] = accountWords(tree.getAccount(index));
  const { leafHash, siblings } = tree.prove(index);
  print(`Account ${index} as a leaf of the tree`);
  print(`  meta (owner, token, nonce, flags)  ${bigintToHex(meta, 32)}`);
  print(`  balance                            ${balance}`);
  print(`  key                                ${bigintToHex(key, 32)}`);
  print(`  leaf = compress(meta, balance, key, 0)  ${bigintToHex(leafHash, 32)}`);
  const isProven = verifyMerkleProof(tree.root(), index, leafHash, siblings, compress);
  print(`  Merkle proof of ${siblings.length} × 3 siblings against the root: ${isProven ? "valid" : "INVALID"}`);
}

/** Prints the balances at the end. */
export function printAccounts(
  print: Print,
  accounts: readonly AccountReport[],
  decimalsOf: (token: string) => number,
): void {
  print("  index  owner                                       token  balance");
  for (const { name, owner, index, token, balance } of accounts) {
    const amount = formatUnits(BigInt(balance), decimalsOf(token));
    print(`  ${String(index).padEnd(5)}  ${owner}  ${token.padEnd(5)}  ${amount}  (${name})`);
  }
}

/** Prints what was checked and the result. */
export function printVerdict(print: Print, { ok, restored, roots, seconds }: DemoReport): void {
  print(`  node root  ${roots.node}`);
  print(`  L1 root    ${roots.l1}`);
  if (restored) print("  rebuilt from what L1 and its blobs hold: the same root");
  print();
  print(ok ? "Everything agrees: node, reference model and L1." : "Node, reference model and L1 do not agree.");
  print(`Set-up ${seconds.setup.toFixed(1)} s, in all ${seconds.total.toFixed(1)} s.`);
}

/** Lower-case address of an owner. */
export function formatOwner(owner: bigint): string {
  return bigintToAddress(owner);
}

function describeSize({ blocks, slots }: Partial<BatchReport>): string {
  return blocks === 1 ? `${slots} slots` : `${blocks} blocks of ${slots} slots and the proof that joins them`;
}

function formatMemory(bytes: number | null | undefined): string {
  return typeof bytes === "number" ? `${Math.round(bytes / MEBIBYTE)} MiB` : "unknown";
}
