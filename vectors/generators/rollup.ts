import { cellsToBlob, createBlobKzg, encodeOpening, versionedHash } from "@cairn/blobs";
import {
  accountIndex,
  type BlockData,
  calldataCommitment,
  cellsToBytes,
  encodeL1Operation,
  type Float40,
  float40,
  type LastCircuit,
  nextQueueHash,
  type PublishedSlot,
} from "@cairn/protocol";
import { runScenario, type ScenarioBlock } from "@cairn/testkit";
import { batchOf, type ChainedBlock, chainBlocks, type PublishedAs, type SampleBatch } from "./batches.ts";
import { SCENARIO, SCENARIO_OPTIONS } from "./scenario.ts";

/**
 * Continues the common scenario: deposits to accounts in every state, and who may set a key. Its last block
 * is an entry that waits.
 */
const MORE = `
  block
  deposit bob 1 USD keyless
  deposit frank 1 ETH keyless
  deposit erin 1 ETH keyless
  set-key alice ETH to mallory by mallory
  transfer alice -> dave 0.1 ETH fee 0.001
  withdraw operator 0.01 ETH
  block
  deposit carol 1 ETH
  deposit dave 1 ETH keyless at alice
  deposit alice 1 ETH at alice USD
  force-withdraw erin ETH
  transfer dave -> new heidi 0.05 ETH fee 0.002
  withdraw alice 1 ETH fee 0.003 to 0xc0ffee
  block
  deposit erin 1 ETH
`;

/** An entry of the queue. */
export interface QueuedRecord {
  readonly position: number;
  /** 76 bytes, spec 4.1. */
  readonly record: Uint8Array;
  /** Rolling hash after it. */
  readonly queueHash: Uint8Array;
}

/** A batch of the rollup that outsiders rebuild. */
export interface SubmittedBatch extends SampleBatch {
  readonly number: number;
  /** The argument `data`: the cells that are sent, or the opening of the blob. */
  readonly data: Uint8Array;
  /** Cells sent in calldata, those of 0 at the end included; 0 for a batch in a blob. */
  readonly sentCells: number;
  /** 48 bytes; null for a batch in calldata. */
  readonly kzgCommitment: Uint8Array | null;
  /** The entries that it consumes; they are made right before it. */
  readonly records: readonly QueuedRecord[];
  /** Queue position after it. */
  readonly queueHead: number;
}

/** How blocks become a batch. */
interface BatchShape {
  readonly blocks: number;
  readonly circuit: LastCircuit;
  readonly source: "calldata" | "blob";
  /** Calldata keeps the zero cells at the end, and has more of them. */
  readonly moreZeros?: number;
}

const SHAPES: readonly BatchShape[] = [
  { blocks: 1, circuit: "solo16", source: "calldata" },
  { blocks: 2, circuit: "pair", source: "calldata" },
  { blocks: 1, circuit: "solo16", source: "calldata" },
  { blocks: 2, circuit: "batch", source: "blob" },
  { blocks: 1, circuit: "solo16", source: "calldata", moreZeros: 2 },
  { blocks: 1, circuit: "solo64", source: "blob" },
];

/** The batches of a rollup, and the entries that wait after the last one. */
export function rollupHistory(): { batches: readonly SubmittedBatch[]; waiting: readonly QueuedRecord[] } {
  const scenario = runScenario(SCENARIO + MORE, SCENARIO_OPTIONS).blocks;
  const chained = chainBlocks(scenario.slice(0, -1), PUBLISHED);
  const records = queuedRecords(scenario);
  const kzg = createBlobKzg();
  let [first, queueHead] = [0, 0];
  const batches = SHAPES.map((shape, i): SubmittedBatch => {
    const blocks = chained.slice(first, first + shape.blocks);
    first += shape.blocks;
    const consumed = blocks.reduce((sum, { l1Operations }) => sum + l1Operations.length, 0);
    const own = records.slice(queueHead, queueHead + consumed);
    queueHead += consumed;
    const { batch, ...data } = shape.source === "blob" ? inBlob(blocks, kzg) : inCalldata(blocks, shape.moreZeros ?? 0);
    const header = { ...batch.header, circuit: shape.circuit };
    return { ...batch, ...data, header, number: i + 1, records: own, queueHead };
  });
  return { batches, waiting: records.slice(queueHead) };
}

function queuedRecords(blocks: readonly ScenarioBlock[]): QueuedRecord[] {
  let queueHash: Uint8Array = new Uint8Array(32);
  return blocks
    .flatMap(({ l1Operations }) => l1Operations)
    .map((operation, position) => {
      const record = encodeL1Operation(operation);
      queueHash = nextQueueHash(queueHash, record);
      return { position, record, queueHash };
    });
}

/** A batch of these blocks, and how its data is sent. */
type SentBatch = Pick<SubmittedBatch, "data" | "sentCells" | "kzgCommitment"> & { readonly batch: SampleBatch };

function inCalldata(blocks: readonly ChainedBlock[], moreZeros: number): SentBatch {
  const cells = blocks.flatMap((block) => block.cells);
  const trimmed = cellsToBytes(cells);
  const data = moreZeros === 0 ? trimmed : new Uint8Array(26 * (cells.length + moreZeros));
  data.set(trimmed);
  const batch = batchOf(blocks, { source: "calldata", commitment: calldataCommitment(data) });
  return { batch, data, sentCells: data.length / 26, kzgCommitment: null };
}

function inBlob(blocks: readonly ChainedBlock[], kzg: ReturnType<typeof createBlobKzg>): SentBatch {
  const blob = cellsToBlob(blocks.flatMap((block) => block.cells));
  const kzgCommitment = kzg.commit(blob);
  const batch = batchOf(blocks, { source: "blob", commitment: versionedHash(kzgCommitment) });
  return { batch, data: encodeOpening(kzg.open(blob, batch.binding.point)), sentCells: 0, kzgCommitment };
}

const NOTHING: PublishedSlot = { type: "nothing" };

/** By block number: blocks published in a form that the circuits allow but no sequencer here would choose. */
const PUBLISHED: Readonly<Record<number, PublishedAs>> = {
  6: withNoopsBetween,
  7: withUnusualEncodings,
  8: inSixtyFourSlots,
};

/** With these slots, and noops up to `count`. */
function withSlots(data: BlockData, slots: readonly PublishedSlot[], count: number): BlockData {
  return { ...data, slots: Array.from({ length: count }, (_, n) => slots[n] ?? NOTHING) };
}

function withNoopsBetween({ block: { data, trace } }: ScenarioBlock): BlockData {
  const used = data.slots.filter((_, n) => trace.slots[n]?.kind !== "noop");
  return withSlots(
    data,
    used.flatMap((slot) => [NOTHING, slot]),
    data.slots.length,
  );
}

/** An exponent that encoders would not choose, fee indices with gaps, one that collects nothing. */
function withUnusualEncodings({ block: { data } }: ScenarioBlock): BlockData {
  const slots = data.slots.map((slot) =>
    slot.type === "nothing" ? slot : { ...slot, amount: withNextExponent(slot.amount) },
  );
  const [ethFees = accountIndex(0)] = data.feeIndices;
  return { ...data, slots, feeIndices: [0, OPERATOR_MAX, 0, ethFees].map(accountIndex) };
}

function inSixtyFourSlots({ block: { data } }: ScenarioBlock): BlockData {
  return withSlots(data, data.slots, 64);
}

/** The operator's account in the token MAX of the scenario. */
const OPERATOR_MAX = 67;

/** The same amount with a tenth of the mantissa. */
function withNextExponent(amount: Float40): Float40 {
  const mantissa = amount % 2 ** 35;
  return float40(amount - mantissa + 2 ** 35 + mantissa / 10);
}
