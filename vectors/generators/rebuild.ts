import { batchCommitment } from "@cairn/contracts";
import {
  accountIndex,
  type BatchHeader,
  type BlockSize,
  bindPublishedData,
  bytesToHex,
  CIRCUIT_TYPE,
  dataHash,
  encodeL1Operation,
  encodePayouts,
  encodePublishedData,
  type Float40,
  float40,
  type Hex,
  type L1Operation,
  nextQueueHash,
  type PublishedData,
  payoutsHash,
  publicInput,
  trimPublishedData,
} from "@cairn/protocol";
import { REAL_CRYPTO, runScenario, type ScenarioBlock } from "@cairn/testkit";
import { blockPublicInput, blockTxRoot, type TxTreeSlot } from "@cairn/vm";
import { address, type Vector, word } from "../json.ts";
import { DOMAIN, SCENARIO, SCENARIO_OPTIONS } from "./blocks.ts";

const ROLLUP = address(DOMAIN.rollup);
const SUBMITTER = address(0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266n);
/** Selector of submitBatch and topics of the three events, spec 10.1 and 10.2. */
const SUBMIT_BATCH = "0x375442a1";
const QUEUED = "0x1556a59f8fee4dd07e02fe21bb5a5b2f3fb4088907eb4f83056c8dc53b96b838";
const SUBMITTED = "0x304bf99b1742d7a79b472ae454e6b7b61cebef833b7e0edd499e676af4dc93b5";
const TOKEN_REGISTERED = "0x5ff9640201b39f40edb488543c2ae401d4c46a473002fe04940802f52bb5dc86";
const SUBMITTER_FEE_WEI = 100_000_000_000_000n;

/** Stands where a proof stands: rebuilding needs none. */
const PROOF = "0x0123";
const FIRST_L1_BLOCK = 100;

/**
 * Follows the common scenario: what a deposit meets at the account that it names, and who may set a key. Its last block
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

/** The ten words of a batch header, in the order of spec 10.1. */
type HeaderWords = readonly bigint[];

/** A log as `eth_getLogs` answers it, in the parts that matter. */
type Log = {
  readonly address: Hex;
  readonly blockNumber: number;
  readonly data: Hex;
  readonly logIndex: number;
  readonly topics: readonly Hex[];
  readonly transactionHash: Hex;
};

/** Where a rebuild stands in the queue. */
type QueuePosition = { position: number; hash: Uint8Array };

/** What L1 shows of a rollup from its first log on, and what a rebuild must come to after each batch and at the end. */
export function rebuildVectors(): Vector {
  const logs: Log[] = [tokenLog()];
  const transactions: Vector[] = [];
  const batches: Vector[] = [];
  const queue: QueuePosition = { position: 0, hash: new Uint8Array(32) };
  const scenarioBlocks = runScenario(SCENARIO + MORE, SCENARIO_OPTIONS).blocks;
  for (const [i, scenario] of scenarioBlocks.entries()) {
    logs.push(...queueLogs(queue, scenario.l1Operations, i));
    if (i === scenarioBlocks.length - 1) break;
    const published = PUBLISHED[i]?.(scenario) ?? asSequenced(scenario);
    const { slotCount, publishedData, slots } = published;
    const { block, oldRoot, newRoot } = scenario;
    const bytes = encodePublishedData(slotCount, publishedData);
    const dataDigest = dataHash(slotCount, bytes);
    const hash = bytesToHex(dataDigest);
    const payouts = payoutsHash(slotCount, block.payouts);
    const txRoot = blockTxRoot(slots, REAL_CRYPTO.compress);
    const header: BatchHeader = {
      slots: slotCount,
      firstBlock: BigInt(i + 1),
      lastBlock: BigInt(i + 1),
      timestamp: BigInt(block.trace.timestamp),
      oldRoot,
      newRoot,
      newNextIndex: block.newNextIndex,
      l1OperationCount: block.l1OperationCount,
      payoutsHash: payouts,
      txRoot,
    };
    const words = headerWords(header);
    const transactionHash = word(BigInt(i + 1));
    transactions.push({
      hash: transactionHash,
      input: submitBatchInput(words, published.isTrimmed ? trimPublishedData(bytes) : bytes),
    });
    logs.push({
      address: ROLLUP,
      blockNumber: FIRST_L1_BLOCK + 2 * i + 1,
      data: joined(...words.map(word), hash, word(BigInt(queue.position)), bytesToHex(queue.hash)),
      logIndex: 0,
      topics: [SUBMITTED, word(BigInt(i + 1)), word(BigInt(SUBMITTER))],
      transactionHash,
    });
    batches.push({
      batchCommitment: batchCommitment({ header, dataHash: dataDigest }),
      dataHash: hash,
      nextIndex: block.newNextIndex,
      number: i + 1,
      payouts: bytesToHex(encodePayouts(slotCount, block.payouts).slice(0, 40 * block.payouts.length)),
      payoutsHash: bytesToHex(payouts),
      publicInput: word(
        publicInput({
          ...blockPublicInput(block, oldRoot, newRoot),
          ...bindPublishedData(slotCount, bytes, txRoot),
          payoutsHash: payouts,
          txRoot,
        }),
      ),
      queueHash: bytesToHex(queue.hash),
      queueHead: queue.position,
      root: word(newRoot),
      txRoot: word(txRoot),
    });
  }
  const last = batches.at(-1) ?? {};
  return {
    batches,
    chainId: Number(DOMAIN.chainId),
    circuits: ([16, 64] as const).map((slots) => ({ circuitType: CIRCUIT_TYPE[slots], slots })),
    logs,
    rollup: ROLLUP,
    state: {
      batchCount: batches.length,
      lastBlock: batches.length,
      nextIndex: last.nextIndex ?? 0,
      queueHead: last.queueHead ?? 0,
      queueTail: queue.position,
      root: last.root ?? "0x",
    },
    transactions,
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

/** Blocks that are published as no sequencer here would and as the circuit allows. */
const PUBLISHED: Readonly<Record<number, (scenario: ScenarioBlock) => PublishedBlock>> = {
  5: withNoopsBetween,
  6: withUnusualEncodings,
  7: inSixtyFourSlots,
};

function asSequenced({ block }: ScenarioBlock): PublishedBlock {
  const { publishedData, slotCount, trace } = block;
  const slots = trace.slots.map(({ kind }, n) => ({ kind, published: publishedData.slots[n] ?? NOOP.published }));
  return { slotCount, publishedData, slots, isTrimmed: true };
}

/** `slots` up to the block's length, in place of those that it has. */
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

/** Another exponent than encoders take, fee indices with gaps and one that gathers nothing, all trailing zeros. */
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

/** The same amount with a mantissa of a tenth. */
function withNextExponent(amount: Float40): Float40 {
  const mantissa = amount % 2 ** 35;
  return float40(amount - mantissa + 2 ** 35 + mantissa / 10);
}

/** A log that a rebuild passes over. */
function tokenLog(): Log {
  return {
    address: ROLLUP,
    blockNumber: FIRST_L1_BLOCK - 1,
    data: "0x",
    logIndex: 0,
    topics: [TOKEN_REGISTERED, word(1n), word(0x5fbdb2315678afecb367f032d93f642f64180aa3n)],
    transactionHash: word(999n),
  };
}

/** The logs of the entries that are made before batch `batch`; moves the queue on. */
function queueLogs(queue: QueuePosition, operations: readonly L1Operation[], batch: number): Log[] {
  return operations.map((operation, logIndex) => {
    const record = encodeL1Operation(operation);
    queue.hash = new Uint8Array(nextQueueHash(queue.hash, record));
    const topics = queuedTopics(queue.position, record);
    queue.position++;
    return {
      address: ROLLUP,
      blockNumber: FIRST_L1_BLOCK + 2 * batch,
      data: queuedData(record, queue.hash),
      logIndex,
      topics,
      transactionHash: word(BigInt(1000 * (batch + 1) + logIndex)),
    };
  });
}

function headerWords(header: BatchHeader): HeaderWords {
  return [
    BigInt(CIRCUIT_TYPE[header.slots]),
    header.firstBlock,
    header.lastBlock,
    header.timestamp,
    header.oldRoot,
    header.newRoot,
    BigInt(header.newNextIndex),
    BigInt(header.l1OperationCount),
    BigInt(bytesToHex(header.payoutsHash)),
    header.txRoot,
  ];
}

function queuedTopics(position: number, record: Uint8Array): Hex[] {
  return [QUEUED, word(BigInt(position)), word(numberIn(record, 1, 21)), word(numberIn(record, 0, 1))];
}

/** The event's other fields, cut from the record: tokenId 4, amount 16, index 3, key 32; then hash and fee. */
function queuedData(record: Uint8Array, queueHash: Uint8Array): Hex {
  const fields = [
    numberIn(record, 21, 25),
    numberIn(record, 25, 41),
    numberIn(record, 41, 44),
    numberIn(record, 44, 76),
  ];
  return joined(...fields.map(word), bytesToHex(queueHash), word(SUBMITTER_FEE_WEI));
}

/** submitBatch(header, data, proof): the header in place, then two offsets, then the two strings of bytes. */
function submitBatchInput(header: HeaderWords, data: Uint8Array): Hex {
  const head = BigInt(32 * (header.length + 2));
  const dataPart = dynamicBytes(bytesToHex(data));
  const proofAt = head + BigInt(dataPart.length / 2 - 1);
  return joined(SUBMIT_BATCH, ...header.map(word), word(head), word(proofAt), dataPart, dynamicBytes(PROOF));
}

/** The length as a word, then the bytes, filled up to whole words. */
function dynamicBytes(bytes: Hex): Hex {
  const length = bytes.length / 2 - 1;
  return joined(word(BigInt(length)), `0x${bytes.slice(2).padEnd(64 * Math.ceil(length / 32), "0")}`);
}

function joined(...parts: readonly Hex[]): Hex {
  return `0x${parts.map((part) => part.slice(2)).join("")}`;
}

function numberIn(bytes: Uint8Array, start: number, end: number): bigint {
  return BigInt(bytesToHex(bytes.slice(start, end)));
}
