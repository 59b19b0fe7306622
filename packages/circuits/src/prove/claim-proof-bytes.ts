import {
  bigintToBytes,
  bytesToBigint,
  CairnError,
  CLAIM_INPUTS,
  type Claim,
  claimInputs,
  concatBytes,
  FIELD_MODULUS,
} from "@cairn/protocol";
import { KEY_FIELDS, PROOF_FIELDS, proofFields } from "../build/recursion-key.ts";
import { INNER_CIRCUITS } from "../circuits.ts";
import type { CircuitsErrorCode } from "../errors.ts";
import type { ClaimProof } from "../witness/children.ts";

const FIELD_BYTES = 32;
const ROLLUP_BITS = 160;
const FIELDS = CLAIM_INPUTS + 1 + KEY_FIELDS + PROOF_FIELDS;
/** Length of an encoded proof with its claim and key: 17,185 bytes. */
export const CLAIM_PROOF_BYTES = 1 + FIELD_BYTES * FIELDS;

/**
 * A proof with all that a merge or a batch takes of it, for a database or another machine: circuit 1 byte ‖ claim 11 ‖ key
 * hash 1 ‖ key 115 ‖ proof 410 field elements. Throws `circuits/bad-proof`, `protocol/out-of-range`.
 *
 * @example encodeClaimProof(proof).length // 17185
 */
export function encodeClaimProof({ circuit, claim, key, proof }: ClaimProof): Uint8Array {
  const fields = [...claimInputs(claim), key.hash, ...key.fields, ...proofFields(proof)];
  const circuitByte = Uint8Array.of(INNER_CIRCUITS.indexOf(circuit));
  return concatBytes(circuitByte, ...fields.map((field) => bigintToBytes(field, FIELD_BYTES)));
}

/**
 * Inverse of {@link encodeClaimProof}. Whoever takes such bytes from others has them checked by the circuit and the last
 * verifier only: key, claim and proof may still be false. Throws `circuits/bad-proof`, `protocol/out-of-range`.
 *
 * @example decodeClaimProof(encodeClaimProof(proof)).claim.lastBlock
 */
export function decodeClaimProof(bytes: Uint8Array): ClaimProof {
  const circuit = INNER_CIRCUITS[bytes[0] ?? INNER_CIRCUITS.length];
  if (bytes.length !== CLAIM_PROOF_BYTES || circuit === undefined) throw badProof(`${bytes.length} bytes`);
  const fields = Array.from({ length: FIELDS }, (_, i) =>
    bytesToBigint(bytes.subarray(1 + FIELD_BYTES * i, 1 + FIELD_BYTES * (i + 1))),
  );
  if (!fields.every((field) => field < FIELD_MODULUS)) throw badProof("an element is the modulus or more");
  const [hash = 0n] = fields.slice(CLAIM_INPUTS);
  return {
    circuit,
    claim: claimOf(fields.slice(0, CLAIM_INPUTS)),
    key: { hash, fields: fields.slice(CLAIM_INPUTS + 1, CLAIM_INPUTS + 1 + KEY_FIELDS) },
    proof: bytes.slice(bytes.length - FIELD_BYTES * PROOF_FIELDS),
  };
}

/** Inverse of `claimInputs`, which checks the widths. */
function claimOf(inputs: readonly bigint[]): Claim {
  const [domain = 0n, firstBlock = 0n, lastBlock = 0n, firstTimestamp = 0n, lastTimestamp = 0n, ...states] = inputs;
  const state = ([root = 0n, nextIndex = 0n, history = 0n]: readonly bigint[]) => ({
    root,
    nextIndex: Number(nextIndex),
    history,
  });
  const claim = {
    domain: { chainId: domain >> BigInt(ROLLUP_BITS), rollup: BigInt.asUintN(ROLLUP_BITS, domain) },
    firstBlock,
    lastBlock,
    firstTimestamp,
    lastTimestamp,
    before: state(states.slice(0, 3)),
    after: state(states.slice(3)),
  };
  claimInputs(claim);
  return claim;
}

function badProof(reason: string): CairnError<CircuitsErrorCode> {
  return new CairnError<CircuitsErrorCode>("circuits/bad-proof", `not a proof with claim and key: ${reason}`);
}
