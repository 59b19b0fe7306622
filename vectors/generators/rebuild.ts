import {
  bytesToHex,
  CIRCUIT_TYPE,
  dataHash,
  encodeL1Operation,
  encodePayouts,
  encodePublishedData,
  type Hex,
  nextQueueHash,
  type PublishedData,
  payoutsHash,
  trimPublishedData,
} from "@cairn/protocol";
import { REAL_CRYPTO, type ScenarioBlock } from "@cairn/testkit";
import { blockTxRoot } from "@cairn/vm";
import { address, type Vector, word } from "../json.ts";
import { DOMAIN, scenarioBlocks } from "./blocks.ts";

const ROLLUP = address(DOMAIN.rollup);
const SUBMITTER = address(0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266n);
/** Selector of submitBatch and topics of the two events, spec 10.1 and 10.2. */
const SUBMIT_BATCH = "0x375442a1";
const QUEUED = "0x1556a59f8fee4dd07e02fe21bb5a5b2f3fb4088907eb4f83056c8dc53b96b838";
const SUBMITTED = "0x304bf99b1742d7a79b472ae454e6b7b61cebef833b7e0edd499e676af4dc93b5";
const SUBMITTER_FEE_WEI = 100_000_000_000_000n;

const NOTHING = { type: "nothing" } as const;
/** Stands where a proof stands: rebuilding needs none. */
const PROOF = "0x0123";
const FIRST_L1_BLOCK = 100;

/** The ten words of a batch header, in the order of spec 10.1. */
type Header = readonly bigint[];

/** A log as `eth_getLogs` answers it, in the parts that matter. */
type Log = {
  readonly address: Hex;
  readonly blockNumber: number;
  readonly data: Hex;
  readonly logIndex: number;
  readonly topics: readonly Hex[];
  readonly transactionHash: Hex;
};

/**
 * What L1 shows of a rollup from its first entry on, and what a rebuild must come to after each batch. The last batch is
 * as no sequencer here would make it and as the circuit allows: noops stand between its transactions.
 */
export function rebuildVectors(): Vector {
  const logs: Log[] = [];
  const transactions: Vector[] = [];
  const batches: Vector[] = [];
  let queueHash = new Uint8Array(32);
  let position = 0;
  for (const [i, { scenario, publishedData, txRoot }] of published().entries()) {
    const { block, l1Operations, oldRoot, newRoot } = scenario;
    const blockNumber = FIRST_L1_BLOCK + 2 * i;
    for (const [j, operation] of l1Operations.entries()) {
      const record = encodeL1Operation(operation);
      queueHash = new Uint8Array(nextQueueHash(queueHash, record));
      logs.push({
        address: ROLLUP,
        blockNumber,
        data: queuedData(record, queueHash),
        logIndex: j,
        topics: queuedTopics(position, record),
        transactionHash: word(BigInt(1000 * (i + 1) + j)),
      });
      position++;
    }
    const bytes = encodePublishedData(block.slotCount, publishedData);
    const hash = bytesToHex(dataHash(block.slotCount, bytes));
    const header: Header = [
      BigInt(CIRCUIT_TYPE[block.slotCount]),
      BigInt(i + 1),
      BigInt(i + 1),
      BigInt(block.trace.timestamp),
      oldRoot,
      newRoot,
      BigInt(block.newNextIndex),
      BigInt(block.l1OperationCount),
      BigInt(bytesToHex(payoutsHash(block.slotCount, block.payouts))),
      txRoot,
    ];
    const transactionHash = word(BigInt(i + 1));
    transactions.push({
      hash: transactionHash,
      input: submitBatchInput(header, trimPublishedData(bytes)),
    });
    logs.push({
      address: ROLLUP,
      blockNumber: blockNumber + 1,
      data: joined(...header.map(word), hash, word(BigInt(position)), bytesToHex(queueHash)),
      logIndex: 0,
      topics: [SUBMITTED, word(BigInt(i + 1)), word(BigInt(SUBMITTER))],
      transactionHash,
    });
    batches.push({
      dataHash: hash,
      nextIndex: block.newNextIndex,
      number: i + 1,
      payouts: bytesToHex(encodePayouts(block.slotCount, block.payouts).slice(0, 40 * block.payouts.length)),
      payoutsHash: bytesToHex(payoutsHash(block.slotCount, block.payouts)),
      queueHash: bytesToHex(queueHash),
      queueHead: position,
      root: word(newRoot),
      txRoot: word(txRoot),
    });
  }
  return {
    batches,
    chainId: Number(DOMAIN.chainId),
    circuits: [{ circuitType: CIRCUIT_TYPE[16], slots: 16 }],
    logs,
    rollup: ROLLUP,
    transactions,
  };
}

/** A block of the scenario with what it publishes. */
type PublishedBlock = {
  readonly scenario: ScenarioBlock;
  readonly publishedData: PublishedData;
  readonly txRoot: bigint;
};

function published(): PublishedBlock[] {
  return scenarioBlocks.map((scenario, i) => {
    const { publishedData, txRoot, trace } = scenario.block;
    if (i < scenarioBlocks.length - 1) return { scenario, publishedData, txRoot };
    const slots = trace.slots.map(({ kind }, n) => ({ kind, published: publishedData.slots[n] ?? NOTHING }));
    const used = slots.filter(({ kind }) => kind !== "noop");
    const spread = used.flatMap((slot) => [{ kind: "noop", published: NOTHING } as const, slot]);
    const padded = [...spread, ...slots.slice(spread.length)];
    return {
      scenario,
      publishedData: { ...publishedData, slots: padded.map((slot) => slot.published) },
      txRoot: blockTxRoot(padded, REAL_CRYPTO.compress),
    };
  });
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
function submitBatchInput(header: Header, data: Uint8Array): Hex {
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
