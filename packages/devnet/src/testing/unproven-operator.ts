import type { SidecarMaker } from "@cairn/blobs/format";
import type { ProvenBatch } from "@cairn/contracts";
import {
  blocksRoot,
  type ChainedBlock,
  type Chains,
  type Compress,
  chainsAfter,
  GENESIS_CHAINS,
  historyOf,
} from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { readQueue, rollupDomain, submitBatch } from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  type BatchHeader,
  type BatchNumber,
  bindingPoint,
  blockCapacity,
  blockNumber,
  type ChainState,
  calldataCommitment,
  cellsToBytes,
  type DataSource,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  FIRST_ACCOUNT_INDEX,
  type L1Operation,
  type LastCircuit,
  nextQueueHash,
  type Payout,
  payoutListHash,
  type SoloSize,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { FAKE_CRYPTO, type TestCrypto } from "@cairn/testkit";
import { type BlockBuilder, createBlockBuilder, type ExecutedBlock } from "@cairn/vm";
import type { DevRollup } from "../dev-rollup.ts";
import { submitWithBlobs } from "./blob-submission.ts";
import { acceptStandInProofs, standInProof } from "./stand-in-proofs.ts";

/** Adds transactions to a block that holds its queue entries already. */
export type Fill = (builder: BlockBuilder) => void;

/** A block of a batch that L1 accepted. */
export interface UnprovenBlock extends ChainedBlock {
  readonly executed: ExecutedBlock;
  /** Chains after it. */
  readonly chains: Chains;
}

/** A batch that L1 accepted with a stand-in proof. */
export interface UnprovenBatch {
  readonly number: BatchNumber;
  readonly batch: ProvenBatch;
  readonly blocks: readonly UnprovenBlock[];
  /** keccak256 of the cells' bytes, or the blob's versioned hash; 32 bytes. */
  readonly dataCommitment: Uint8Array;
  /** Null for a batch in calldata. */
  readonly blob: Uint8Array | null;
  /** Rolling queue hash after it, 32 bytes. */
  readonly queueHash: Uint8Array;
}

/** What a dishonest operator publishes in place of what follows from its blocks. The stand-in proof fits to it. */
export interface Untruth {
  readonly header?: Partial<BatchHeader>;
  readonly payouts?: readonly Payout[];
  readonly cells?: readonly bigint[];
}

/** How a batch is published. */
export interface PublishOptions extends Untruth {
  /** Places of payouts that are paid at once; none without. */
  readonly payNow?: readonly number[];
}

/**
 * An operator without a node and without proofs, for tests that need many batches quickly; otherwise an honest
 * operator.
 */
export interface UnprovenOperator {
  /** Its cryptography: the real hash, and free signatures. */
  readonly crypto: TestCrypto;
  readonly compress: Compress;
  readonly tree: StateTree;
  readonly batches: readonly UnprovenBatch[];
  /** Publishes a batch of one block, of what waits in the queue and what `fill` adds. Throws as `submitBatch`. */
  publish(fill?: Fill, options?: PublishOptions): Promise<UnprovenBatch>;
  /**
   * Publishes a batch of several blocks, one for each of `fills`, to a rollup that accepts batches of this circuit. Throws
   * as `submitBatch`.
   */
  publishTogether(circuit: "pair" | "batch", fills: readonly Fill[], options?: PublishOptions): Promise<UnprovenBatch>;
  /**
   * Publishes a batch of one block with its cells in the first blob of its transaction; `others` are further blobs. Making
   * the first takes a second. Throws as `submitBatch`.
   */
  publishInBlob(fill?: Fill, others?: readonly Uint8Array[]): Promise<UnprovenBatch>;
  /** Undoes a batch in the state after L1 has forgotten it. */
  forgetLast(): void;
}

/** Options of {@link createUnprovenOperator}. */
export interface UnprovenOptions {
  /** Of each block; 16 by default. */
  readonly slots?: SoloSize;
}

/** The operator of an unused rollup, which accepts only stand-in proofs from now on. */
export async function createUnprovenOperator(
  devnet: DevRollup,
  { slots = 16 }: UnprovenOptions = {},
): Promise<UnprovenOperator> {
  await acceptStandInProofs(devnet);
  const { rollup } = devnet;
  const domain = rollupDomain(rollup);
  const operator = devnet.wallet(0);
  const compress = await createFastCompress();
  const crypto: TestCrypto = { ...FAKE_CRYPTO, compress };
  const tree = createStateTree({ store: createMemoryStore(), compress });
  const batches: UnprovenBatch[] = [];
  let kzg: SidecarMaker | null = null;
  const feeAccount = accountIndex(FIRST_ACCOUNT_INDEX);
  const chainsNow = (): Chains => batches.at(-1)?.blocks.at(-1)?.chains ?? GENESIS_CHAINS;
  const stateOf = (chains: Chains): ChainState => ({
    root: tree.root(),
    nextIndex: tree.nextIndex(),
    history: historyOf(chains, compress),
  });

  function seal(queued: readonly L1Operation[], fill: Fill, timestamp: bigint, before: Chains): UnprovenBlock {
    const builder = createBlockBuilder({
      state: tree,
      domain,
      slotCount: slots,
      blockNumber: blockNumber(tree.blockNumber() + 1),
      timestamp: Number(timestamp),
      feeAccounts: tree.nextIndex() > feeAccount ? [feeAccount] : [],
      verifySignature: crypto.verify,
      compress,
    });
    for (const operation of queued) builder.addL1Operation(operation);
    fill(builder);
    const executed = builder.seal();
    tree.applyBlock(executed.blockNumber, executed.updates, executed.newNextIndex);
    const { cells, payouts, trace } = executed;
    const block: ChainedBlock = {
      number: BigInt(executed.blockNumber),
      cells,
      l1Operations: trace.slots.flatMap(({ l1Operation }) => l1Operation ?? []),
      payouts,
    };
    return { ...block, executed, chains: chainsAfter(before, block, compress) };
  }

  async function sealAll(fills: readonly Fill[]): Promise<Pick<StatementParts, "before" | "blocks">> {
    const consumed = batches.reduce((sum, { batch }) => sum + batch.l1Operations.length, 0);
    const queued = (await readQueue(rollup, consumed)).map(({ operation }) => operation);
    const { timestamp } = await rollup.reader.getBlock();
    const before = stateOf(chainsNow());
    const blocks: UnprovenBlock[] = [];
    for (const [i, fill] of fills.entries()) {
      const room = blockCapacity(slots);
      const chains = blocks.at(-1)?.chains ?? chainsNow();
      blocks.push(seal(queued.slice(i * room, (i + 1) * room), fill, timestamp, chains));
    }
    return { before, blocks };
  }

  async function publish(
    circuit: LastCircuit,
    fills: readonly Fill[],
    { payNow, ...untruth }: PublishOptions,
  ): Promise<UnprovenBatch> {
    const { before, blocks } = await sealAll(fills);
    const data = cellsToBytes(untruth.cells ?? cellsOf(blocks));
    const dataCommitment = calldataCommitment(data);
    const parts: StatementParts = { circuit, before, blocks, untruth, dataSource: "calldata", dataCommitment };
    const { statement, point, queueHash } = statementOf(parts);
    const batch = { ...statement, data, proof: standInProof(point) };
    const { number } = await submitBatch(rollup, operator, batch, payNow);
    const published = { number, batch, blocks, dataCommitment, blob: null, queueHash };
    batches.push(published);
    return published;
  }

  async function publishInBlob(fill: Fill, others: readonly Uint8Array[]): Promise<UnprovenBatch> {
    const { before, blocks } = await sealAll([fill]);
    const { cellsToBlob, encodeOpening, versionedHash } = await import("@cairn/blobs");
    const { loadSidecarMaker } = await import("@cairn/blobs/native");
    kzg ??= await loadSidecarMaker();
    const blob = cellsToBlob(cellsOf(blocks));
    const dataCommitment = versionedHash(kzg.commit(blob));
    const parts: StatementParts = {
      circuit: `solo${slots}`,
      before,
      blocks,
      untruth: {},
      dataSource: "blob",
      dataCommitment,
    };
    const { statement, point, queueHash } = statementOf(parts);
    const data = encodeOpening(kzg.open(blob, point));
    const batch = { ...statement, data, proof: standInProof(point) };
    const number = await submitWithBlobs(devnet, batch, [blob, ...others], kzg);
    const published = { number, batch, blocks, dataCommitment, blob, queueHash };
    batches.push(published);
    return published;
  }

  /** The batch of the blocks just sealed, without data and proof, and the point that a proof is about. */
  function statementOf({ circuit, before, blocks, untruth, dataSource, dataCommitment }: StatementParts) {
    const [first, last] = [blocks[0], blocks.at(-1)];
    if (first === undefined || last === undefined) throw new TypeError("a batch has blocks");
    const { payouts = blocks.flatMap((block) => block.payouts) } = untruth;
    const after = stateOf(last.chains);
    const header: BatchHeader = {
      circuit,
      dataSource,
      firstBlock: first.number,
      lastBlock: last.number,
      firstTimestamp: first.executed.data.timestamp,
      lastTimestamp: last.executed.data.timestamp,
      newNextIndex: after.nextIndex,
      oldRoot: before.root,
      newRoot: after.root,
      newHistory: after.history,
      blocksRoot: blocksRoot(
        blocks.map(({ chains }) => chains.blocks),
        compress,
      ),
      ...untruth.header,
    };
    const l1Operations = blocks.flatMap((block) => block.l1Operations);
    const previous = batches.at(-1)?.queueHash ?? EMPTY_QUEUE_HASH;
    const queueHash = l1Operations.map(encodeL1Operation).reduce(nextQueueHash, previous);
    const { firstBlock, lastBlock, firstTimestamp, lastTimestamp } = header;
    const point = bindingPoint({
      claim: {
        domain,
        firstBlock,
        lastBlock,
        firstTimestamp,
        lastTimestamp,
        before: { ...before, root: header.oldRoot },
        after: { root: header.newRoot, nextIndex: header.newNextIndex, history: header.newHistory },
      },
      blocksRoot: header.blocksRoot,
      submitter: addressToBigint(operator.account.address),
      dataSource: header.dataSource,
      dataCommitment,
      queueHash,
      payoutsHash: payoutListHash(payouts),
    });
    return { statement: { header, l1Operations, payouts }, point, queueHash };
  }

  return {
    crypto,
    compress,
    tree,
    batches,
    publish: (fill = () => {}, options = {}) => publish(`solo${slots}`, [fill], options),
    publishTogether: (circuit, fills, options = {}) => publish(circuit, fills, options),
    publishInBlob: (fill = () => {}, others = []) => publishInBlob(fill, others),
    forgetLast() {
      const forgotten = batches.pop();
      tree.rollbackTo(blockNumber(tree.blockNumber() - (forgotten?.blocks.length ?? 0)));
    },
  };
}

/** What a batch is about. */
interface StatementParts {
  readonly circuit: LastCircuit;
  readonly before: ChainState;
  readonly blocks: readonly UnprovenBlock[];
  readonly untruth: Untruth;
  readonly dataSource: DataSource;
  readonly dataCommitment: Uint8Array;
}

function cellsOf(blocks: readonly UnprovenBlock[]): bigint[] {
  return blocks.flatMap((block) => block.cells);
}
