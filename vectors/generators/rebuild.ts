import { batchCommitment } from "@cairn/contracts";
import { type BatchHeader, bytesToHex, CIRCUIT_TYPE, type Hex, trimPublishedData } from "@cairn/protocol";
import { address, type Vector, word } from "../json.ts";
import { DOMAIN } from "./blocks.ts";
import { type QueuedRecord, rollupHistory, type SubmittedBatch } from "./rollup.ts";

const ROLLUP = address(DOMAIN.rollup);
const SUBMITTER = address(0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266n);
/** Selector of submitBatch and topics of the three events, spec 10.1 and 10.2. */
const SUBMIT_BATCH = "0x375442a1";
const QUEUED = "0x1556a59f8fee4dd07e02fe21bb5a5b2f3fb4088907eb4f83056c8dc53b96b838";
const SUBMITTED = "0x304bf99b1742d7a79b472ae454e6b7b61cebef833b7e0edd499e676af4dc93b5";
const TOKEN_REGISTERED = "0x5ff9640201b39f40edb488543c2ae401d4c46a473002fe04940802f52bb5dc86";
const SUBMITTER_FEE_WEI = 100_000_000_000_000n;

/** In place of a proof, which rebuilding does not need. */
const PROOF = "0x0123";
const FIRST_L1_BLOCK = 100;

/** The ten words of a batch header, in the order of spec 10.1. */
type HeaderWords = readonly bigint[];

/** The relevant parts of a log as returned by `eth_getLogs`. */
type Log = {
  readonly address: Hex;
  readonly blockNumber: number;
  readonly data: Hex;
  readonly logIndex: number;
  readonly topics: readonly Hex[];
  readonly transactionHash: Hex;
};

/** Circuits of the rollup, by slots. */
export const CIRCUIT_SLOTS = [16, 64] as const;

/** L1 block of a batch; the entries that it consumes are in the block before. */
export function l1BlockOf(batch: number): number {
  return FIRST_L1_BLOCK + 2 * batch - 1;
}

/** A rollup's data on L1 from its first log on, and the result of a rebuild after each batch and at the end. */
export function rebuildVectors(): Vector {
  const { batches, waiting } = rollupHistory();
  const queueLogs = [...batches.map(({ records }) => records), waiting].map((records, i) => queuedLogs(records, i + 1));
  const last = batches.at(-1);
  return {
    batches: batches.map(expectedOf),
    chainId: Number(DOMAIN.chainId),
    circuits: CIRCUIT_SLOTS.map((slots) => ({ circuitType: CIRCUIT_TYPE[slots], slots })),
    logs: [tokenLog(), ...queueLogs.flatMap((logs, i) => [...logs, ...batches.slice(i, i + 1).map(batchLog)])],
    rollup: ROLLUP,
    state: {
      batchCount: batches.length,
      lastBlock: batches.length,
      nextIndex: last?.header.newNextIndex ?? 0,
      queueHead: last?.queueHead ?? 0,
      queueTail: (last?.queueHead ?? 0) + waiting.length,
      root: word(last?.header.newRoot ?? 0n),
    },
    transactions: batches.map(({ number, header, data, isTrimmed }) => ({
      hash: word(BigInt(number)),
      input: submitBatchInput(header, isTrimmed ? trimPublishedData(data) : data),
    })),
  };
}

function expectedOf(batch: SubmittedBatch): Vector {
  const { header } = batch;
  return {
    batchCommitment: batchCommitment(batch),
    dataHash: bytesToHex(batch.dataHash),
    nextIndex: header.newNextIndex,
    number: batch.number,
    payouts: bytesToHex(batch.payouts),
    payoutsHash: bytesToHex(header.payoutsHash),
    publicInput: word(batch.publicInput),
    queueHash: bytesToHex(batch.queueHash),
    queueHead: batch.queueHead,
    root: word(header.newRoot),
    txRoot: word(header.txRoot),
  };
}

function batchLog({ number, header, dataHash, queueHead, queueHash }: SubmittedBatch): Log {
  const words = headerWords(header).map(word);
  return {
    address: ROLLUP,
    blockNumber: l1BlockOf(number),
    data: joined(...words, bytesToHex(dataHash), word(BigInt(queueHead)), bytesToHex(queueHash)),
    logIndex: 0,
    topics: [SUBMITTED, word(BigInt(number)), word(BigInt(SUBMITTER))],
    transactionHash: word(BigInt(number)),
  };
}

/** A log that a rebuild skips. */
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

/** The logs of queue entries made before a batch. */
function queuedLogs(records: readonly QueuedRecord[], batch: number): Log[] {
  return records.map(({ position, record, queueHash }, logIndex) => ({
    address: ROLLUP,
    blockNumber: l1BlockOf(batch) - 1,
    data: queuedData(record, queueHash),
    logIndex,
    topics: queuedTopics(position, record),
    transactionHash: word(BigInt(1000 * batch + logIndex)),
  }));
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

/** submitBatch(header, data, proof): the header in place, then two offsets, then the two byte strings. */
function submitBatchInput(fields: BatchHeader, data: Uint8Array): Hex {
  const header = headerWords(fields);
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
