import { type BatchHeaderStruct, computeBatchCommitment, rollupAbi, toHeaderStruct } from "@cairn/contracts";
import { bytesToHex, dataHash, type Hex, hexToBytes, isCairnError } from "@cairn/protocol";
import { decodeFunctionData, type Transaction, TransactionNotFoundError } from "viem";
import { l1Error } from "../errors.ts";
import type { L1Access } from "./access.ts";
import type { AcceptedEvent } from "./events.ts";

/** What is wrong with the transaction of a batch. */
export type SubmissionCheck = "transaction" | "header" | "dataHash";

/**
 * The data that a batch published, from its transaction's calldata. Throws `l1/batch-mismatch` unless the transaction
 * is to the rollup, its header is that of the event, and its data has the event's hash; `l1/unavailable`.
 *
 * @example const data = await readPublishedData(access, acceptedEvent);
 */
export async function readPublishedData(access: L1Access, event: AcceptedEvent): Promise<Uint8Array> {
  const { number, header } = event;
  const { hash, to, input } = await readTransaction(access, event);
  const isAsked = to?.toLowerCase() === access.rollup.address.toLowerCase() && hash === bytesToHex(event.transaction);
  if (!isAsked) throw mismatch(number, "transaction", `is in ${hash}, which is not to the rollup`);
  const sent = decodeSubmission(input, number);
  const ownHash = bytesToHex(event.dataHash);
  if (computeBatchCommitment(sent.header, ownHash) !== computeBatchCommitment(toHeaderStruct(header), ownHash)) {
    throw mismatch(number, "header", "has different headers in its event and its calldata");
  }
  const data = hexToBytes(sent.data);
  if (hashOf(event, data) !== ownHash) throw mismatch(number, "dataHash", "has data with another hash");
  return data;
}

function hashOf({ number, header }: AcceptedEvent, data: Uint8Array): Hex {
  try {
    return bytesToHex(dataHash(header.slots, data));
  } catch (cause) {
    if (!isCairnError(cause, "protocol/bad-length")) throw cause;
    throw mismatch(number, "dataHash", "has more data than its circuit allows", cause);
  }
}

function readTransaction({ rollup, call }: L1Access, event: AcceptedEvent): Promise<Transaction> {
  const { reader } = rollup;
  return call(`the transaction of batch ${event.number}`, async () => {
    try {
      return await reader.getTransaction({ hash: bytesToHex(event.transaction) });
    } catch (error) {
      // Nodes that prune their transaction index still find transactions by block and position.
      if (!(error instanceof TransactionNotFoundError)) throw error;
      return await reader.getTransaction({ blockHash: bytesToHex(event.blockHash), index: event.transactionIndex });
    }
  });
}

function decodeSubmission(input: Hex, number: number): { readonly header: BatchHeaderStruct; readonly data: Hex } {
  try {
    const call = decodeFunctionData({ abi: rollupAbi, data: input });
    if (call.functionName === "submitBatch") return { header: call.args[0], data: call.args[1] };
  } catch (cause) {
    throw mismatch(number, "transaction", "has calldata that is not a call of the rollup", cause);
  }
  throw mismatch(number, "transaction", "has calldata that does not submit a batch");
}

function mismatch(batch: number, check: SubmissionCheck, problem: string, cause?: unknown) {
  return l1Error("l1/batch-mismatch", `batch ${batch} ${problem}`, { cause, details: { batch, check } });
}
