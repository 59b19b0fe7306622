import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  bytesToHex,
  decodeBatchHeader,
  encodeBatchHeader,
  hexToBytes,
} from "@cairn/protocol";
import * as z from "zod/mini";
import { countSchema, described, wordSchema } from "./values.ts";

/** What names a batch on L1: the preimage of the contract's `batchCommitment`, spec 7.4. */
export const committedBatchSchema = described(
  z.object({
    number: described(countSchema, "assigned by the contract"),
    header: described(
      z.string().check(z.regex(new RegExp(`^0x[0-9a-fA-F]{${2 * BATCH_HEADER_BYTES}}$`))),
      "fields of `BatchHeader` in the order of the struct",
    ),
    dataCommitment: wordSchema,
    payoutsHash: wordSchema,
  }),
  "their hash is",
);

/** What names a batch on L1, in JSON. */
export type CommittedBatchJson = z.infer<typeof committedBatchSchema>;

/** A batch as the contract committed to it. */
export interface CommittedBatch {
  /** As counted by the contract. */
  readonly batchNumber: number;
  readonly header: BatchHeader;
  /** 32 bytes each. */
  readonly dataCommitment: Uint8Array;
  readonly payoutsHash: Uint8Array;
}

/** As JSON. Throws `protocol/out-of-range`. */
export function committedBatchToJson(batch: CommittedBatch): CommittedBatchJson {
  return {
    number: batch.batchNumber,
    header: bytesToHex(encodeBatchHeader(batch.header)),
    dataCommitment: bytesToHex(batch.dataCommitment),
    payoutsHash: bytesToHex(batch.payoutsHash),
  };
}

/** Inverse of {@link committedBatchToJson}. Throws `protocol/unknown-circuit`, `protocol/malformed-data`, `protocol/bad-hex`. */
export function committedBatchFromJson(json: CommittedBatchJson): CommittedBatch {
  return {
    batchNumber: json.number,
    header: decodeBatchHeader(hexToBytes(json.header)),
    dataCommitment: hexToBytes(json.dataCommitment, 32),
    payoutsHash: hexToBytes(json.payoutsHash, 32),
  };
}
