import { type BlobKzg, blobToCells } from "@cairn/blobs";
import { type BatchHeader2Struct, fromHeader2Struct, rollup2Abi } from "@cairn/contracts";
import { createBeaconSource, readBlob } from "@cairn/l1";
import {
  bytesToCells,
  CairnError,
  calldataCommitment,
  DATA_SOURCE,
  decodeL1Operation,
  decodePayoutList,
  encodeBatchHeader2,
  type Hex,
  hexToBytes,
  isSameBytes,
  type L1Operation,
  QUEUE_RECORD_BYTES,
} from "@cairn/protocol";
import type { AcceptedBatch2 } from "@cairn/vm";
import { decodeFunctionData } from "viem";
import type { DevnetErrorCode } from "../errors.ts";
import type { DevRollup2 } from "./dev-rollup.ts";

/** What L1's event says of a batch, and where it is. */
interface SubmittedEvent {
  readonly transactionHash: Hex;
  readonly blockNumber: bigint;
  readonly args: {
    readonly batchNumber: bigint;
    readonly header: BatchHeader2Struct;
    readonly dataCommitment: Hex;
    readonly payoutsHash: Hex;
    readonly queueHead: bigint;
  };
}

/**
 * All batches of a development rollup from L1 alone: events, transactions, blobs from anvil's beacon API, in order. Throws
 * `l1/blob-unavailable`, `devnet/batch-mismatch` when a transaction's data is not what the contract accepted, and as viem.
 *
 * @example for (const batch of await readAcceptedBatches2(devnet, kzg)) position = followBatch2(position, batch, compress).position;
 */
export async function readAcceptedBatches2(devnet: DevRollup2, kzg: BlobKzg): Promise<AcceptedBatch2[]> {
  const { reader, deployment } = devnet;
  const events = await reader.getContractEvents({
    address: deployment.rollup,
    abi: rollup2Abi,
    eventName: "BatchSubmitted",
    fromBlock: deployment.blockNumber,
    strict: true,
  });
  const batches: AcceptedBatch2[] = [];
  for (const event of events) batches.push(await readBatch(devnet, event, kzg));
  return batches;
}

async function readBatch(devnet: DevRollup2, event: SubmittedEvent, kzg: BlobKzg): Promise<AcceptedBatch2> {
  const { batchNumber, header, dataCommitment, payoutsHash, queueHead } = event.args;
  const { input, blobVersionedHashes } = await devnet.reader.getTransaction({ hash: event.transactionHash });
  const call = decodeFunctionData({ abi: rollup2Abi, data: input });
  if (call.functionName !== "submitBatch") throw mismatch(batchNumber, `its transaction calls ${call.functionName}`);
  const [submitted, records, payouts, , data] = call.args;
  if (!isSameBytes(headerBytes(submitted), headerBytes(header))) throw mismatch(batchNumber, "its headers differ");
  const isInBlob = header.dataSource === DATA_SOURCE.blob;
  if (isInBlob && blobVersionedHashes?.[0] !== dataCommitment) throw mismatch(batchNumber, "its blob is not the first");
  const queueHash = await devnet.reader.readContract({
    address: devnet.deployment.rollup,
    abi: rollup2Abi,
    functionName: "queueEntry",
    args: [queueHead - 1n],
  });
  return {
    number: Number(batchNumber),
    header: fromHeader2Struct(header),
    cells: isInBlob ? await readBlobCells(devnet, event, kzg) : readCalldata(event, data),
    l1Operations: decodeRecords(hexToBytes(records)),
    payouts: decodePayoutList(hexToBytes(payouts)),
    payoutsHash: hexToBytes(payoutsHash),
    queueHash: hexToBytes(queueHash.queueHash),
  };
}

const headerBytes = (header: BatchHeader2Struct): Uint8Array => encodeBatchHeader2(fromHeader2Struct(header));

function readCalldata({ args }: SubmittedEvent, data: Hex): bigint[] {
  const bytes = hexToBytes(data);
  if (isSameBytes(calldataCommitment(bytes), hexToBytes(args.dataCommitment))) return bytesToCells(bytes);
  throw mismatch(args.batchNumber, "its data has another hash than its event says");
}

async function readBlobCells({ rpcUrl }: DevRollup2, event: SubmittedEvent, kzg: BlobKzg): Promise<bigint[]> {
  const { args, blockNumber } = event;
  const beacon = createBeaconSource({ url: rpcUrl, slots: { type: "number" } });
  const versionedHash = hexToBytes(args.dataCommitment);
  // Anvil names its slots by block numbers; no time is asked for.
  return blobToCells(
    await readBlob([beacon], { versionedHash, l1Block: Number(blockNumber), l1Timestamp: 0 }, { kzg }),
  );
}

function decodeRecords(bytes: Uint8Array): L1Operation[] {
  return Array.from({ length: bytes.length / QUEUE_RECORD_BYTES }, (_, i) =>
    decodeL1Operation(bytes.subarray(i * QUEUE_RECORD_BYTES, (i + 1) * QUEUE_RECORD_BYTES)),
  );
}

function mismatch(batch: bigint, problem: string): CairnError<DevnetErrorCode> {
  return new CairnError<DevnetErrorCode>("devnet/batch-mismatch", `batch ${batch}: ${problem}`);
}
