import { blocksRoot, type Chains, chainsAfter, GENESIS_CHAINS, historyOf } from "@cairn/crypto";
import {
  type BatchHeader,
  blockNumber,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  MAX_ACCOUNTS,
  nextQueueHash,
  payoutListHash,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, genesisRoot } from "@cairn/state";
import { FAKE_CRYPTO, runScenario } from "@cairn/testkit";
import { describe, expect, it } from "vitest";
import { DOMAIN, NOW } from "../test/support.ts";
import {
  type BatchCheck,
  type BatchOnL1,
  type ChainPosition,
  followBatch,
  genesisPosition,
  replayBatch,
} from "./batch.ts";

const { compress } = FAKE_CRYPTO;
const SCENARIO = `
  deposit alice 10 ETH
  deposit operator 1 ETH
  block
  fees operator ETH
  transfer alice -> new carol 1 ETH fee 0.001
  transfer alice -> carol 0.5 ETH
  block
  force-withdraw carol ETH
  withdraw alice 0.25 ETH fee 0.001 to 0xc0ffee
  block
  deposit dave 2 ETH
  transfer alice -> dave 0.5 ETH fee 0.001
  withdraw dave 1 ETH to 0x1
`;
const scenario = runScenario(SCENARIO, { domain: DOMAIN, slotCount: 16, crypto: FAKE_CRYPTO, startTime: NOW });
const { blocks } = scenario;
const GENESIS = genesisPosition(genesisRoot(compress));

/** A batch of the scenario's blocks from `from` to before `to`, as it is accepted after the others. */
function batchOf(number: number, from: number, to: number): BatchOnL1 {
  let chains: Chains = GENESIS_CHAINS;
  let queueHash = EMPTY_QUEUE_HASH;
  const hashes: bigint[] = [];
  const chained = blocks.slice(0, to).map(({ block, l1Operations }) => {
    const { cells, payouts } = block;
    chains = chainsAfter(chains, { number: BigInt(block.blockNumber), cells, l1Operations, payouts }, compress);
    queueHash = l1Operations.map(encodeL1Operation).reduce(nextQueueHash, queueHash);
    hashes.push(chains.blocks);
    return cells;
  });
  const own = blocks.slice(from, to);
  const [first, last] = [own[0], own.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("no blocks");
  const payouts = own.flatMap(({ block }) => block.payouts);
  const header: BatchHeader = {
    circuit: own.length === 1 ? "solo16" : "batch",
    dataSource: "calldata",
    firstBlock: BigInt(first.block.blockNumber),
    lastBlock: BigInt(last.block.blockNumber),
    firstTimestamp: first.block.data.timestamp,
    lastTimestamp: last.block.data.timestamp,
    newNextIndex: last.block.newNextIndex,
    oldRoot: first.oldRoot,
    newRoot: last.newRoot,
    newHistory: historyOf(chains, compress),
    blocksRoot: blocksRoot(hashes.slice(from), compress),
  };
  return {
    number,
    header,
    cells: chained.slice(from).flat(),
    l1Operations: own.flatMap(({ l1Operations }) => l1Operations),
    payouts,
    payoutsHash: payoutListHash(payouts),
    queueHash,
  };
}

const BATCHES = [batchOf(1, 0, 1), batchOf(2, 1, 4)] as const;
const [FIRST, SECOND] = BATCHES;
const AFTER_FIRST = followBatch(GENESIS, FIRST, compress).position;

describe("batches of one and of several blocks", () => {
  it("lead to the state, the payouts and the position that their blocks made", () => {
    const tree = createStateTree({ store: createMemoryStore(), compress });
    let position: ChainPosition = GENESIS;
    for (const batch of BATCHES) {
      const followed = followBatch(position, batch, compress);
      position = followed.position;
      const { updates, newNextIndex } = replayBatch(tree, batch, followed.blocks);
      expect(tree.applyBlocks(blockNumber(position.block), updates, newNextIndex)).toBe(batch.header.newRoot);
    }
    expect(tree.root()).toBe(scenario.tree.root());
    expect(position).toMatchObject({ batch: 2, block: 4, queuePosition: 4, root: blocks[3]?.newRoot });
    expect(SECOND.payouts).toHaveLength(3);
    expect(AFTER_FIRST).toMatchObject({ batch: 1, block: 1, queuePosition: 2 });
  });

  it("are executed block by block: a later block sees what an earlier one did", () => {
    const tree = createStateTree({ store: createMemoryStore(), compress });
    const first = followBatch(GENESIS, FIRST, compress);
    tree.applyBlock(blockNumber(1), replayBatch(tree, FIRST, first.blocks).updates, FIRST.header.newNextIndex);
    const second = replayBatch(tree, SECOND, followBatch(AFTER_FIRST, SECOND, compress).blocks);
    expect(second.blocks.map(({ updates }) => updates)).toEqual(blocks.slice(1).map(({ block }) => block.updates));
    expect(second.blocks.map(({ payouts }) => payouts)).toEqual(blocks.slice(1).map(({ block }) => block.payouts));
  });
});

describe("a batch that does not follow", () => {
  const withHeader = (fields: Partial<BatchHeader>): BatchOnL1 => ({
    ...SECOND,
    header: { ...SECOND.header, ...fields },
  });
  const { header, cells, payouts, l1Operations } = SECOND;
  const swapped = [...payouts.slice(1), ...payouts.slice(0, 1)];

  it.each<[string, BatchCheck, BatchOnL1]>([
    ["another number", "number", { ...SECOND, number: 3 }],
    ["a gap before its first block", "block", withHeader({ firstBlock: header.firstBlock + 1n })],
    ["no blocks", "block", withHeader({ lastBlock: header.firstBlock - 1n })],
    ["65 blocks", "block", withHeader({ lastBlock: header.firstBlock + 64n })],
    ["another old root", "oldRoot", withHeader({ oldRoot: header.oldRoot + 1n })],
    ["accounts taken back", "nextIndex", withHeader({ newNextIndex: AFTER_FIRST.nextIndex - 1 })],
    ["more accounts than the tree holds", "nextIndex", withHeader({ newNextIndex: MAX_ACCOUNTS + 1 })],
    ["a block fewer than its cells", "cells", withHeader({ lastBlock: header.lastBlock - 1n })],
    ["a block more than its cells", "cells", withHeader({ lastBlock: header.lastBlock + 1n })],
    ["a cell that no block has", "cells", { ...SECOND, cells: [5n << 200n, ...cells.slice(1)] }],
    ["another first time", "timestamp", withHeader({ firstTimestamp: header.firstTimestamp - 1n })],
    ["another last time", "timestamp", withHeader({ lastTimestamp: header.lastTimestamp + 1n })],
    ["a queue entry left out", "l1Operations", { ...SECOND, l1Operations: l1Operations.slice(1) }],
    ["queue entries exchanged", "queueHash", { ...SECOND, l1Operations: [...l1Operations].reverse() }],
    ["payouts of another hash", "payoutsHash", { ...SECOND, payouts: payouts.slice(1) }],
    ["payouts exchanged", "history", { ...SECOND, payouts: swapped, payoutsHash: payoutListHash(swapped) }],
    ["another history", "history", withHeader({ newHistory: header.newHistory + 1n })],
    ["another blocks root", "blocksRoot", withHeader({ blocksRoot: header.blocksRoot + 1n })],
  ])("is refused: %s", (_, check, batch) => {
    expect(() => followBatch(AFTER_FIRST, batch, compress)).toThrow(
      expect.objectContaining({ code: "vm/batch-mismatch", details: { batch: batch.number, check } }),
    );
  });

  it("is refused when any of its cells is another one", () => {
    for (let i = 0; i < cells.length; i++) {
      const altered = cells.map((cell, j) => (i === j ? cell ^ 1n : cell));
      expect(() => followBatch(AFTER_FIRST, { ...SECOND, cells: altered }, compress)).toThrow(
        expect.objectContaining({ code: "vm/batch-mismatch" }),
      );
    }
  });

  it("is refused when it is older than the batch before it", () => {
    const later = { ...AFTER_FIRST, timestamp: header.firstTimestamp + 1n };
    expect(() => followBatch(later, SECOND, compress)).toThrow(
      expect.objectContaining({ details: { batch: 2, check: "cells" } }),
    );
  });

  it("is refused when its blocks lead to other payouts or another next index", () => {
    const tree = createStateTree({ store: createMemoryStore(), compress });
    const first = followBatch(GENESIS, FIRST, compress);
    tree.applyBlock(blockNumber(1), replayBatch(tree, FIRST, first.blocks).updates, FIRST.header.newNextIndex);
    const { blocks: read } = followBatch(AFTER_FIRST, SECOND, compress);
    const refused: readonly (readonly [BatchCheck, BatchOnL1])[] = [
      ["nextIndex", withHeader({ newNextIndex: header.newNextIndex + 1 })],
      ["payouts", { ...SECOND, payouts: swapped }],
      ["payouts", { ...SECOND, payouts: [] }],
    ];
    for (const [check, batch] of refused) {
      expect(() => replayBatch(tree, batch, read)).toThrow(
        expect.objectContaining({ code: "vm/batch-mismatch", details: { batch: 2, check } }),
      );
    }
    const empty = createStateTree({ store: createMemoryStore(), compress });
    expect(() => replayBatch(empty, SECOND, read)).toThrow(expect.objectContaining({ code: "vm/invalid-data" }));
  });
});
