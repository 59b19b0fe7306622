import {
  batchCommitment,
  batchInputs,
  bytesToHex,
  encodePayoutList,
  type Hex,
  LAST_CIRCUIT_TYPE,
} from "@cairn/protocol";
import { address, type Vector, word } from "../json.ts";
import { type QueuedRecord, rollupHistory, type SubmittedBatch } from "./rollup.ts";
import { DOMAIN } from "./scenario.ts";

const ROLLUP = address(DOMAIN.rollup);
/** Who sends every batch. */
export const SUBMITTER = address(0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266n);
/** Selector of submitBatch and topics of the three events, spec 10.1. */
const SUBMIT_BATCH = "0xbd495666";
const QUEUED = "0x1556a59f8fee4dd07e02fe21bb5a5b2f3fb4088907eb4f83056c8dc53b96b838";
const SUBMITTED = "0xbbac89dc3311fd53d3481a399dd08f59c2fa1582a135ab759042a7ae914a5623";
const TOKEN_REGISTERED = "0x5ff9640201b39f40edb488543c2ae401d4c46a473002fe04940802f52bb5dc86";
const SUBMITTER_FEE_WEI = 100_000_000_000_000n;

/** In place of a proof, which rebuilding does not need. */
const PROOF = "0x0123";
const FIRST_L1_BLOCK = 100;
/** The batch whose arguments come in another order than an encoder's, with bytes between them. */
const ODD_CALLDATA = 5;

/** The relevant parts of a log as returned by `eth_getLogs`. */
type Log = {
  readonly address: Hex;
  readonly blockNumber: number;
  readonly data: Hex;
  readonly logIndex: number;
  readonly topics: readonly Hex[];
  readonly transactionHash: Hex;
};

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
    blobs: batches.filter(({ kzgCommitment }) => kzgCommitment !== null).map(blobOf),
    chainId: Number(DOMAIN.chainId),
    logs: [tokenLog(), ...queueLogs.flatMap((logs, i) => [...logs, ...batches.slice(i, i + 1).map(batchLog)])],
    rollup: ROLLUP,
    state: {
      batchCount: batches.length,
      history: word(last?.header.newHistory ?? 0n),
      lastBlock: Number(last?.header.lastBlock ?? 0n),
      nextIndex: last?.header.newNextIndex ?? 0,
      queueHead: last?.queueHead ?? 0,
      queueTail: (last?.queueHead ?? 0) + waiting.length,
      root: word(last?.header.newRoot ?? 0n),
    },
    transactions: batches.map((batch) => ({
      blobVersionedHashes: batch.kzgCommitment === null ? [] : [bytesToHex(batch.fields.dataCommitment)],
      hash: word(BigInt(batch.number)),
      input: submitBatchInput(batch),
    })),
  };
}

function expectedOf({ number, header, fields, claim, binding, payouts, queueHead, blocks }: SubmittedBatch): Vector {
  const after = blocks.at(-1)?.after;
  return {
    batchCommitment: bytesToHex(batchCommitment(header, fields.dataCommitment, fields.payoutsHash)),
    chains: [after?.data, after?.l1, after?.payouts, after?.blocks].map((chain) => word(chain ?? 0n)),
    dataCommitment: bytesToHex(fields.dataCommitment),
    history: word(header.newHistory),
    inputs: batchInputs(claim, binding).map(word),
    nextIndex: header.newNextIndex,
    number,
    payouts: bytesToHex(encodePayoutList(payouts)),
    payoutsHash: bytesToHex(fields.payoutsHash),
    queueHash: bytesToHex(fields.queueHash),
    queueHead,
    root: word(header.newRoot),
  };
}

/** The blob of a batch by the cells that it stands for; those behind the end are 0. */
function blobOf({ fields, kzgCommitment, cells }: SubmittedBatch): Vector {
  return {
    cells: cells.map(word),
    kzgCommitment: bytesToHex(kzgCommitment ?? new Uint8Array()),
    versionedHash: bytesToHex(fields.dataCommitment),
  };
}

function batchLog(batch: SubmittedBatch): Log {
  const { number, fields, queueHead } = batch;
  const hashes = [fields.dataCommitment, fields.payoutsHash].map(bytesToHex);
  return {
    address: ROLLUP,
    blockNumber: l1BlockOf(number),
    data: joined(...headerWords(batch), ...hashes, word(BigInt(queueHead))),
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

/** The eleven words of a batch header, in the order of spec 10.1. */
function headerWords({ header }: SubmittedBatch): Hex[] {
  return [
    BigInt(LAST_CIRCUIT_TYPE[header.circuit]),
    header.dataSource === "blob" ? 1n : 0n,
    header.firstBlock,
    header.lastBlock,
    header.firstTimestamp,
    header.lastTimestamp,
    BigInt(header.newNextIndex),
    header.oldRoot,
    header.newRoot,
    header.newHistory,
    header.blocksRoot,
  ].map(word);
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

/** submitBatch(header, l1Records, payouts, payNow, data, proof): header and offsets, then the arguments. */
function submitBatchInput(batch: SubmittedBatch): Hex {
  const header = headerWords(batch);
  const records = joined(...batch.records.map(({ record }) => bytesToHex(record)));
  const args = [records, bytesToHex(encodePayoutList(batch.payouts)), "0x", bytesToHex(batch.data), PROOF] as const;
  const isOdd = batch.number === ODD_CALLDATA;
  // In the order in which the arguments follow the offsets; the gap belongs to none of them.
  const order = isOdd ? [3, 4, 0, 2, 1] : [0, 1, 2, 3, 4];
  const gap: Hex = isOdd ? "0xabcdef" : "0x";
  const offsets: bigint[] = [];
  let body: Hex = "0x";
  for (const place of order) {
    body = joined(body, gap);
    offsets[place] = BigInt(32 * (header.length + order.length) + bytesIn(body));
    body = joined(body, isOdd ? exactBytes(args[place] ?? "0x") : filledBytes(args[place] ?? "0x"));
  }
  return joined(SUBMIT_BATCH, ...header, ...offsets.map(word), body);
}

/** The length as a word, then the bytes. */
function exactBytes(bytes: Hex): Hex {
  return joined(word(BigInt(bytesIn(bytes))), bytes);
}

/** The same, filled up to whole words. */
function filledBytes(bytes: Hex): Hex {
  return joined(exactBytes(bytes), `0x${"00".repeat((32 - (bytesIn(bytes) % 32)) % 32)}`);
}

function bytesIn(hex: Hex): number {
  return hex.length / 2 - 1;
}

function joined(...parts: readonly Hex[]): Hex {
  return `0x${parts.map((part) => part.slice(2)).join("")}`;
}

function numberIn(bytes: Uint8Array, start: number, end: number): bigint {
  return BigInt(bytesToHex(bytes.slice(start, end)));
}
