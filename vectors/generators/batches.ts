import { blockHash, blocksRoot, type Chains, cellsRoot, chainsAfter, GENESIS_CHAINS, historyOf } from "@cairn/crypto";
import {
  type BlockData,
  batchCommitment,
  batchInputs,
  bindBatch,
  bytesToHex,
  type Claim,
  calldataCommitment,
  cellsToBytes,
  type DataSource,
  EMPTY_QUEUE_HASH,
  encodeBatchHeader,
  encodeBlockCells,
  encodeL1Operation,
  encodePayoutList,
  headerOfClaim,
  l1Entry,
  nextQueueHash,
  type PointFields,
  payoutEntry,
  payoutListHash,
  pointPreimage,
  SLOT_KIND,
} from "@cairn/protocol";
import { REAL_CRYPTO, type ScenarioBlock } from "@cairn/testkit";
import { address, type Vector, word } from "../json.ts";
import { DOMAIN, scenarioBlocks } from "./scenario.ts";

/** Submitter of the batches. */
const SUBMITTER = 0x00f39fd6e51aad88f6f4ce6ab8827279cfffb92266n;
const { compress } = REAL_CRYPTO;

/** A block of the scenario, in the chains of its rollup. */
export interface ChainedBlock extends ScenarioBlock {
  readonly cells: readonly bigint[];
  readonly before: Chains;
  readonly after: Chains;
  /** Rolling queue hash after it. */
  readonly queueHash: Uint8Array;
}

/** What a block publishes, if it is not what the sequencer chose. */
export type PublishedAs = (block: ScenarioBlock) => BlockData;

/** Blocks from genesis on, chained; `published` says what one publishes in its own way, by block number. */
export function chainBlocks(
  blocks: readonly ScenarioBlock[],
  published: Readonly<Record<number, PublishedAs>> = {},
): ChainedBlock[] {
  let chains = GENESIS_CHAINS;
  let queueHash = EMPTY_QUEUE_HASH;
  return blocks.map((scenarioBlock) => {
    const { block, l1Operations } = scenarioBlock;
    const { payouts, blockNumber } = block;
    const other = published[blockNumber]?.(scenarioBlock);
    const cells = other === undefined ? block.cells : encodeBlockCells(other);
    const before = chains;
    chains = chainsAfter(before, { number: BigInt(blockNumber), cells, l1Operations, payouts }, compress);
    queueHash = l1Operations.map(encodeL1Operation).reduce(nextQueueHash, queueHash);
    return { ...scenarioBlock, cells, before, after: chains, queueHash };
  });
}

const chainedBlocks = chainBlocks(scenarioBlocks);

/** The scenario's blocks in batches of one, two and all that remain. */
export const sampleBatches: readonly (readonly ChainedBlock[])[] = [
  chainedBlocks.slice(0, 1),
  chainedBlocks.slice(1, 3),
  chainedBlocks.slice(3),
];

/** A batch of {@link sampleBatches} and what follows from it. */
export type SampleBatch = ReturnType<typeof batchOf>;

/** Blocks: what they publish, their cells, entries of the lists, chains before and after, and hashes. */
export function blockVectors(): Vector {
  return {
    cases: chainedBlocks.map(({ block, l1Operations, cells, before, after, queueHash }) => ({
      ...chainFields("After", after),
      ...chainFields("Before", before),
      blockHash: word(blockHash(before.blocks, { number: BigInt(block.blockNumber), cells }, compress)),
      blockNumber: Number(block.blockNumber),
      cells: cells.map(word),
      cellsRoot: word(cellsRoot(cells, compress)),
      feeIndices: [...block.data.feeIndices],
      history: word(historyOf(after, compress)),
      kinds: block.trace.slots.map(({ kind }) => SLOT_KIND[kind]),
      l1Count: block.data.l1Count,
      l1Entries: l1Operations.flatMap(l1Entry).map(word),
      l1Records: l1Operations.map((operation) => bytesToHex(encodeL1Operation(operation))),
      payoutEntries: block.payouts.flatMap((payout) => payoutEntry(payout).slice(0, 2)).map(word),
      queueHash: bytesToHex(queueHash),
      slotCount: block.slotCount,
      timestamp: Number(block.data.timestamp),
    })),
  };
}

/** Batches of one, two and all remaining blocks with calldata: claim, point, evaluations, public inputs, header. */
export function batchVectors(): Vector {
  return {
    cases: sampleBatches.map((blocks) => {
      const data = cellsToBytes(blocks.flatMap(({ cells }) => cells));
      const batch = batchOf(blocks, { source: "calldata", commitment: calldataCommitment(data) });
      return { ...batchFields(batch), data: bytesToHex(data) };
    }),
  };
}

/** Where the cells of a batch are, and the commitment to them. */
interface DataFields {
  readonly source: DataSource;
  readonly commitment: Uint8Array;
}

/** A batch of the scenario, with everything that its submission and its proof are about. */
export function batchOf(blocks: readonly ChainedBlock[], { source, commitment }: DataFields) {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("a batch without blocks");
  const claim = claimOf(first, last);
  const cells = blocks.flatMap((block) => block.cells);
  const payouts = blocks.flatMap(({ block }) => block.payouts);
  const l1Operations = blocks.flatMap((block) => block.l1Operations);
  const fields: PointFields = {
    claim,
    blocksRoot: blocksRoot(
      blocks.map(({ after }) => after.blocks),
      compress,
    ),
    submitter: SUBMITTER,
    dataSource: source,
    dataCommitment: commitment,
    queueHash: last.queueHash,
    payoutsHash: payoutListHash(payouts),
  };
  const circuit = blocks.length === 1 ? "solo16" : "batch";
  const header = headerOfClaim(claim, { circuit, dataSource: source, blocksRoot: fields.blocksRoot });
  return {
    blocks,
    first,
    claim,
    cells,
    payouts,
    l1Operations,
    fields,
    header,
    binding: bindBatch(fields, { cells, l1Operations, payouts }),
  };
}

/** A batch as vectors show it, without its data. */
export function batchFields({ blocks, claim, payouts, l1Operations, fields, header, binding }: SampleBatch): Vector {
  return {
    blockCount: blocks.length,
    blocksRoot: word(fields.blocksRoot),
    commitment: bytesToHex(batchCommitment(header, fields.dataCommitment, fields.payoutsHash)),
    dataCommitment: bytesToHex(fields.dataCommitment),
    evaluation: word(binding.evaluation),
    header: bytesToHex(encodeBatchHeader(header)),
    inputs: batchInputs(claim, binding).map(word),
    l1Evaluation: word(binding.l1Evaluation),
    l1Records: l1Operations.map((operation) => bytesToHex(encodeL1Operation(operation))),
    payoutList: bytesToHex(encodePayoutList(payouts)),
    payoutsEvaluation: word(binding.payoutsEvaluation),
    payoutsHash: bytesToHex(fields.payoutsHash),
    point: word(binding.point),
    pointPreimage: bytesToHex(pointPreimage(fields)),
    queueHash: bytesToHex(fields.queueHash),
    submitter: address(SUBMITTER),
  };
}

function claimOf(first: ChainedBlock, last: ChainedBlock): Claim {
  return {
    domain: DOMAIN,
    firstBlock: BigInt(first.block.blockNumber),
    lastBlock: BigInt(last.block.blockNumber),
    firstTimestamp: first.block.data.timestamp,
    lastTimestamp: last.block.data.timestamp,
    before: {
      root: first.oldRoot,
      nextIndex: first.block.oldNextIndex,
      history: historyOf(first.before, compress),
    },
    after: { root: last.newRoot, nextIndex: last.block.newNextIndex, history: historyOf(last.after, compress) },
  };
}

function chainFields(when: "Before" | "After", { data, l1, payouts, blocks }: Chains): Vector {
  return {
    [`blocksChain${when}`]: word(blocks),
    [`dataChain${when}`]: word(data),
    [`l1Chain${when}`]: word(l1),
    [`payoutChain${when}`]: word(payouts),
  };
}
