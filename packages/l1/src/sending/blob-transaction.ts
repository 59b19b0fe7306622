import type { BlobSidecar } from "@cairn/blobs/format";
import { bytesToHex, type Hex } from "@cairn/protocol";
import {
  type Address,
  concat,
  fromRlp,
  keccak256,
  type LocalAccount,
  type TransactionSerializableEIP4844,
  toRlp,
} from "viem";
import { l1Error } from "../errors.ts";
import type { GasFees } from "./fees.ts";

/** First byte of a blob transaction (EIP-4844), and version of a sidecar with cell proofs (EIP-7594). */
const BLOB_TRANSACTION_TYPE = "0x03";
const CELL_PROOFS_VERSION = "0x01";
/** Fields of a signed blob transaction without its sidecar. */
const SIGNED_FIELDS = 14;

/** Fees of a blob transaction in wei: per gas, and per blob gas. */
export interface BlobGasFees extends GasFees {
  readonly maxFeePerBlobGas: bigint;
}

/** A call that names blobs; it pays nothing. */
export interface BlobCall {
  readonly to: Address;
  readonly data: Hex;
  readonly gas: bigint;
  /** 32 bytes each, at least one. */
  readonly versionedHashes: readonly Uint8Array[];
}

/** A signed blob transaction without its sidecar: what L1 includes, and what its hash is of. */
export interface SignedBlobTransaction {
  readonly hash: Hex;
  readonly signed: Hex;
}

/**
 * Signs a blob transaction; the sidecar is no part of what is signed. Throws what the account throws.
 *
 * @example const { hash, signed } = await signBlobTransaction(account, { chainId, nonce, call, fees });
 */
export async function signBlobTransaction(
  account: LocalAccount,
  {
    chainId,
    nonce,
    call,
    fees,
  }: {
    readonly chainId: number;
    readonly nonce: number;
    readonly call: BlobCall;
    readonly fees: BlobGasFees;
  },
): Promise<SignedBlobTransaction> {
  const { to, data, gas, versionedHashes } = call;
  const transaction: TransactionSerializableEIP4844 = {
    type: "eip4844",
    chainId,
    nonce,
    to,
    data,
    value: 0n,
    gas,
    ...fees,
    blobVersionedHashes: versionedHashes.map(bytesToHex),
    sidecars: false,
  };
  const signed = await account.signTransaction(transaction);
  return { hash: keccak256(signed), signed };
}

/**
 * A signed blob transaction with the sidecars of its blobs, as L1 nodes take it since Fusaka: cell proofs in place of blob
 * proofs. Throws `l1/bad-transaction` for bytes that are no signed blob transaction of exactly these blobs.
 *
 * @example await reader.request({ method: "eth_sendRawTransaction", params: [withSidecars(signed, [sidecar])] });
 */
export function withSidecars(signed: Hex, sidecars: readonly BlobSidecar[]): Hex {
  const body = decodeBody(signed);
  const hashes = body[BLOB_HASHES];
  const own = sidecars.map(({ versionedHash }) => bytesToHex(versionedHash));
  if (!Array.isArray(hashes) || hashes.length === 0 || hashes.join() !== own.join()) {
    throw l1Error("l1/bad-transaction", `the blob transaction names other blobs than ${own.join(", ")}`);
  }
  return concat([
    BLOB_TRANSACTION_TYPE,
    toRlp([
      body,
      CELL_PROOFS_VERSION,
      sidecars.map(({ blob }) => bytesToHex(blob)),
      sidecars.map(({ commitment }) => bytesToHex(commitment)),
      sidecars.flatMap(({ cellProofs }) => cellProofs.map(bytesToHex)),
    ]),
  ]);
}

/** Place of the versioned hashes in a blob transaction. */
const BLOB_HASHES = 10;

type RlpList = readonly RlpItem[];
type RlpItem = Hex | RlpList;

function decodeBody(signed: Hex): RlpItem[] {
  const isBlob = signed.toLowerCase().startsWith(BLOB_TRANSACTION_TYPE);
  const body = isBlob ? decodeRlp(`0x${signed.slice(BLOB_TRANSACTION_TYPE.length)}`) : null;
  if (!Array.isArray(body) || body.length !== SIGNED_FIELDS) {
    throw l1Error("l1/bad-transaction", "the bytes are no signed blob transaction without a sidecar");
  }
  return body;
}

function decodeRlp(bytes: Hex): RlpItem | null {
  try {
    return fromRlp(bytes, "hex") as RlpItem;
  } catch {
    return null;
  }
}
