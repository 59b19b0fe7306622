import {
  accountIndex,
  type BatchHeader,
  type BlockSize,
  bindPublishedData,
  dataHash,
  encodeL1Operation,
  encodePayouts,
  encodePublishedData,
  type Float40,
  float40,
  nextQueueHash,
  type PublishedData,
  payoutsHash,
  publicInput,
} from "@cairn/protocol";
import { REAL_CRYPTO, runScenario, type ScenarioBlock } from "@cairn/testkit";
import { blockPublicInput, blockTxRoot, type TxTreeSlot } from "@cairn/vm";
import { SCENARIO, SCENARIO_OPTIONS } from "./blocks.ts";

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
export interface SubmittedBatch {
  readonly number: number;
  readonly header: BatchHeader;
  /** Padded. */
  readonly data: Uint8Array;
  readonly dataHash: Uint8Array;
  /** Calldata has the data without its trailing zeros. */
  readonly isTrimmed: boolean;
  /** Without the unused records. */
  readonly payouts: Uint8Array;
  readonly publicInput: bigint;
  /** The entries that it consumes; they are made right before it. */
  readonly records: readonly QueuedRecord[];
  /** Queue position and hash after it. */
  readonly queueHead: number;
  readonly queueHash: Uint8Array;
}

/** The batches of a rollup, and the entries that wait after the last one. */
export function rollupHistory(): { batches: readonly SubmittedBatch[]; waiting: readonly QueuedRecord[] } {
  let queueHead = 0;
  let queueHash: Uint8Array = new Uint8Array(32);
  const history = runScenario(SCENARIO + MORE, SCENARIO_OPTIONS).blocks.map((scenario, i) => {
    const records = scenario.l1Operations.map((operation): QueuedRecord => {
      const record = encodeL1Operation(operation);
      queueHash = nextQueueHash(queueHash, record);
      return { position: queueHead++, record, queueHash };
    });
    return submitted(scenario, i + 1, { records, queueHead, queueHash });
  });
  return { batches: history.slice(0, -1), waiting: history.at(-1)?.records ?? [] };
}

function submitted(
  scenario: ScenarioBlock,
  number: number,
  queue: Pick<SubmittedBatch, "records" | "queueHead" | "queueHash">,
): SubmittedBatch {
  const { block, oldRoot, newRoot } = scenario;
  const { slotCount, publishedData, slots, isTrimmed } = PUBLISHED[number]?.(scenario) ?? asSequenced(scenario);
  const data = encodePublishedData(slotCount, publishedData);
  const txRoot = blockTxRoot(slots, REAL_CRYPTO.compress);
  const header: BatchHeader = {
    slots: slotCount,
    firstBlock: BigInt(number),
    lastBlock: BigInt(number),
    timestamp: BigInt(block.trace.timestamp),
    oldRoot,
    newRoot,
    newNextIndex: block.newNextIndex,
    l1OperationCount: block.l1OperationCount,
    payoutsHash: payoutsHash(slotCount, block.payouts),
    txRoot,
  };
  const proven = { ...blockPublicInput(block, oldRoot, newRoot), ...bindPublishedData(slotCount, data, txRoot) };
  return {
    ...queue,
    number,
    header,
    data,
    dataHash: dataHash(slotCount, data),
    isTrimmed,
    payouts: encodePayouts(slotCount, block.payouts).slice(0, 40 * block.payouts.length),
    publicInput: publicInput({ ...proven, payoutsHash: header.payoutsHash, txRoot }),
  };
}

/** How a block is published. */
type PublishedBlock = {
  readonly slotCount: BlockSize;
  readonly publishedData: PublishedData;
  readonly slots: readonly TxTreeSlot[];
  readonly isTrimmed: boolean;
};

const NOOP: TxTreeSlot = { kind: "noop", published: { type: "nothing" } };

/** By batch number: blocks published in a form that the circuit allows but no sequencer here would choose. */
const PUBLISHED: Readonly<Record<number, (scenario: ScenarioBlock) => PublishedBlock>> = {
  6: withNoopsBetween,
  7: withUnusualEncodings,
  8: inSixtyFourSlots,
};

function asSequenced({ block }: ScenarioBlock): PublishedBlock {
  const { publishedData, slotCount, trace } = block;
  const slots = trace.slots.map(({ kind }, n) => ({ kind, published: publishedData.slots[n] ?? NOOP.published }));
  return { slotCount: slotCount as BlockSize, publishedData, slots, isTrimmed: true };
}

/** `slots` up to the block's length, replacing those that it has. */
function withSlots(published: PublishedBlock, slots: readonly TxTreeSlot[]): PublishedBlock {
  const padded = Array.from({ length: published.slotCount }, (_, n) => slots[n] ?? NOOP);
  const publishedData = { ...published.publishedData, slots: padded.map((slot) => slot.published) };
  return { ...published, publishedData, slots: padded };
}

function withNoopsBetween(scenario: ScenarioBlock): PublishedBlock {
  const published = asSequenced(scenario);
  return withSlots(
    published,
    published.slots.filter(({ kind }) => kind !== "noop").flatMap((slot) => [NOOP, slot]),
  );
}

/** An exponent that encoders would not choose, fee indices with gaps, one that collects nothing, all trailing zeros. */
function withUnusualEncodings(scenario: ScenarioBlock): PublishedBlock {
  const published = asSequenced(scenario);
  const slots = published.slots.map(({ kind, published: slot }): TxTreeSlot => {
    return { kind, published: slot.type === "nothing" ? slot : { ...slot, amount: withNextExponent(slot.amount) } };
  });
  const [ethFees = accountIndex(0)] = published.publishedData.feeIndices;
  const feeIndices = [0, OPERATOR_MAX, 0, ethFees].map(accountIndex);
  const { publishedData, ...rest } = withSlots(published, slots);
  return { ...rest, publishedData: { ...publishedData, feeIndices }, isTrimmed: false };
}

function inSixtyFourSlots(scenario: ScenarioBlock): PublishedBlock {
  const published = asSequenced(scenario);
  return withSlots({ ...published, slotCount: 64 }, published.slots);
}

/** The operator's account in the token MAX of the scenario. */
const OPERATOR_MAX = 67;

/** The same amount with a tenth of the mantissa. */
function withNextExponent(amount: Float40): Float40 {
  const mantissa = amount % 2 ** 35;
  return float40(amount - mantissa + 2 ** 35 + mantissa / 10);
}
