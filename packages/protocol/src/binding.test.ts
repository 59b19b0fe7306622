import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  batchInputs,
  bindBatch,
  bindingPoint,
  evaluateCells,
  evaluateL1Operations,
  evaluatePayouts,
  type PointFields,
  pointPreimage,
} from "./binding.ts";
import { bigintToBytes, bytesToHex } from "./bytes.ts";
import { claimInputs } from "./claim.ts";
import { BLOB_MODULUS, FIELD_MODULUS } from "./constants.ts";
import { accountIndex, tokenId } from "./ids.ts";
import type { L1Operation } from "./l1-operation.ts";
import { l1Entry, payoutEntry } from "./lists.ts";

const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const field = fc.bigInt(0n, FIELD_MODULUS - 1n);
const nextIndex = fc.integer({ min: 64, max: 2 ** 24 });
const state = fc.record({ root: field, nextIndex, history: field });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const claim = fc.record({
  domain: fc.record({ chainId: uint(64), rollup: uint(160) }),
  firstBlock: uint(64),
  lastBlock: uint(64),
  firstTimestamp: uint(64),
  lastTimestamp: uint(64),
  before: state,
  after: state,
});
const pointFields: fc.Arbitrary<PointFields> = fc.record({
  claim,
  blocksRoot: field,
  submitter: uint(160),
  dataSource: fc.constantFrom("calldata" as const, "blob" as const),
  dataCommitment: hash,
  queueHash: hash,
  payoutsHash: hash,
});
const operation: fc.Arbitrary<L1Operation> = fc.record({
  type: fc.constant("deposit" as const),
  owner: fc.bigInt(1n, 2n ** 160n - 1n),
  tokenId: fc.nat().map(tokenId),
  amount: fc.bigInt(1n, 2n ** 128n - 1n),
  index: fc.integer({ min: 0, max: 2 ** 24 - 1 }).map(accountIndex),
  key: field,
});
const payout = fc.record({
  recipient: fc.bigInt(1n, 2n ** 160n - 1n),
  tokenId: fc.nat().map(tokenId),
  amount: uint(128),
});

/** Σ words[i] · point^i, term by term. */
const sumOf = (words: readonly bigint[], point: bigint, modulus: bigint): bigint => {
  let [sum, power] = [0n, 1n];
  for (const word of words) [sum, power] = [(sum + word * power) % modulus, (power * point) % modulus];
  return sum;
};

describe("the point", () => {
  it("is the hash of 17 words, of which the first 12 are public inputs", () => {
    fc.assert(
      fc.property(pointFields, (fields) => {
        const preimage = pointPreimage(fields);
        expect(preimage).toHaveLength(17 * 32);
        const inputs = [...claimInputs(fields.claim), fields.blocksRoot, fields.submitter];
        inputs.forEach((input, i) => {
          expect(bytesToHex(preimage.subarray(32 * i, 32 * i + 32))).toBe(bytesToHex(bigintToBytes(input, 32)));
        });
        expect(bindingPoint(fields)).toBeLessThan(2n ** 248n);
      }),
    );
  });

  it("depends on every word", () => {
    fc.assert(
      fc.property(pointFields, (fields) => {
        const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 31 ? byte ^ 1 : byte));
        const flipped = (value: bigint): bigint => (value === 0n ? 1n : value - 1n);
        const { claim: honest } = fields;
        const claims = (["firstBlock", "lastBlock", "firstTimestamp", "lastTimestamp"] as const).map((name) => ({
          ...honest,
          [name]: flipped(honest[name]),
        }));
        const states = (["before", "after"] as const).flatMap((end) => [
          { ...honest, [end]: { ...honest[end], root: flipped(honest[end].root) } },
          { ...honest, [end]: { ...honest[end], history: flipped(honest[end].history) } },
          { ...honest, [end]: { ...honest[end], nextIndex: honest[end].nextIndex - 1 } },
        ]);
        const domain = { ...honest, domain: { ...honest.domain, chainId: flipped(honest.domain.chainId) } };
        const altered: PointFields[] = [
          ...[...claims, ...states, domain].map((one) => ({ ...fields, claim: one })),
          { ...fields, blocksRoot: flipped(fields.blocksRoot) },
          { ...fields, submitter: flipped(fields.submitter) },
          { ...fields, dataSource: fields.dataSource === "blob" ? "calldata" : "blob" },
          { ...fields, dataCommitment: flip(fields.dataCommitment) },
          { ...fields, queueHash: flip(fields.queueHash) },
          { ...fields, payoutsHash: flip(fields.payoutsHash) },
        ];
        expect(new Set([fields, ...altered].map(bindingPoint)).size).toBe(18);
      }),
      { numRuns: 10 },
    );
  });
});

describe("evaluations", () => {
  it("are the polynomials' values, and public inputs 13 to 16", () => {
    fc.assert(
      fc.property(
        pointFields,
        fc.array(uint(208), { maxLength: 20 }),
        fc.array(operation, { maxLength: 4 }),
        fc.array(payout, { maxLength: 4 }),
        (fields, cells, l1Operations, payouts) => {
          const binding = bindBatch(fields, { cells, l1Operations, payouts });
          const { point } = binding;
          expect(evaluateCells(cells, point)).toBe(sumOf(cells, point, BLOB_MODULUS));
          const l1Words = l1Operations.flatMap(l1Entry);
          expect(evaluateL1Operations(l1Operations, point)).toBe(sumOf(l1Words, point, FIELD_MODULUS));
          const payoutWords = payouts.flatMap((one) => payoutEntry(one).slice(0, 2));
          expect(evaluatePayouts(payouts, point)).toBe(sumOf(payoutWords, point, FIELD_MODULUS));
          const inputs = batchInputs(fields.claim, binding);
          expect(inputs).toHaveLength(17);
          expect((inputs[13] ?? 0n) + ((inputs[14] ?? 0n) << 128n)).toBe(binding.evaluation);
          expect([inputs[11], inputs[12]]).toEqual([binding.blocksRoot, point]);
          expect(inputs.slice(15)).toEqual([binding.l1Evaluation, binding.payoutsEvaluation]);
        },
      ),
    );
  });
});
