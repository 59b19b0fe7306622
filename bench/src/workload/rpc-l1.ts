import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import { bigintToAddress, bigintToHex } from "@cairn/protocol";
import type { PublishedBatch, RollupIdentity } from "@cairn/restore";
import {
  createPublicClient,
  encodeAbiParameters,
  encodeEventTopics,
  getAbiItem,
  type Hex,
  http,
  numberToHex,
} from "viem";
import { calldataOf, createMemoryL1, eventOf, type QueueCounts } from "./memory-l1.ts";

/** What an RPC serves, in the form of JSON-RPC. */
export interface RpcContent {
  readonly chainId: number;
  readonly logs: readonly { readonly blockNumber: Hex }[];
  readonly transactions: readonly { readonly hash: string }[];
}

/** An L1 that is read over HTTP. */
export interface RpcL1 {
  readonly rollup: L1Rollup;
  readonly stop: () => Promise<void>;
}

const EVENT = getAbiItem({ abi: rollupAbi, name: "BatchSubmitted" });

/**
 * A rollup's later batches behind a JSON-RPC server in a separate thread: events and transactions are requested, sent
 * and decoded as those of an L1 node. The contract's few views are answered as {@link createMemoryL1} does.
 */
export async function startRpcL1(
  identity: RollupIdentity,
  batches: readonly PublishedBatch[],
  counts: QueueCounts,
  before: readonly PublishedBatch[],
): Promise<RpcL1> {
  const memory = createMemoryL1(identity, batches, counts, before);
  const worker = new Worker(new URL("./rpc-worker.ts", import.meta.url), {
    workerData: contentOf(identity, batches, counts),
  });
  const [port]: [number] = (await once(worker, "message")) as [number];
  const client = createPublicClient({ transport: http(`http://127.0.0.1:${port}`) });
  return {
    rollup: {
      address: memory.address,
      reader: { ...memory.reader, getLogs: client.getLogs, getTransaction: client.getTransaction },
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

function contentOf(
  { chainId, rollup }: RollupIdentity,
  batches: readonly PublishedBatch[],
  counts: QueueCounts,
): RpcContent {
  const address = bigintToAddress(rollup);
  const place = (number: number) => ({
    blockHash: bigintToHex(BigInt(number), 32),
    blockNumber: numberToHex(number),
    transactionIndex: "0x0",
  });
  return {
    chainId: Number(chainId),
    logs: batches.map((batch) => {
      const { args, transactionHash } = eventOf(batch, address, counts);
      return {
        address,
        transactionHash,
        ...place(batch.number),
        blockTimestamp: numberToHex(batch.header.lastTimestamp),
        logIndex: "0x0",
        removed: false,
        topics: encodeEventTopics({ abi: [EVENT], eventName: "BatchSubmitted", args }),
        data: encodeAbiParameters(
          EVENT.inputs.filter((input) => !("indexed" in input && input.indexed)),
          [args.header, args.dataCommitment, args.payoutsHash, args.queueHead],
        ),
      };
    }),
    transactions: batches.map((batch) => ({
      hash: eventOf(batch, address, counts).transactionHash,
      ...place(batch.number),
      from: address,
      to: address,
      type: "0x2",
      nonce: "0x0",
      value: "0x0",
      gas: "0x0",
      input: calldataOf(batch),
    })),
  };
}
