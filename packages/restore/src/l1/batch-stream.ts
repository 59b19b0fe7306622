import { type BatchHeader, type BatchHeaderFields, rollupAbi } from "@cairn/contracts";
import { bytesToHex, hexToBytes } from "@cairn/protocol";
import { decodeFunctionData, type Hex, type Transaction, TransactionNotFoundError } from "viem";
import { encodeHeaderBytes, headerFields } from "../batch-header.ts";
import { batchMismatch, type ChainPosition } from "../chain-position.ts";
import { restoreError } from "../errors.ts";
import { batchCommitment, type PublishedBatch } from "../published-batch.ts";
import type { WaitingEntry } from "../stored-records.ts";
import type { L1Access } from "./access.ts";
import { type CommitmentReader, createCommitmentReader } from "./contract-state.ts";
import { createQueueChain, type QueueChain } from "./queue-chain.ts";
import { type BatchLog, createRangeReader, type L1Range, readRollupLogs, type ScanLimits } from "./rollup-logs.ts";

/** Transactions fetched at a time. */
export const DEFAULT_CONCURRENCY = 24;

/** What {@link readBatches} reads. */
export interface BatchStreamOptions {
  /** Where the chain of batches stands; what came before is skipped. */
  readonly after: ChainPosition;
  readonly range: L1Range;
  /** Batches of the contract at the end of the range, where their commitments are read. */
  readonly batchCount: number;
  readonly concurrency?: number;
  readonly limits?: ScanLimits;
}

/** Batches from L1, and what of the queue they leave. */
export interface BatchStream {
  /**
   * The batches in order. Of each, transaction and event agree, the transaction is to the rollup, and header and data hash are
   * those that the contract committed to; all else is for `followBatch`. Throws `restore/l1-unavailable`,
   * `restore/events-incomplete`, `restore/batch-mismatch`, `restore/queue-mismatch`.
   */
  readonly batches: AsyncGenerator<PublishedBatch, void, void>;
  /** Entries that no batch consumed, and the queue's tail and hash; once the batches have ended. */
  readonly queue: Pick<QueueChain, "waiting" | "tail" | "tailHash">;
}

/** Reads batches from events and calldata, many transactions at a time. */
export function readBatches(access: L1Access, options: BatchStreamOptions): BatchStream {
  const queue = createQueueChain(options.after);
  return { batches: streamBatches(access, options, queue), queue };
}

async function* streamBatches(
  access: L1Access,
  options: BatchStreamOptions,
  queue: QueueChain,
): AsyncGenerator<PublishedBatch, void, void> {
  const { after, range, batchCount, concurrency = DEFAULT_CONCURRENCY } = options;
  const commitments = createCommitmentReader(access, batchCount, range.to);
  const ranges = createRangeReader(access, readRollupLogs, options.limits);
  const inFlight: Promise<PublishedBatch>[] = [];
  let next = after.batch + 1;
  for (let from = range.from; from <= range.to; ) {
    const { read, logs } = await ranges.forward({ from, to: range.to });
    for (const log of logs) {
      if (log.eventName === "L1OperationQueued") {
        queue.add(log);
        continue;
      }
      const number = Number(log.args.batchNumber);
      if (number <= after.batch) continue;
      if (number !== next) throw missingBatch(next, number);
      next++;
      const taken = takeEntries(queue, log);
      const fetched = fetchBatch(access, log, taken, commitments);
      // Awaited in order below; a failure that comes before its turn must not count as unhandled.
      fetched.catch(() => {});
      inFlight.push(fetched);
      const [oldest] = inFlight.length < concurrency ? [] : inFlight.splice(0, 1);
      if (oldest !== undefined) yield await oldest;
    }
    from = read.to + 1;
  }
  for (const fetched of inFlight) yield await fetched;
  if (next <= batchCount) throw missingBatch(next, null);
}

interface TakenEntries {
  readonly entries: readonly WaitingEntry[];
  readonly resumeBlock: number;
}

function takeEntries(queue: QueueChain, { args, blockNumber }: BatchLog): TakenEntries {
  const entries = queue.consume(args.header.l1OperationCount);
  const [oldest] = queue.waiting();
  const l1Block = Number(blockNumber);
  const head = queue.tail() - queue.waiting().length;
  if (args.queueHead !== BigInt(head)) {
    throw batchMismatch(Number(args.batchNumber), "queueHead", `leaves the queue at ${args.queueHead}, not ${head}`);
  }
  return { entries, resumeBlock: Math.min(l1Block, oldest?.l1Block ?? l1Block) };
}

async function fetchBatch(
  access: L1Access,
  log: BatchLog,
  { entries, resumeBlock }: TakenEntries,
  commitments: CommitmentReader,
): Promise<PublishedBatch> {
  const number = Number(log.args.batchNumber);
  const header = headerOf(log.args.header, number);
  const transaction = await readTransaction(access, log);
  const { rollup } = access;
  if (transaction.to?.toLowerCase() !== rollup.address.toLowerCase() || transaction.hash !== log.transactionHash) {
    throw batchMismatch(number, "transaction", `is in ${transaction.hash}, which is not to the rollup`);
  }
  const { header: sent, data } = decodeSubmission(transaction.input, number);
  if (bytesToHex(encodeHeaderBytes(headerOf(sent, number))) !== bytesToHex(encodeHeaderBytes(header))) {
    throw batchMismatch(number, "header", "has another header in its event than in its calldata");
  }
  const batch: PublishedBatch = {
    number,
    header,
    dataHash: hexToBytes(log.args.dataHash, 32),
    publishedData: hexToBytes(data),
    l1Operations: entries.map(({ operation }) => operation),
    queueHash: hexToBytes(log.args.queueHash, 32),
    origin: {
      l1Block: Number(log.blockNumber),
      transactionHash: hexToBytes(log.transactionHash, 32),
      resumeBlock,
    },
  };
  if ((await commitments.of(number)) !== batchCommitment(batch)) {
    throw batchMismatch(number, "commitment", "is not the one that the contract committed to");
  }
  return batch;
}

function readTransaction({ rollup, call }: L1Access, log: BatchLog): Promise<Transaction> {
  const { reader } = rollup;
  return call(`the transaction of batch ${log.args.batchNumber}`, async () => {
    try {
      return await reader.getTransaction({ hash: log.transactionHash });
    } catch (error) {
      // Nodes that prune their index of transactions still find them by place.
      if (!(error instanceof TransactionNotFoundError)) throw error;
      return await reader.getTransaction({ blockHash: log.blockHash, index: log.transactionIndex });
    }
  });
}

function decodeSubmission(input: Hex, number: number): { readonly header: BatchHeader; readonly data: Hex } {
  try {
    const call = decodeFunctionData({ abi: rollupAbi, data: input });
    if (call.functionName === "submitBatch") return { header: call.args[0], data: call.args[1] };
  } catch (cause) {
    throw batchMismatch(number, "transaction", "has calldata that is no call of the rollup", cause);
  }
  throw batchMismatch(number, "transaction", "has calldata that submits nothing");
}

function headerOf(header: BatchHeader, number: number): BatchHeaderFields {
  try {
    return headerFields(header);
  } catch (cause) {
    throw batchMismatch(number, "header", "names an unknown circuit", cause);
  }
}

function missingBatch(batch: number, found: number | null) {
  const before = found === null ? "" : ` before ${found}`;
  return restoreError("restore/events-incomplete", `the event of batch ${batch} is missing${before}`, {
    details: { batch },
  });
}
