import { cellsToBlob, createBlobKzg, elementsToBlob, versionedHash } from "@cairn/blobs";
import { type ProvenBatch, rollupAbi, submitBatchArguments } from "@cairn/contracts";
import {
  accountIndex,
  BLOB_MODULUS,
  bytesToHex,
  calldataCommitment,
  cellsToBytes,
  concatBytes,
  type Hex,
  hexToBytes,
  type L1Operation,
  payoutListHash,
  tokenId,
} from "@cairn/protocol";
import { encodeFunctionData } from "viem";
import { describe, expect, it } from "vitest";
import { connectReader, rollupAt } from "../connection.ts";
import { l1Error } from "../errors.ts";
import { lyingRollup } from "../testing/lying-rollup.ts";
import { createL1Access } from "./access.ts";
import type { BlobSource } from "./blob-source.ts";
import type { AcceptedEvent } from "./events.ts";
import { type BlobAccess, readPublishedBatch } from "./submission.ts";

const ROLLUP = `0x${"11".repeat(20)}` as const;
const OTHER: Hex = `0x${"22".repeat(20)}`;
const TRANSACTION: Hex = `0x${"aa".repeat(32)}`;
const BLOCK: Hex = `0x${"bb".repeat(32)}`;
const CELLS = [7n << 200n, 8n, 0n, 9n];
const OPERATIONS: readonly L1Operation[] = [
  { type: "deposit", owner: 5n, tokenId: tokenId(0), amount: 6n, index: accountIndex(0), key: 7n },
  { type: "forcedWithdraw", sender: 5n, index: accountIndex(64) },
];
const PAYOUTS = [
  { recipient: 3n, tokenId: tokenId(0), amount: 4n },
  { recipient: 4n, tokenId: tokenId(1), amount: 5n },
];

const BATCH: ProvenBatch = {
  header: {
    circuit: "solo16",
    dataSource: "calldata",
    firstBlock: 4n,
    lastBlock: 4n,
    firstTimestamp: 1000n,
    lastTimestamp: 1001n,
    newNextIndex: 70,
    oldRoot: 1n,
    newRoot: 2n,
    newHistory: 3n,
    blocksRoot: 4n,
  },
  l1Operations: OPERATIONS,
  payouts: PAYOUTS,
  data: cellsToBytes(CELLS),
  proof: new Uint8Array([1, 2, 3]),
};

const kzg = createBlobKzg();
const BLOB = cellsToBlob(CELLS);
const COMMITMENT = kzg.commit(BLOB);
const BLOB_HASH = versionedHash(COMMITMENT);
const IN_BLOB: ProvenBatch = {
  ...BATCH,
  header: { ...BATCH.header, dataSource: "blob" },
  data: opening(COMMITMENT),
};

/** Data of a batch in a blob, without the parts that readers do not look at. */
function opening(commitment: Uint8Array): Uint8Array {
  return concatBytes(new Uint8Array(32), commitment, new Uint8Array(48));
}

const eventOf = ({ header, payouts, data }: ProvenBatch, change: Partial<AcceptedEvent> = {}): AcceptedEvent => ({
  type: "accepted",
  block: 9,
  blockHash: hexToBytes(BLOCK),
  transaction: hexToBytes(TRANSACTION),
  transactionIndex: 0,
  timestamp: null,
  number: 2,
  submitter: 1n,
  header,
  dataCommitment: header.dataSource === "blob" ? BLOB_HASH : calldataCommitment(data),
  payoutsHash: payoutListHash(payouts),
  queueHead: 2,
  ...change,
});

const inputOf = (batch: ProvenBatch): Hex =>
  encodeFunctionData({
    abi: rollupAbi,
    functionName: "submitBatch",
    args: submitBatchArguments(batch, batch.payouts.length > 0 ? [0] : []),
  });

interface ShownTransaction {
  readonly hash?: Hex;
  readonly to?: Hex | null;
  readonly input?: Hex;
  readonly blobVersionedHashes?: readonly Hex[];
}

/** What is read of the event when the RPC shows this transaction. */
function read(event: AcceptedEvent, shown: ShownTransaction, blobs?: BlobAccess, block: Hex = BLOCK) {
  const silent = rollupAt(connectReader("http://127.0.0.1:9", 31337), ROLLUP);
  const rollup = lyingRollup(silent, {
    getTransaction: async () => ({ hash: TRANSACTION, to: ROLLUP, ...shown }),
    getBlock: async () => ({ number: 9n, hash: block, parentHash: block, timestamp: 1234n }),
  });
  return readPublishedBatch(createL1Access(rollup, { attempts: 1 }), event, blobs);
}

const mismatch = (check: string) => ({ code: "l1/batch-mismatch", details: { batch: 2, check } });
/** A hexadecimal text in which the only occurrence of one part is replaced. */
function replaced(text: Hex, part: string, by: string): Hex {
  expect(text.split(part)).toHaveLength(2);
  return text.replace(part, by) as Hex;
}

describe("what a batch in calldata published", () => {
  it("is read from the transaction that its event names", async () => {
    const content = await read(eventOf(BATCH), { input: inputOf(BATCH) });
    expect(content).toEqual({ cells: CELLS, l1Operations: OPERATIONS, payouts: PAYOUTS, kzgCommitment: null });
  });

  it("may be nothing but cells", async () => {
    const batch = { ...BATCH, l1Operations: [], payouts: [] };
    const content = await read(eventOf(batch), { input: inputOf(batch) });
    expect(content).toEqual({ cells: CELLS, l1Operations: [], payouts: [], kzgCommitment: null });
  });

  const input = inputOf(BATCH);
  const lies: readonly (readonly [what: string, check: string, event: AcceptedEvent, shown: ShownTransaction])[] = [
    ["a transaction to somebody else", "transaction", eventOf(BATCH), { to: OTHER }],
    ["the creation of a contract", "transaction", eventOf(BATCH), { to: null }],
    ["another transaction than was asked for", "transaction", eventOf(BATCH), { hash: BLOCK }],
    ["another call", "transaction", eventOf(BATCH), { input: replaced(input, input.slice(0, 10), "0xbd495667") }],
    ["calldata that ends in the header", "transaction", eventOf(BATCH), { input: input.slice(0, 600) as Hex }],
    ["calldata that is cut off", "transaction", eventOf(BATCH), { input: input.slice(0, 2 + 2 * 900) as Hex }],
    ["calldata that is not bytes", "transaction", eventOf(BATCH), { input: `${input.slice(0, -2)}zz` as Hex }],
    ["calldata of half a byte", "transaction", eventOf(BATCH), { input: input.slice(0, -1) as Hex }],
    [
      "another root",
      "header",
      eventOf(BATCH),
      { input: inputOf({ ...BATCH, header: { ...BATCH.header, newRoot: 9n } }) },
    ],
    ["another circuit", "header", eventOf({ ...BATCH, header: { ...BATCH.header, circuit: "pair" } }), {}],
    ["other payouts", "payoutsHash", eventOf(BATCH), { input: inputOf({ ...BATCH, payouts: PAYOUTS.slice(1) }) }],
    [
      "payouts in another order",
      "payoutsHash",
      eventOf(BATCH),
      { input: inputOf({ ...BATCH, payouts: PAYOUTS.toReversed() }) },
    ],
    ["an event with another payouts hash", "payoutsHash", eventOf(BATCH, { payoutsHash: new Uint8Array(32) }), {}],
    ["other cells", "dataCommitment", eventOf(BATCH), { input: inputOf({ ...BATCH, data: cellsToBytes([1n]) }) }],
    ["an event with another commitment", "dataCommitment", eventOf(BATCH, { dataCommitment: new Uint8Array(32) }), {}],
    [
      "data of half a cell",
      "cells",
      eventOf({ ...BATCH, data: new Uint8Array(25) }),
      { input: inputOf({ ...BATCH, data: new Uint8Array(25) }) },
    ],
    [
      "more cells than a batch has",
      "cells",
      eventOf({ ...BATCH, data: new Uint8Array(4096 * 26) }),
      { input: inputOf({ ...BATCH, data: new Uint8Array(4096 * 26) }) },
    ],
  ];

  it.each(lies)("is refused with %s", async (_, check, event, shown) => {
    await expect(read(event, { input: inputOf(BATCH), ...shown })).rejects.toMatchObject(mismatch(check));
  });

  it("is refused with queue records that the contract cannot make", async () => {
    const [record] = submitBatchArguments({ ...BATCH, l1Operations: OPERATIONS.slice(1) })[1]
      .slice(2)
      .split("x");
    const input = replaced(inputOf(BATCH), record ?? "", `09${record?.slice(2)}`);
    await expect(read(eventOf(BATCH), { input })).rejects.toMatchObject(mismatch("l1Operations"));
  });

  it("is refused with half a queue record", async () => {
    const records = submitBatchArguments(BATCH)[1].slice(2);
    const length = (bytes: number): string => bytes.toString(16).padStart(64, "0");
    const input = replaced(inputOf(BATCH), length(152) + records, length(151) + records);
    await expect(read(eventOf(BATCH), { input })).rejects.toMatchObject(mismatch("l1Operations"));
  });

  it("does not excuse a connection that fails", async () => {
    const silent = rollupAt(connectReader("http://127.0.0.1:9", 31337), ROLLUP);
    const reading = readPublishedBatch(createL1Access(silent, { attempts: 1 }), eventOf(BATCH));
    await expect(reading).rejects.toMatchObject({ code: "l1/unavailable" });
  });
});

describe("what a batch in a blob published", () => {
  const source = (find: BlobSource["find"], name = "source"): BlobSource => ({ name, find });
  const honest = source(async () => [BLOB], "honest");
  const blobs = (...sources: readonly BlobSource[]): BlobAccess => ({ kzg, sources });
  const shown = { input: inputOf(IN_BLOB), blobVersionedHashes: [bytesToHex(BLOB_HASH)] };

  it("is read from a source, found by block and time", async () => {
    const asked: unknown[] = [];
    const noting = source(async (query) => {
      asked.push(query);
      return [BLOB];
    });
    const { cells, ...content } = await read(eventOf(IN_BLOB), shown, blobs(noting));
    expect(content).toEqual({ l1Operations: OPERATIONS, payouts: PAYOUTS, kzgCommitment: COMMITMENT });
    expect(cells.slice(0, CELLS.length)).toEqual(CELLS);
    expect(cells.slice(CELLS.length).every((cell) => cell === 0n)).toBe(true);
    const query = { versionedHash: BLOB_HASH, kzgCommitment: COMMITMENT, l1Block: 9, l1Timestamp: 1234 };
    expect(asked).toEqual([query]);
  });

  it("is read from the next source when one has another blob, none, or does not answer", async () => {
    const lying = source(async () => [cellsToBlob([1n])]);
    const empty = source(async () => []);
    const silent = source(() => Promise.reject(l1Error("l1/unavailable", "no answer")));
    const { cells } = await read(eventOf(IN_BLOB), shown, blobs(lying, empty, silent, honest));
    expect(cells[0]).toBe(CELLS[0]);
    const problems = [{ type: "wrong" }, { type: "absent" }, { type: "unavailable" }];
    await expect(read(eventOf(IN_BLOB), shown, blobs(lying, empty, silent))).rejects.toMatchObject({
      code: "l1/blob-unavailable",
      details: { problems },
    });
  });

  it("is unavailable without a source", async () => {
    const reading = read(eventOf(IN_BLOB), shown);
    await expect(reading).rejects.toMatchObject({ code: "l1/blob-unavailable", details: { l1Block: 9 } });
  });

  it.each([
    ["no blob", []],
    ["another blob", [`0x01${"00".repeat(31)}` as Hex]],
    ["the blob not in the first place", [`0x01${"00".repeat(31)}` as Hex, bytesToHex(BLOB_HASH)]],
  ])("is refused in a transaction with %s", async (_, blobVersionedHashes) => {
    const reading = read(eventOf(IN_BLOB), { ...shown, blobVersionedHashes }, blobs(honest));
    await expect(reading).rejects.toMatchObject(mismatch("dataCommitment"));
  });

  it.each([
    ["another commitment", opening(kzg.commit(cellsToBlob([1n])))],
    ["no proof", opening(COMMITMENT).slice(0, 80)],
    ["nothing", new Uint8Array()],
  ])("is refused in a transaction whose opening has %s", async (_, data) => {
    const reading = read(eventOf(IN_BLOB), { ...shown, input: inputOf({ ...IN_BLOB, data }) }, blobs(honest));
    await expect(reading).rejects.toMatchObject(mismatch("dataCommitment"));
  });

  it("is refused when event and transaction agree on a blob that no batch has", async () => {
    const wild = elementsToBlob(Array.from({ length: 4096 }, (_, i) => BLOB_MODULUS - 1n - BigInt(i)));
    const commitment = kzg.commit(wild);
    const dataCommitment = versionedHash(commitment);
    const event = eventOf(IN_BLOB, { dataCommitment });
    const reading = read(
      event,
      { input: inputOf({ ...IN_BLOB, data: opening(commitment) }), blobVersionedHashes: [bytesToHex(dataCommitment)] },
      blobs(source(async () => [wild])),
    );
    await expect(reading).rejects.toMatchObject(mismatch("cells"));
  });

  it("is asked for again when the event's block is no longer there", async () => {
    const reading = read(eventOf(IN_BLOB), shown, blobs(honest), `0x${"cc".repeat(32)}`);
    await expect(reading).rejects.toMatchObject({ code: "l1/unavailable" });
  });
});
