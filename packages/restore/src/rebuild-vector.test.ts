import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { computeBatchCommitment } from "@cairn/contracts";
import { rollupAbi } from "@cairn/contracts/abi";
import { compress } from "@cairn/crypto";
import {
  addressToBigint,
  type BlockSize,
  bigintToHex,
  bindPublishedData,
  bytesToHex,
  dataHash,
  decodeFloat40,
  decodeL1Operation,
  decodePublishedData,
  EMPTY_QUEUE_HASH,
  encodeFloat40,
  encodeL1Operation,
  encodePayouts,
  FIRST_ACCOUNT_INDEX,
  type Hex,
  hexToBytes,
  type L1Operation,
  nextQueueHash,
  payoutsHash,
  publicInput,
  publishedDataBytes,
} from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import { createSparseState } from "@cairn/testkit";
import { blockTxRoot, replayPublishedData } from "@cairn/vm";
import { concatHex, decodeEventLog, decodeFunctionData, numberToHex } from "viem";
import { afterEach, describe, expect, it } from "vitest";
import archiveVector from "../../../vectors/archive.json" with { type: "json" };
import vector from "../../../vectors/rebuild.json" with { type: "json" };
import { removeFolders, temporaryFolder } from "../test/published.ts";
import { restoreRollup } from "./restore.ts";

type Log = (typeof vector.logs)[number];

const DOMAIN = { chainId: BigInt(vector.chainId), rollup: addressToBigint(vector.rollup) };

const word = (value: number): Hex => bigintToHex(BigInt(value), 32);

const eventOf = ({ data, topics }: Log) =>
  decodeEventLog({ abi: rollupAbi, data: data as Hex, topics: topics as [Hex, ...Hex[]] });

/** The call that made a batch's log. */
function callOf(transactionHash: string) {
  const input = vector.transactions.find(({ hash }) => hash === transactionHash)?.input as Hex;
  const call = decodeFunctionData({ abi: rollupAbi, data: input });
  if (call.functionName !== "submitBatch") throw new TypeError("no batch");
  const [header, data] = call.args;
  const slotCount = vector.circuits.find(({ circuitType }) => circuitType === header.circuitType)?.slots as BlockSize;
  return { header, bytes: hexToBytes(data), slotCount };
}

/** The queue's records, checked against the rolling hash of each event, and the hash before and after each. */
function readQueue() {
  let hash = EMPTY_QUEUE_HASH;
  const hashes = [hash];
  const operations = vector.logs.flatMap((log): L1Operation[] => {
    const event = eventOf(log);
    if (event.eventName !== "L1OperationQueued") return [];
    const { kind, owner, tokenId, amount, index, key, queueHash } = event.args;
    const record = concatHex([
      numberToHex(kind, { size: 1 }),
      owner,
      numberToHex(tokenId, { size: 4 }),
      numberToHex(amount, { size: 16 }),
      numberToHex(index, { size: 3 }),
      numberToHex(key, { size: 32 }),
    ]);
    const operation = decodeL1Operation(hexToBytes(record));
    hash = nextQueueHash(hash, encodeL1Operation(operation));
    hashes.push(hash);
    expect(bytesToHex(hash)).toBe(queueHash);
    return [operation];
  });
  return { operations, hashes };
}

describe("rebuild.json", () => {
  it("leads from logs and calldata to the roots, payouts, commitments and queue positions it names", () => {
    const queue = readQueue();
    let accounts = new Map();
    let nextIndex = FIRST_ACCOUNT_INDEX;
    let head = 0;
    const batches = vector.logs.filter((log) => eventOf(log).eventName === "BatchSubmitted");
    expect(batches).toHaveLength(vector.batches.length);
    for (const [i, log] of batches.entries()) {
      const event = eventOf(log);
      const { header, bytes, slotCount } = callOf(log.transactionHash);
      if (event.eventName !== "BatchSubmitted") throw new TypeError("no batch");
      expect(header).toEqual(event.args.header);
      const state = createSparseState({ accounts, nextIndex }, compress);
      expect(state.root()).toBe(BigInt(header.oldRoot));
      const publishedData = decodePublishedData(slotCount, bytes, header.l1OperationCount);
      const l1Operations = queue.operations.slice(head, head + header.l1OperationCount);
      const replayed = replayPublishedData({ state, slotCount, l1Operations, publishedData });
      const oldNextIndex = nextIndex;
      accounts = new Map([...accounts, ...replayed.updates]);
      nextIndex = replayed.newNextIndex;
      head += l1Operations.length;

      const expected = vector.batches[i];
      const root = createSparseState({ accounts, nextIndex }, compress).root();
      expect([root, root]).toEqual([BigInt(expected?.root ?? 0), BigInt(header.newRoot)]);
      expect([nextIndex, head]).toEqual([expected?.nextIndex, expected?.queueHead]);
      const payouts = payoutsHash(slotCount, replayed.payouts);
      expect(bytesToHex(payouts)).toBe(header.payoutsHash);
      expect(bytesToHex(encodePayouts(slotCount, replayed.payouts)).startsWith(expected?.payouts ?? "-")).toBe(true);
      const dataDigest = bytesToHex(dataHash(slotCount, bytes));
      expect([dataDigest, event.args.dataHash]).toEqual([expected?.dataHash, expected?.dataHash]);
      expect(computeBatchCommitment(header, dataDigest)).toBe(expected?.batchCommitment);
      const slots = publishedData.slots.map((published, n) => ({ kind: replayed.kinds[n] ?? "noop", published }));
      const txRoot = blockTxRoot(slots, compress);
      expect(txRoot).toBe(BigInt(header.txRoot));
      const proven = publicInput({
        ...header,
        domain: DOMAIN,
        oldRoot: BigInt(header.oldRoot),
        oldNextIndex,
        newRoot: root,
        queueHashBefore: queue.hashes[head - l1Operations.length] ?? EMPTY_QUEUE_HASH,
        queueHashAfter: queue.hashes[head] ?? EMPTY_QUEUE_HASH,
        l1OperationCount: l1Operations.length,
        payoutsHash: payouts,
        txRoot,
        ...bindPublishedData(slotCount, bytes, txRoot),
      });
      expect(bigintToHex(proven, 32)).toBe(expected?.publicInput);
    }
    const { root, ...counts } = vector.state;
    expect(createSparseState({ accounts, nextIndex }, compress).root()).toBe(BigInt(root));
    const batchCount = batches.length;
    const queueTail = queue.operations.length;
    expect(counts).toEqual({ batchCount, lastBlock: batchCount, nextIndex, queueHead: head, queueTail });
    expect(queueTail).toBe(head + 1);
  });

  it("has noops between transactions, which a rebuild must accept", () => {
    const { header, bytes, slotCount } = callOf(word(6));
    const types = decodePublishedData(slotCount, bytes, header.l1OperationCount).slots.map(({ type }) => type);
    expect(types.slice(0, 4)).toEqual(["nothing", "transferToNew", "nothing", "transferToNew"]);
  });

  it("has encodings that the sequencer does not choose, fee indices with gaps and zeros that calldata kept", () => {
    const { header, bytes, slotCount } = callOf(word(7));
    expect(bytes).toHaveLength(publishedDataBytes(slotCount));
    const { feeIndices, slots } = decodePublishedData(slotCount, bytes, header.l1OperationCount);
    expect(feeIndices).toEqual([0, 67, 0, 66]);
    const amounts = slots.flatMap((slot) => (slot.type === "nothing" ? [] : [slot.amount]));
    expect(amounts.map((amount) => encodeFloat40(decodeFloat40(amount)) === amount)).toEqual([false, false]);
  });

  it("has a batch of the next circuit type", () => expect(callOf(word(8)).slotCount).toBe(64));
});

describe("archive.json", () => {
  afterEach(removeFolders);

  it("is an archive of the same batches: it leads to their root, and is what would be written again", async () => {
    const [path, archiveTo] = [join(temporaryFolder(), "archive"), join(temporaryFolder(), "copy")];
    writeFileSync(path, hexToBytes(archiveVector.archive));
    const options = { store: createMemoryStore(), compress, rollup: null, archives: [path], archiveTo };
    const { restored, position } = await restoreRollup(options);
    expect(restored.tree.root()).toBe(BigInt(vector.state.root));
    expect(position).toMatchObject({ batch: vector.state.batchCount, queuePosition: vector.state.queueHead });
    expect(bytesToHex(Uint8Array.from(readFileSync(archiveTo)))).toBe(archiveVector.archive);
  });
});
