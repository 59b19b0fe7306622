import { rollupAbi } from "@cairn/contracts/abi";
import { compress } from "@cairn/crypto";
import {
  accountIndex,
  bytesToHex,
  dataHash,
  decodeL1Operation,
  decodePublishedData,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  encodePayouts,
  FIRST_ACCOUNT_INDEX,
  type Hex,
  hexToBytes,
  type L1Operation,
  nextQueueHash,
  payoutsHash,
} from "@cairn/protocol";
import { createSparseState } from "@cairn/testkit";
import { blockTxRoot, replayPublishedData } from "@cairn/vm";
import { concatHex, decodeEventLog, decodeFunctionData, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import vector from "../../../vectors/rebuild.json" with { type: "json" };

type Log = (typeof vector.logs)[number];

const eventOf = ({ data, topics }: Log) =>
  decodeEventLog({ abi: rollupAbi, data: data as Hex, topics: topics as [Hex, ...Hex[]] });

/** The queue's records, checked against the rolling hash of each event. */
function readQueue(): L1Operation[] {
  let hash = EMPTY_QUEUE_HASH;
  return vector.logs.flatMap((log) => {
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
    expect(bytesToHex(hash)).toBe(queueHash);
    return [operation];
  });
}

describe("rebuild.json", () => {
  it("leads from logs and calldata to the roots, payouts and queue positions it names", () => {
    const queue = readQueue();
    let accounts = new Map();
    let nextIndex = FIRST_ACCOUNT_INDEX;
    let head = 0;
    const batches = vector.logs.filter((log) => eventOf(log).eventName === "BatchSubmitted");
    expect(batches).toHaveLength(vector.batches.length);
    for (const [i, log] of batches.entries()) {
      const event = eventOf(log);
      const input = vector.transactions.find(({ hash }) => hash === log.transactionHash)?.input as Hex;
      const call = decodeFunctionData({ abi: rollupAbi, data: input });
      if (event.eventName !== "BatchSubmitted" || call.functionName !== "submitBatch") throw new TypeError("no batch");
      const [header, data] = call.args;
      expect(header).toEqual(event.args.header);
      const state = createSparseState({ accounts, nextIndex }, compress);
      expect(state.root()).toBe(BigInt(header.oldRoot));
      const bytes = hexToBytes(data);
      const publishedData = decodePublishedData(16, bytes, header.l1OperationCount);
      const l1Operations = queue.slice(head, head + header.l1OperationCount);
      const replayed = replayPublishedData({ state, slotCount: 16, l1Operations, publishedData });
      accounts = new Map([...accounts, ...replayed.updates]);
      nextIndex = replayed.newNextIndex;
      head += l1Operations.length;

      const expected = vector.batches[i];
      const root = createSparseState({ accounts, nextIndex }, compress).root();
      expect([root, root]).toEqual([BigInt(expected?.root ?? 0), BigInt(header.newRoot)]);
      expect([nextIndex, head]).toEqual([expected?.nextIndex, expected?.queueHead]);
      expect(bytesToHex(payoutsHash(16, replayed.payouts))).toBe(header.payoutsHash);
      expect(bytesToHex(encodePayouts(16, replayed.payouts)).startsWith(expected?.payouts ?? "-")).toBe(true);
      expect(bytesToHex(dataHash(16, bytes))).toBe(expected?.dataHash);
      const slots = publishedData.slots.map((published, n) => ({ kind: replayed.kinds[n] ?? "noop", published }));
      expect(blockTxRoot(slots, compress)).toBe(BigInt(header.txRoot));
    }
    expect(head).toBe(queue.length);
    expect(accounts.get(accountIndex(FIRST_ACCOUNT_INDEX))).toBeDefined();
  });

  it("has noops between transactions in its last batch, which a rebuild must take", () => {
    const last = vector.transactions.at(-1)?.input as Hex;
    const call = decodeFunctionData({ abi: rollupAbi, data: last });
    if (call.functionName !== "submitBatch") throw new TypeError("no batch");
    const [header, data] = call.args;
    const types = decodePublishedData(16, hexToBytes(data), header.l1OperationCount).slots.map(({ type }) => type);
    expect(types.slice(0, 4)).toEqual(["nothing", "transferToNew", "nothing", "transferToNew"]);
  });
});
