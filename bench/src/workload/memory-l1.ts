import { type ProvenBatch, rollupAbi, submitBatchArguments, toHeaderStruct } from "@cairn/contracts";
import type { L1Reader, L1Rollup } from "@cairn/l1";
import {
  batchCommitment,
  bigintToAddress,
  bigintToHex,
  bytesToHex,
  cellsToBytes,
  concatBytes,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  type Hex,
  nextQueueHash,
} from "@cairn/protocol";
import type { PublishedBatch, RollupIdentity } from "@cairn/restore";
import { encodeFunctionData } from "viem";

/** As long as a proof; a restoration ignores the content. */
const PROOF: Uint8Array = new Uint8Array(8480).fill(0xa5);
const QUEUE_ENTRY = { enqueuedAt: 0n, submitterFee: 0n, consumed: true };
const CONTRACT_VERSION = 2n;

/** How many batches L1 has, and how many queue entries, all of them consumed before the first of these batches. */
export interface QueueCounts {
  readonly batchCount: number;
  readonly queueTail: number;
}

/** The event of a batch; its transaction is named, and its L1 block numbered, after it. */
export function eventOf(
  { number, header, dataCommitment, payoutsHash }: PublishedBatch,
  address: Hex,
  { queueTail }: QueueCounts,
) {
  return {
    eventName: "BatchSubmitted",
    address,
    transactionHash: bigintToHex(BigInt(number), 32),
    blockNumber: BigInt(number),
    blockHash: bigintToHex(BigInt(number), 32),
    blockTimestamp: header.lastTimestamp,
    transactionIndex: 0,
    logIndex: 0,
    args: {
      batchNumber: BigInt(number),
      submitter: address,
      header: toHeaderStruct(header),
      dataCommitment: bytesToHex(dataCommitment),
      payoutsHash: bytesToHex(payoutsHash),
      queueHead: BigInt(queueTail),
    },
  } as const;
}

/** The calldata of a batch, with bytes as long as a proof in it. */
export function calldataOf({ header, l1Operations, payouts, cells, kzgCommitment }: PublishedBatch): Hex {
  const data = kzgCommitment === null ? cellsToBytes(cells) : openingOf(kzgCommitment);
  const batch: ProvenBatch = { header, l1Operations, payouts, data, proof: PROOF };
  return encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args: submitBatchArguments(batch) });
}

/** An opening whose value and proof nobody reads: 32 bytes, commitment 48, 48 bytes. */
function openingOf(kzgCommitment: Uint8Array): Uint8Array {
  return concatBytes(new Uint8Array(32), kzgCommitment, new Uint8Array(48));
}

/**
 * An L1 that holds a rollup's later batches in memory: the answers of an RPC without its latency. Events come decoded,
 * transactions as calldata with a proof in it. Of the batches `before` these it has only commitments and queue hashes.
 */
export function createMemoryL1(
  { chainId, rollup }: RollupIdentity,
  batches: readonly PublishedBatch[],
  state: QueueCounts,
  before: readonly PublishedBatch[],
): L1Rollup {
  const address = bigintToAddress(rollup);
  const last = batches.at(-1);
  const transactions = new Map<Hex, { readonly input: Hex; readonly blobVersionedHashes?: readonly Hex[] }>();
  const commitments = new Map<number, Hex>([...before, ...batches].map((batch) => [batch.number, commitmentOf(batch)]));
  const queueHashes: Hex[] = [];
  let queueHash = EMPTY_QUEUE_HASH;
  for (const operation of before.flatMap(({ l1Operations }) => l1Operations)) {
    queueHash = nextQueueHash(queueHash, encodeL1Operation(operation));
    queueHashes.push(bytesToHex(queueHash));
  }
  const logs = batches.map((batch) => {
    const event = eventOf(batch, address, state);
    const { kzgCommitment, dataCommitment } = batch;
    transactions.set(event.transactionHash, {
      input: calldataOf(batch),
      ...(kzgCommitment === null ? {} : { blobVersionedHashes: [bytesToHex(dataCommitment)] }),
    });
    return event;
  });
  const views: Readonly<Record<string, unknown>> = {
    version: CONTRACT_VERSION,
    state: {
      root: bigintToHex(last?.header.newRoot ?? 0n, 32),
      history: bigintToHex(last?.header.newHistory ?? 0n, 32),
      nextIndex: last?.header.newNextIndex ?? 0,
      batchCount: BigInt(state.batchCount),
      queueHead: BigInt(state.queueTail),
      queueTail: BigInt(state.queueTail),
    },
  };
  const blockAt = (number: bigint) => ({ number, hash: bigintToHex(number, 32), timestamp: 0n });
  const reader = {
    chain: { id: Number(chainId) },
    getBlock: async ({ blockNumber }: { blockNumber?: bigint } = {}) =>
      blockAt(blockNumber ?? BigInt(state.batchCount)),
    readContract: async ({ functionName, args }: { functionName: string; args?: readonly [bigint] }) =>
      args === undefined ? views[functionName] : { ...QUEUE_ENTRY, queueHash: queueHashes[Number(args[0])] },
    getLogs: async ({ fromBlock, toBlock }: { fromBlock: bigint; toBlock: bigint }) =>
      logs.filter(({ blockNumber }) => blockNumber >= fromBlock && blockNumber <= toBlock),
    getTransaction: async ({ hash }: { hash: Hex }) => ({ hash, to: address, ...transactions.get(hash) }),
    multicall: async ({ contracts }: { contracts: readonly { readonly args: readonly [bigint] }[] }) =>
      contracts.map(({ args: [number] }) => commitments.get(Number(number))),
  };
  return { reader: reader as unknown as L1Reader, address };
}

/** What the contract stores of a batch. */
function commitmentOf({ header, dataCommitment, payoutsHash }: PublishedBatch): Hex {
  return bytesToHex(batchCommitment(header, dataCommitment, payoutsHash));
}
