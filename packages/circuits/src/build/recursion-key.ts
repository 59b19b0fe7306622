import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bytesToBigint, CairnError, FIELD_MODULUS } from "@cairn/protocol";
import type { CircuitsErrorCode } from "../errors.ts";
import type { VerificationKey } from "./verification-key.ts";

/** A verification key as the circuit takes it that verifies the key's proofs. */
export interface RecursionKey {
  /** {@link KEY_FIELDS} field elements. */
  readonly fields: readonly bigint[];
  /** What the proof system computes from the fields, and lists of keys contain. */
  readonly hash: bigint;
}

/** Field elements of a key and of a proof, as in `noir/aggregation/src/children.nr`. */
export const KEY_FIELDS = 115;
export const PROOF_FIELDS = 410;
const FIELD_BYTES = 32;

/**
 * Reads a key for recursion and its hash, which the prover keeps beside it. Throws `circuits/bad-key` when it is one for
 * the EVM, or not what this version of the prover writes.
 *
 * @example readRecursionKey(key).fields.length // 115
 */
export function readRecursionKey({ path, target }: VerificationKey): RecursionKey {
  if (target !== "recursion") throw badKey(`${path} is a key for the EVM`);
  const fields = toFields(readFileSync(path));
  const [hash, ...others] = toFields(readFileSync(join(dirname(path), "vk_hash"))) ?? [];
  if (fields?.length !== KEY_FIELDS) throw badKey(`${path} has not ${KEY_FIELDS} field elements`);
  if (hash === undefined || others.length > 0) throw badKey(`the hash beside ${path} is not one field element`);
  return { fields, hash };
}

/**
 * The field elements of a proof for recursion. Throws `circuits/bad-proof` when it is no such proof.
 *
 * @example proofFields(proof).length // 410
 */
export function proofFields(proof: Uint8Array): bigint[] {
  const fields = toFields(proof);
  if (fields?.length === PROOF_FIELDS) return fields;
  throw new CairnError<CircuitsErrorCode>(
    "circuits/bad-proof",
    `${proof.length} bytes are not ${PROOF_FIELDS} field elements`,
  );
}

/** Null when the bytes are not a sequence of field elements in their one encoding. */
function toFields(bytes: Uint8Array): bigint[] | null {
  if (bytes.length % FIELD_BYTES !== 0) return null;
  const fields = Array.from({ length: bytes.length / FIELD_BYTES }, (_, i) =>
    bytesToBigint(bytes.subarray(FIELD_BYTES * i, FIELD_BYTES * (i + 1))),
  );
  return fields.every((field) => field < FIELD_MODULUS) ? fields : null;
}

function badKey(reason: string): CairnError<CircuitsErrorCode> {
  return new CairnError<CircuitsErrorCode>("circuits/bad-key", reason);
}
