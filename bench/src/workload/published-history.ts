import { blocksRoot, type Compress, chainsAfter, GENESIS_CHAINS, historyOf } from "@cairn/crypto";
import {
  type AccountIndex,
  accountIndex,
  type BlockData,
  blockCapacity,
  blockNumber,
  bytesToCells,
  calldataCommitment,
  cellsToBytes,
  encodeBlockCells,
  encodeFloat40,
  FIRST_ACCOUNT_INDEX,
  type L1Operation,
  type PublishedSlot,
  payoutListHash,
  type SoloSize,
  tokenId,
} from "@cairn/protocol";
import type { PublishedBatch } from "@cairn/restore";
import { createMemoryStore, createStateTree } from "@cairn/state";
import { personOf } from "@cairn/testkit";
import { replayBlock } from "@cairn/vm";
import { amountOf, FEE } from "./parties.ts";

const DEPOSIT = 10n ** 24n;
const NO_FEES = [0, 0, 0, 0].map(accountIndex);
const PEOPLE = 64;
/** Odd, so that it visits every residue of a power of two. */
const STRIDE = 40_503;

/** The size of the batches with deposits: the largest, so that there are as few of them as possible. */
const DEPOSIT_SLOTS: SoloSize = 256;

/** What {@link createPublishedHistory} makes. */
export interface HistoryOptions {
  /** Of the batches of transfers. */
  readonly slots: SoloSize;
  /** Accounts that deposits create first; a power of two. */
  readonly accounts: number;
  /** A multiple of the slots; each is between two accounts far apart in the tree. */
  readonly transfers: number;
  readonly compress: Compress;
}

/** A rollup's batches in order. */
export interface PublishedHistory {
  /** Batches that only consume deposits. */
  readonly deposits: readonly PublishedBatch[];
  /** Batches with a transfer in every slot. */
  readonly transfers: readonly PublishedBatch[];
}

/** Batches of one block as L1 would hold them, with the roots of the real tree; signatures and proofs leave no trace on L1. */
export function createPublishedHistory(options: HistoryOptions): PublishedHistory {
  const { slots, accounts, transfers, compress } = options;
  const tree = createStateTree({ store: createMemoryStore(), compress, retainedBlocks: 0 });
  const batches: PublishedBatch[] = [];
  let chains = GENESIS_CHAINS;

  const publish = (
    size: SoloSize,
    published: Pick<BlockData, "slots" | "feeIndices">,
    l1Operations: readonly L1Operation[],
  ): void => {
    const number = batches.length + 1;
    const [block, timestamp] = [BigInt(number), BigInt(number)];
    const data: BlockData = { ...published, l1Count: l1Operations.length, timestamp };
    const oldRoot = tree.root();
    const replayed = replayBlock({ state: tree, data, l1Operations });
    const { payouts, newNextIndex } = replayed;
    const newRoot = tree.applyBlock(blockNumber(number), replayed.updates, newNextIndex);
    const cells = encodeBlockCells(data);
    chains = chainsAfter(chains, { number: block, cells, l1Operations, payouts }, compress);
    // Cells of 0 at the end are not sent.
    const calldata = cellsToBytes(cells);
    batches.push({
      number,
      header: {
        circuit: `solo${size}`,
        dataSource: "calldata",
        firstBlock: block,
        lastBlock: block,
        firstTimestamp: timestamp,
        lastTimestamp: timestamp,
        oldRoot,
        newRoot,
        newNextIndex,
        newHistory: historyOf(chains, compress),
        blocksRoot: blocksRoot([chains.blocks], compress),
      },
      cells: bytesToCells(calldata),
      dataCommitment: calldataCommitment(calldata),
      kzgCommitment: null,
      l1Operations,
      payouts,
      payoutsHash: payoutListHash(payouts),
      chains: null,
      origin: {
        l1Block: number,
        l1BlockHash: new Uint8Array(32),
        transactionHash: new Uint8Array(32),
        l1Timestamp: Number(timestamp),
        resumeBlock: number,
        submitter: 1n,
      },
      entryOrigins: l1Operations.map(() => ({
        l1Block: number,
        l1BlockHash: new Uint8Array(32),
        transactionHash: new Uint8Array(32),
      })),
    });
  };

  const capacity = blockCapacity(DEPOSIT_SLOTS);
  const nothing = Array.from({ length: DEPOSIT_SLOTS }, (): PublishedSlot => ({ type: "nothing" }));
  const people = Array.from({ length: PEOPLE }, (_, i) => personOf(`holder ${i}`));
  for (let first = 0; first < accounts; first += capacity) {
    const created = Array.from({ length: Math.min(capacity, accounts - first) }, (_, i): L1Operation => {
      const { owner, key } = people[(first + i) % PEOPLE] ?? personOf("holder");
      return { type: "deposit", owner, tokenId: tokenId(0), amount: DEPOSIT, index: accountIndex(0), key };
    });
    publish(DEPOSIT_SLOTS, { feeIndices: NO_FEES, slots: nothing }, created);
  }
  const depositBatches = batches.length;
  const feeIndices = [FIRST_ACCOUNT_INDEX, 0, 0, 0].map(accountIndex);
  for (let first = 0; first < transfers; first += slots) {
    const payments = Array.from({ length: slots }, (_, i): PublishedSlot => {
      const [from, to] = partiesOf(first + i, accounts);
      return { type: "transfer", from, to, amount: encodeFloat40(amountOf(i)), fee: FEE };
    });
    publish(slots, { feeIndices, slots: payments }, []);
  }
  return { deposits: batches.slice(0, depositBatches), transfers: batches.slice(depositBatches) };
}

/** Sender and receiver of a transfer: every account has had its turn before one comes again. */
function partiesOf(transfer: number, accounts: number): readonly [AccountIndex, AccountIndex] {
  const at = (position: number): AccountIndex => accountIndex(FIRST_ACCOUNT_INDEX + ((position * STRIDE) % accounts));
  return [at(2 * transfer), at(2 * transfer + 1)];
}
