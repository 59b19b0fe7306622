import { blocksRoot, type Chains, cellsRoot, chainsAfter, GENESIS_CHAINS, historyOf } from "@cairn/crypto";
import {
  addressToBigint,
  BLOB_MODULUS,
  bytesToCells,
  bytesToHex,
  calldataCommitment,
  decodeBatchHeader,
  decodeL1Operation,
  decodePayoutList,
  EMPTY_QUEUE_HASH,
  encodeBlockCells,
  encodeL1Operation,
  encodePayoutList,
  FIELD_MODULUS,
  type Hex,
  hexToBytes,
  MAX_BATCH_PAYOUTS,
  nextQueueHash,
  readBatchCells,
  SLOT_KIND,
  tokenId,
} from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import batches from "./batch.json" with { type: "json" };
import blocks from "./block.json" with { type: "json" };
import payouts from "./payouts.json" with { type: "json" };
import queue from "./queue.json" with { type: "json" };

const keccak256 = (hex: Hex): Hex => bytesToHex(calldataCommitment(hexToBytes(hex)));
const slice = (hex: Hex, from: number, to?: number): Hex => bytesToHex(hexToBytes(hex).subarray(from, to));
const big = (hex: string): bigint => BigInt(hex);
const words = (hex: Hex): Hex[] =>
  Array.from({ length: (hex.length - 2) / 64 }, (_, i) => slice(hex, 32 * i, 32 * i + 32));
/** Σ words · point^position, written out. */
const valueAt = (list: readonly bigint[], point: bigint, modulus: bigint): bigint =>
  list.reduce(({ sum, power }, word) => ({ sum: (sum + word * power) % modulus, power: (power * point) % modulus }), {
    sum: 0n,
    power: 1n,
  }).sum;

/** Someone who knows only what L1 shows of the batches follows them. */
const followed = batches.cases.map((batch, i) => ({ batch, before: batches.cases.slice(0, i) }));

describe("batch.json", () => {
  it.each(followed)(
    "block $before.length and on: the history follows from data, records and payouts",
    ({ batch, before }) => {
      let chains: Chains = GENESIS_CHAINS;
      let number = 0n;
      let queueHash = EMPTY_QUEUE_HASH;
      const hashes: bigint[] = [];
      for (const { data, blockCount, l1Records, payoutList } of [...before, batch]) {
        hashes.length = 0;
        const operations = l1Records.map((record) => decodeL1Operation(hexToBytes(record as Hex)));
        const owedByBatch = decodePayoutList(hexToBytes(payoutList as Hex));
        queueHash = l1Records.map((record) => hexToBytes(record as Hex)).reduce(nextQueueHash, queueHash);
        for (const { cells, data: read } of readBatchCells(bytesToCells(hexToBytes(data as Hex)), blockCount)) {
          number += 1n;
          // The payouts of a block are as many as its words say; here those of the vector of that block.
          const owed = (blocks.cases[Number(number) - 1]?.payoutEntries.length ?? 0) / 2;
          const l1Operations = operations.splice(0, read.l1Count);
          chains = chainsAfter(chains, { number, cells, l1Operations, payouts: owedByBatch.splice(0, owed) });
          hashes.push(chains.blocks);
        }
        expect([operations, owedByBatch]).toEqual([[], []]);
      }
      const { newHistory, blocksRoot: root, lastBlock } = decodeBatchHeader(hexToBytes(batch.header as Hex));
      expect({ newHistory, root, lastBlock }).toEqual({
        newHistory: historyOf(chains),
        root: blocksRoot(hashes),
        lastBlock: number,
      });
      expect(bytesToHex(queueHash)).toBe(batch.queueHash);
    },
  );

  it.each(batches.cases)("point $point is the hash of everything that is fixed before it", (batch) => {
    const preimage = batch.pointPreimage as Hex;
    expect(words(preimage)).toEqual([
      ...batch.inputs.slice(0, 12),
      `0x${batch.submitter.slice(2).padStart(64, "0")}`,
      `0x${"0".repeat(64)}`,
      keccak256(batch.data as Hex),
      batch.queueHash,
      keccak256(batch.payoutList as Hex),
    ]);
    expect(batch.point).toBe(`0x00${slice(keccak256(preimage), 1).slice(2)}`);
  });

  it.each(batches.cases)("evaluations at $point are those of the lists, and public inputs", (batch) => {
    const point = big(batch.point);
    const entries = batch.l1Records.flatMap((record) => [
      slice(record as Hex, 0, 21),
      slice(record as Hex, 21, 44),
      slice(record as Hex, 44),
    ]);
    const list = batch.payoutList as Hex;
    const payoutWords = Array.from({ length: (list.length - 2) / 80 }, (_, i) => [
      slice(list, 40 * i, 40 * i + 24),
      slice(list, 40 * i + 24, 40 * i + 40),
    ]).flat();
    const evaluation = valueAt(bytesToCells(hexToBytes(batch.data as Hex)), point, BLOB_MODULUS);
    const inputs = [
      big(batch.blocksRoot),
      point,
      BigInt.asUintN(128, evaluation),
      evaluation >> 128n,
      valueAt(entries.map(big), point, FIELD_MODULUS),
      valueAt(payoutWords.map(big), point, FIELD_MODULUS),
    ];
    expect(batch.inputs.slice(11).map(big)).toEqual(inputs);
  });
});

describe("block.json", () => {
  it.each(blocks.cases)(
    "block $blockNumber: what it publishes, its cells root and its place in the chains",
    (block) => {
      const cells = block.cells.map(big);
      expect(cellsRoot(cells)).toBe(big(block.cellsRoot));
      expect(block.blocksChainAfter).toBe(block.blockHash);
      const [read] = readBatchCells(cells, 1);
      expect(read?.slotCount).toBe(block.slotCount);
      if (read === undefined) throw new RangeError("no block");
      const { slots, ...header } = read.data;
      expect(encodeBlockCells(read.data)).toEqual(cells);
      const { l1Count, timestamp, feeIndices } = block;
      expect(header).toEqual({ l1Count, timestamp: BigInt(timestamp), feeIndices });
      const kinds = slots.map(({ type }) => SLOT_KIND[type === "nothing" ? "noop" : type]);
      expect(kinds.slice(l1Count)).toEqual(block.kinds.slice(l1Count));
      expect(block.l1Records.map((record) => hexToBytes(record as Hex)[0])).toEqual(block.kinds.slice(0, l1Count));
      const next = blocks.cases[block.blockNumber];
      if (next === undefined) return;
      const after = (name: string) => Reflect.get(block, `${name}After`);
      for (const name of ["dataChain", "l1Chain", "payoutChain", "blocksChain"]) {
        expect(Reflect.get(next, `${name}Before`)).toBe(after(name));
      }
    },
  );
});

describe("queue.json", () => {
  it.each(queue.cases)("record $record", (row) => {
    const record = row.record as Hex;
    const operation = decodeL1Operation(hexToBytes(record));
    expect(SLOT_KIND[operation.type]).toBe(row.kind);
    expect(operation.index).toBe(row.index);
    expect(operation.type === "deposit" ? operation.owner : operation.sender).toBe(addressToBigint(row.owner));
    expect(operation.type === "deposit" ? operation.tokenId : 0).toBe(row.tokenId);
    expect(operation.type === "deposit" ? operation.amount : 0n).toBe(big(row.amount));
    expect(operation.type === "forcedWithdraw" ? 0n : operation.key).toBe(big(row.key));
    expect(bytesToHex(encodeL1Operation(operation))).toBe(record);
    expect(row.words.map(big)).toEqual([slice(record, 0, 21), slice(record, 21, 44), slice(record, 44)].map(big));
    expect(keccak256(`${row.hashBefore}${record.slice(2)}` as Hex)).toBe(row.hashAfter);
  });

  it("goes on from entry to entry, from 0", () => {
    const hashes = queue.cases.map(({ hashAfter }) => hashAfter);
    expect(queue.cases.map(({ hashBefore }) => hashBefore)).toEqual([
      bytesToHex(EMPTY_QUEUE_HASH),
      ...hashes.slice(0, -1),
    ]);
  });
});

describe("payouts.json", () => {
  it.each(payouts.cases)("list $hash", (row) => {
    const list = decodePayoutList(hexToBytes(row.list as Hex));
    expect(list.map(({ recipient }) => recipient)).toEqual(row.recipients.map(addressToBigint));
    expect(list.map((payout) => payout.tokenId)).toEqual(row.tokenIds);
    expect(list.map(({ amount }) => amount)).toEqual(row.amounts.map(big));
    expect(bytesToHex(encodePayoutList(list))).toBe(row.list);
    expect(keccak256(row.list as Hex)).toBe(row.hash);
    const entries = list.map(({ recipient, tokenId, amount }) => [(recipient << 32n) + BigInt(tokenId), amount]);
    expect(row.words.map(big)).toEqual(entries.flat());
  });

  it("has the longest list", () => {
    const list = Array.from({ length: MAX_BATCH_PAYOUTS }, (_, i) => ({
      recipient: BigInt(i + 1),
      tokenId: tokenId(i % 3),
      amount: BigInt(i),
    }));
    expect(keccak256(bytesToHex(encodePayoutList(list)))).toBe(payouts.longest);
  });
});
