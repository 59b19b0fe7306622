import { type ProvenBatch, receiptStruct, receiptsAbi } from "@cairn/contracts";
import { type Compress, makeReceipt } from "@cairn/crypto";
import type { DevRollup, SealedBlock } from "@cairn/devnet";
import { type BatchNumber, bigintToHex, bytesToHex, CairnError, payoutListHash, WORD_BITS } from "@cairn/protocol";
import type { DemoErrorCode } from "./errors.ts";

const SLOTS_PER_CELL = 2;
const WORD_BYTES = WORD_BITS / 8;

/** A block as receipts need it. */
type ReceiptBlock = Pick<SealedBlock, "cells" | "chainsBefore" | "executed">;

/** What a receipt names of its batch. */
interface AcceptedBatch extends Pick<ProvenBatch, "header" | "payouts"> {
  readonly number: BatchNumber;
  readonly dataCommitment: Uint8Array;
}

/**
 * Makes a receipt of the last block's first transaction, as anyone can from published data, and has the contract `Receipts`
 * check it. Returns the transaction's slot; null when that block has no transaction. Throws `demo/difference` when L1 shows
 * something else.
 */
export async function showReceipt(
  { rollup, receipts }: Pick<DevRollup, "rollup" | "receipts">,
  blocks: readonly ReceiptBlock[],
  { number, header, payouts, dataCommitment }: AcceptedBatch,
  compress: Compress,
): Promise<number | null> {
  const [first, last] = [blocks.at(0), blocks.at(-1)];
  if (first === undefined || last === undefined) return null;
  const { cells, executed } = last;
  const slot = executed.receipts.find(({ type }) => type === "transaction")?.slot;
  if (slot === undefined) return null;
  const batch = {
    firstBlock: header.firstBlock,
    previousBlockHash: first.chainsBefore.blocks,
    blocks: blocks.map((block) => block.cells),
  };
  const path = makeReceipt(batch, blocks.length - 1, Math.floor(slot / SLOTS_PER_CELL), compress);
  const named = {
    batchNumber: BigInt(number),
    header,
    dataCommitment: bytesToHex(dataCommitment),
    payoutsHash: bytesToHex(payoutListHash(payouts)),
  };
  const [block, timestamp, word] = await rollup.reader.readContract({
    address: receipts,
    abi: receiptsAbi,
    functionName: "slotAt",
    args: [rollup.address, receiptStruct(named, path), BigInt(slot)],
  });
  const own = wordOf(cells, slot);
  if (block === header.lastBlock && timestamp === header.lastTimestamp && word === own) return slot;
  const shown = `block ${block}, ${bigintToHex(word, WORD_BYTES)}`;
  throw new CairnError<DemoErrorCode>("demo/difference", `receipt of slot ${slot}: L1 shows ${shown}`);
}

/** The published word of a slot: the header cell comes first, and the first slot of a cell is its high word. */
function wordOf(cells: readonly bigint[], slot: number): bigint {
  const cell = cells[1 + Math.floor(slot / SLOTS_PER_CELL)] ?? 0n;
  return slot % SLOTS_PER_CELL === 0 ? cell >> BigInt(WORD_BITS) : BigInt.asUintN(WORD_BITS, cell);
}
