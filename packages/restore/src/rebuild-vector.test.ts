import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cellsToBlob, createBlobKzg, versionedHash } from "@cairn/blobs";
import { fromHeaderStruct, rollupAbi } from "@cairn/contracts";
import {
  accountHash,
  blocksRoot,
  cellsRoot,
  chainsAfter,
  compress,
  extendChain,
  GENESIS_CHAINS,
  historyOf,
} from "@cairn/crypto";
import {
  addressToBigint,
  type BatchHeader,
  batchCommitment,
  batchInputs,
  bigintToHex,
  bindBatch,
  bytesToCells,
  bytesToHex,
  type Claim,
  calldataCommitment,
  cellsToBytes,
  type DataSource,
  decodeFloat40,
  decodeL1Operation,
  decodePayoutList,
  EMPTY_QUEUE_HASH,
  encodeFloat40,
  encodeL1Operation,
  FIRST_ACCOUNT_INDEX,
  type Hex,
  hexToBytes,
  type L1Operation,
  l1Entry,
  nextQueueHash,
  readBatchCells,
} from "@cairn/protocol";
import { createMemoryStore, genesisRoot } from "@cairn/state";
import { createSparseState } from "@cairn/testkit";
import { followBatch, genesisPosition, replayBatch } from "@cairn/vm";
import { concatHex, decodeAbiParameters, decodeEventLog, getAbiItem, numberToHex } from "viem";
import { afterEach, describe, expect, it } from "vitest";
import archiveVector from "../../../vectors/archive.json" with { type: "json" };
import vector from "../../../vectors/rebuild.json" with { type: "json" };
import { removeFolders, temporaryFolder } from "../test/published.ts";
import { restoreFromFiles } from "./node/restore-files.ts";

type Log = (typeof vector.logs)[number];

const DOMAIN = { chainId: BigInt(vector.chainId), rollup: addressToBigint(vector.rollup) };
const HEADER_BYTES = 11 * 32;
const SPEC = join(import.meta.dirname, "../../../docs/spec/10-rebuild.md");

const eventOf = ({ data, topics }: Log) =>
  decodeEventLog({ abi: rollupAbi, data: data as Hex, topics: topics as [Hex, ...Hex[]] });

/** The call that made a batch's log, read as spec 10.1 says. */
function callOf(transactionHash: string) {
  const { input, blobVersionedHashes } =
    vector.transactions.find(({ hash }) => hash === transactionHash) ?? expect.unreachable();
  const bytes = hexToBytes(input as Hex).subarray(4);
  const wordAt = (at: number): number => Number(BigInt(bytesToHex(bytes.slice(at, at + 32))));
  const argument = (place: number): Uint8Array => {
    const start = wordAt(HEADER_BYTES + 32 * place);
    return bytes.slice(start + 32, start + 32 + wordAt(start));
  };
  const { inputs } = getAbiItem({ abi: rollupAbi, name: "submitBatch" });
  const [header] = decodeAbiParameters([inputs[0]], bytesToHex(bytes.slice(0, HEADER_BYTES)));
  const [l1Records, payouts, , data] = [argument(0), argument(1), argument(2), argument(3)];
  const records = Array.from({ length: l1Records.length / 76 }, (_, i) => l1Records.slice(76 * i, 76 * (i + 1)));
  return {
    header: fromHeaderStruct(header),
    l1Operations: records.map(decodeL1Operation),
    payouts: decodePayoutList(payouts),
    data,
    blobVersionedHashes,
  };
}

/** Cells and data commitment of a batch, from its calldata or from the blob that its transaction names. */
function cellsOf({ header, data, blobVersionedHashes }: ReturnType<typeof callOf>) {
  if (header.dataSource === "calldata") return { cells: bytesToCells(data), dataCommitment: calldataCommitment(data) };
  const blob = vector.blobs.find((each) => each.versionedHash === blobVersionedHashes[0]) ?? expect.unreachable();
  const commitment = hexToBytes(blob.kzgCommitment);
  expect(bytesToHex(data.slice(32, 80))).toBe(blob.kzgCommitment);
  expect(bytesToHex(versionedHash(commitment))).toBe(blob.versionedHash);
  return { cells: blob.cells.map(BigInt), dataCommitment: hexToBytes(blob.versionedHash) };
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
  it("leads from logs, calldata and blobs to the roots, payouts, commitments and queue positions it names", () => {
    const queue = readQueue();
    let accounts = new Map();
    let position = genesisPosition(genesisRoot(compress));
    const batches = vector.logs.filter((log) => eventOf(log).eventName === "BatchSubmitted");
    expect(batches).toHaveLength(vector.batches.length);
    for (const [i, log] of batches.entries()) {
      const event = eventOf(log);
      const call = callOf(log.transactionHash);
      if (event.eventName !== "BatchSubmitted") throw new TypeError("no batch");
      const { header, l1Operations, payouts } = call;
      expect(header).toEqual(fromHeaderStruct(event.args.header));
      const { cells, dataCommitment } = cellsOf(call);
      const queueHead = position.queuePosition + l1Operations.length;
      expect(l1Operations).toEqual(queue.operations.slice(position.queuePosition, queueHead));
      const payoutsHash = hexToBytes(event.args.payoutsHash);
      const queueHash = queue.hashes[queueHead] ?? EMPTY_QUEUE_HASH;
      const batch = { number: i + 1, header, cells, l1Operations, payouts, payoutsHash, queueHash };
      const state = createSparseState({ accounts, nextIndex: position.nextIndex }, compress);
      expect(state.root()).toBe(header.oldRoot);
      const followed = followBatch(position, batch, compress);
      const { updates, newNextIndex } = replayBatch(state, batch, followed.blocks);
      accounts = new Map([...accounts, ...updates]);

      const expected = vector.batches[i];
      const root = createSparseState({ accounts, nextIndex: newNextIndex }, compress).root();
      expect([root, root]).toEqual([BigInt(expected?.root ?? 0), header.newRoot]);
      expect([newNextIndex, queueHead]).toEqual([expected?.nextIndex, expected?.queueHead]);
      expect([Number(event.args.queueHead), bytesToHex(queueHash)]).toEqual([queueHead, expected?.queueHash]);
      const hashes = [bytesToHex(dataCommitment), event.args.payoutsHash];
      expect(hashes).toEqual([expected?.dataCommitment, expected?.payoutsHash]);
      expect(event.args.dataCommitment).toBe(expected?.dataCommitment);
      expect(bytesToHex(batchCommitment(header, dataCommitment, payoutsHash))).toBe(expected?.batchCommitment);
      const { data, l1, payouts: paid, blocks } = followed.position.chains;
      expect([data, l1, paid, blocks].map((chain) => bigintToHex(chain, 32))).toEqual(expected?.chains);
      const claim = claimOf(header, position);
      const fields = {
        claim,
        blocksRoot: header.blocksRoot,
        submitter: addressToBigint(event.args.submitter),
        dataSource: header.dataSource satisfies DataSource,
        dataCommitment,
        queueHash,
        payoutsHash,
      };
      const inputs = batchInputs(claim, bindBatch(fields, { cells, l1Operations, payouts }));
      expect(inputs.map((input) => bigintToHex(input, 32))).toEqual(expected?.inputs);
      position = followed.position;
    }
    const { root, history, ...counts } = vector.state;
    expect(createSparseState({ accounts, nextIndex: position.nextIndex }, compress).root()).toBe(BigInt(root));
    expect(historyOf(position.chains)).toBe(BigInt(history));
    const { batch: batchCount, block: lastBlock, nextIndex, queuePosition: queueHead } = position;
    const queueTail = queue.operations.length;
    expect(counts).toEqual({ batchCount, lastBlock, nextIndex, queueHead, queueTail });
    expect(queueTail).toBe(queueHead + 1);
  });

  function claimOf(header: BatchHeader, position: ReturnType<typeof genesisPosition>): Claim {
    const { firstBlock, lastBlock, firstTimestamp, lastTimestamp } = header;
    return {
      domain: DOMAIN,
      firstBlock,
      lastBlock,
      firstTimestamp,
      lastTimestamp,
      before: { root: position.root, nextIndex: position.nextIndex, history: historyOf(position.chains) },
      after: { root: header.newRoot, nextIndex: header.newNextIndex, history: header.newHistory },
    };
  }

  const batchCall = (number: number) => callOf(bigintToHex(BigInt(number), 32));
  const blocksOf = (number: number) => {
    const call = batchCall(number);
    return readBatchCells(cellsOf(call).cells, Number(call.header.lastBlock - call.header.firstBlock) + 1);
  };

  it("has noops between transactions, which a rebuild must accept", () => {
    const types = blocksOf(4)[1]?.data.slots.map(({ type }) => type);
    expect(types?.slice(0, 4)).toEqual(["nothing", "transferToNew", "nothing", "transferToNew"]);
  });

  it("has encodings that the sequencer does not choose, and fee indices with gaps", () => {
    const [block = expect.unreachable()] = blocksOf(5);
    expect(block.data.feeIndices).toEqual([0, 67, 0, 66]);
    const amounts = block.data.slots.flatMap((slot) => (slot.type === "nothing" ? [] : [slot.amount]));
    expect(amounts.map((amount) => encodeFloat40(decodeFloat40(amount)) === amount)).toEqual([false, false]);
  });

  it("has calldata that keeps zero cells, in arguments that no encoder would order so", () => {
    const { data } = batchCall(5);
    expect(data.length).toBe(26 * ((blocksOf(5)[0]?.cells.length ?? 0) + 2));
    expect(cellsToBytes(bytesToCells(data)).length).toBeLessThan(data.length);
    const input = vector.transactions[4]?.input ?? "";
    const offsets = [0, 1, 2, 3, 4].map((place) =>
      Number(BigInt(`0x${input.slice(714 + 64 * place, 778 + 64 * place)}`)),
    );
    expect([...offsets].sort((a, b) => a - b)).not.toEqual(offsets);
    expect(offsets.some((offset) => offset % 32 !== 0)).toBe(true);
  });

  it("has batches of one and of several blocks, of two sizes, of four circuits, in calldata and in blobs", () => {
    const headers = vector.batches.map(({ number }) => batchCall(number).header);
    expect(headers.map(({ circuit }) => circuit)).toEqual(["solo16", "pair", "solo16", "batch", "solo16", "solo64"]);
    expect(headers.map(({ dataSource }) => dataSource)).toEqual([
      "calldata",
      "calldata",
      "calldata",
      "blob",
      "calldata",
      "blob",
    ]);
    expect(blocksOf(6).map(({ slotCount }) => slotCount)).toEqual([64]);
  });

  it("has the KZG commitments of its blobs", () => {
    const kzg = createBlobKzg();
    for (const { cells, kzgCommitment } of vector.blobs) {
      expect(bytesToHex(kzg.commit(cellsToBlob(cells.map(BigInt))))).toBe(kzgCommitment);
    }
  });

  it("has in its first batch what the specification's example says of it", () => {
    const [, example = ""] = readFileSync(SPEC, "utf8").split("**The first batch, step by step.**");
    const { header, l1Operations, data } = batchCall(1);
    const [first = expect.unreachable()] = l1Operations;
    if (first.type !== "deposit") expect.unreachable();
    const { owner, tokenId, amount, key } = first;
    const [{ cells } = expect.unreachable()] = blocksOf(1);
    const block = { number: header.firstBlock, cells, l1Operations, payouts: [] };
    const chains = chainsAfter(GENESIS_CHAINS, block);
    const values = [
      key,
      accountHash({ owner, tokenId, nonce: 0, ownerKey: true, balance: amount, key }),
      extendChain(0n, [[cells[0] ?? 0n, 0n, 0n]]),
      chains.data,
      extendChain(0n, [l1Entry(first)]),
      chains.l1,
      cellsRoot(cells),
      chains.blocks,
      historyOf(chains),
      blocksRoot([chains.blocks]),
    ].map((value) => bigintToHex(value, 32));
    const queueHash = bytesToHex(nextQueueHash(EMPTY_QUEUE_HASH, encodeL1Operation(first)));
    const [topic] = vector.logs.find((log) => eventOf(log).eventName === "L1OperationQueued")?.topics ?? [];
    expect(new Set(example.match(/0x[0-9a-f]{64}/g))).toEqual(new Set([topic, queueHash, ...values]));
    expect(example).toContain(bigintToHex(owner, 20));
    expect([header.newHistory, header.blocksRoot].map((value) => bigintToHex(value, 32))).toEqual(values.slice(-2));
    const shown = [...example.matchAll(/^`([0-9a-f ‖]+)(?: ‖ 17d4…40f0)?`$/gm)].map(([, bytes = ""]) =>
      bytes.replaceAll(" ‖ ", ""),
    );
    expect(shown).toEqual([bytesToHex(encodeL1Operation(first)).slice(2, 90), bytesToHex(data).slice(2)]);
  });

  it("begins at genesis", () => {
    expect(genesisPosition(genesisRoot(compress)).nextIndex).toBe(FIRST_ACCOUNT_INDEX);
    expect(batchCall(1).header.oldRoot).toBe(genesisRoot(compress));
  });
});

describe("archive.json", () => {
  afterEach(removeFolders);

  it("is an archive of the same batches: it leads to their root, and is what would be written again", async () => {
    const [path, archiveTo] = [join(temporaryFolder(), "archive"), join(temporaryFolder(), "copy")];
    writeFileSync(path, hexToBytes(archiveVector.archive));
    const options = { store: createMemoryStore(), compress, rollup: null, archives: [path], archiveTo };
    const { restored, position } = await restoreFromFiles(options);
    expect(restored.tree.root()).toBe(BigInt(vector.state.root));
    expect(position).toMatchObject({ batch: vector.state.batchCount, queuePosition: vector.state.queueHead });
    expect(historyOf(position.chains)).toBe(BigInt(vector.state.history));
    expect(bytesToHex(Uint8Array.from(readFileSync(archiveTo)))).toBe(archiveVector.archive);
  });
});
