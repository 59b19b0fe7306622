import { type BatchHeader, bigintToHex, CairnError, type Hex } from "@cairn/protocol";
import type { ContractFunctionArgs } from "viem";
import { toHeaderStruct } from "./batch.ts";
import type { ContractsErrorCode } from "./errors.ts";
import type { receiptsAbi } from "./generated/receipts-abi.ts";

/** A receipt as the contract `Receipts` takes it. Spec: docs/spec/3-published-data.md, 3.9. */
export type ReceiptStruct = ContractFunctionArgs<typeof receiptsAbi, "view", "cellAt">[1];

/** Three siblings for each of the levels above 64 block hashes. */
const BLOCK_SIBLINGS = 9;

/** The Merkle path of a receipt, as `makeReceipt` of the crypto package gives it. */
interface ReceiptPath {
  readonly block: number;
  readonly previousBlockHash: bigint;
  readonly headerCell: bigint;
  readonly position: number;
  readonly cell: bigint;
  readonly cellSiblings: readonly (readonly bigint[])[];
  readonly blockSiblings: readonly (readonly bigint[])[];
}

/**
 * A receipt with what names its batch, as `cellAt` and `slotAt` take it. Throws `protocol/out-of-range`,
 * `contracts/bad-receipt` for a path that no batch has.
 *
 * @example receiptStruct({ batchNumber: 3n, header, dataCommitment, payoutsHash }, makeReceipt(batch, 0, 5))
 */
export function receiptStruct(
  batch: {
    readonly batchNumber: bigint;
    readonly header: BatchHeader;
    readonly dataCommitment: Hex;
    readonly payoutsHash: Hex;
  },
  path: ReceiptPath,
): ReceiptStruct {
  const words = (siblings: ReceiptPath["cellSiblings"]): Hex[] => siblings.flat().map((node) => bigintToHex(node, 32));
  const blockSiblings = words(path.blockSiblings);
  if (!isBlockPath(blockSiblings)) {
    const reason = `${blockSiblings.length} siblings above the block hash`;
    throw new CairnError<ContractsErrorCode>("contracts/bad-receipt", reason);
  }
  return {
    ...batch,
    header: toHeaderStruct(batch.header),
    blockPosition: BigInt(path.block),
    previousBlockHash: bigintToHex(path.previousBlockHash, 32),
    headerCell: path.headerCell,
    position: BigInt(path.position),
    cell: path.cell,
    cellSiblings: words(path.cellSiblings),
    blockSiblings,
  };
}

function isBlockPath(siblings: readonly Hex[]): siblings is ReceiptStruct["blockSiblings"] {
  return siblings.length === BLOCK_SIBLINGS;
}
