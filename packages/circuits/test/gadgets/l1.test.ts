import {
  accountIndex,
  encodeL1Operation,
  FIELD_MODULUS,
  type L1Operation,
  MAX_ACCOUNTS,
  nextQueueHash,
  tokenId,
} from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesToWords, recordWitness } from "../../src/witness-parts.ts";
import { runGadget } from "../support/gadget.ts";

const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const positive = (bits: number) => fc.bigInt(1n, (1n << BigInt(bits)) - 1n);
const field = fc.bigInt(0n, FIELD_MODULUS - 1n);
const index = fc.oneof(fc.integer({ min: 0, max: 2 ** 24 - 1 }), fc.constantFrom(0, 1, 63, 64, 2 ** 24 - 1));

const operation: fc.Arbitrary<L1Operation> = fc.oneof(
  fc.record({
    type: fc.constant("deposit" as const),
    owner: positive(160),
    tokenId: uint(32).map((id) => tokenId(Number(id))),
    amount: positive(128),
    index: index.map(accountIndex),
    key: field,
  }),
  fc.record({ type: fc.constant("forcedWithdraw" as const), sender: positive(160), index: index.map(accountIndex) }),
  fc.record({
    type: fc.constant("setKey" as const),
    sender: positive(160),
    index: index.map(accountIndex),
    key: field.filter((key) => key !== 0n),
  }),
);

describe("l1_queue", () => {
  it("reads a record and extends the hash as the twins do", async () => {
    await fc.assert(
      fc.asyncProperty(operation, fc.uint8Array({ minLength: 32, maxLength: 32 }), async (op, hash) => {
        const output = await runGadget("l1_queue", { record: recordWitness(op), hash: bytesToWords(hash) });
        const isDeposit = op.type === "deposit";
        expect(output).toEqual([
          {
            is_l1: 1n,
            is_deposit: BigInt(isDeposit),
            is_forced_withdraw: BigInt(op.type === "forcedWithdraw"),
            is_set_key: BigInt(op.type === "setKey"),
            owner: isDeposit ? op.owner : op.sender,
            token_id: isDeposit ? BigInt(op.tokenId) : 0n,
            amount: isDeposit ? op.amount : 0n,
            index: BigInt(op.index),
            key: op.type === "forcedWithdraw" ? 0n : op.key,
          },
          bytesToWords(nextQueueHash(hash, encodeL1Operation(op))).map(BigInt),
        ]);
      }),
      { numRuns: 15 },
    );
  });

  it("keeps the hash without a record", async () => {
    const hash = [1, 2, 3, 4, 5, 6, 7, 0xffffffff];
    const [record, kept] = (await runGadget("l1_queue", { record: recordWitness(null), hash })) as [
      { is_l1: bigint },
      bigint[],
    ];
    expect(record.is_l1).toBe(0n);
    expect(kept).toEqual(hash.map(BigInt));
  });
});

describe("l1_outcome", () => {
  it("is the outcome of spec 2.8", async () => {
    const person = fc.constantFrom(1n, 2n);
    const token = fc.constantFrom(0n, 1n);
    const kind = fc.constantFrom("deposit", "forcedWithdraw", "setKey", "none");
    const keys = fc.tuple(fc.constantFrom(0n, 5n), fc.constantFrom(0n, 5n, 6n), fc.boolean());
    await fc.assert(
      fc.asyncProperty(
        kind,
        person,
        token,
        keys,
        fc.constantFrom(0n, 1n, 2n),
        token,
        fc.boolean(),
        async (...drawn) => {
          const [type, owner, recordToken, [recordKey, leafKey, ownerKey], leafOwner, leafToken, isFull] = drawn;
          const hit = leafOwner !== 0n && leafOwner === owner;
          const isVouched = leafKey === recordKey || (recordKey === 0n && ownerKey);
          const topsUp = type === "deposit" && hit && leafToken === recordToken && isVouched;
          const output = await runGadget("l1_outcome", {
            record: {
              isL1: type === "none" ? 0n : 1n,
              isDeposit: BigInt(type === "deposit"),
              isForcedWithdraw: BigInt(type === "forcedWithdraw"),
              isSetKey: BigInt(type === "setKey"),
              owner,
              tokenId: recordToken,
              amount: 9n,
              index: 64n,
              key: recordKey,
            },
            a: {
              leaf: {
                owner: leafOwner,
                tokenId: leafToken,
                nonce: 0n,
                ownerKey: BigInt(ownerKey),
                balance: 3n,
                key: leafKey,
              },
              present: leafOwner !== 0n,
              hash: 0n,
            },
            nextIndex: isFull ? BigInt(MAX_ACCOUNTS) : 64n,
          });
          expect(output).toEqual({
            tops_up: BigInt(topsUp),
            creates: BigInt(type === "deposit" && !topsUp && !isFull),
            refunds: BigInt(type === "deposit" && !topsUp && isFull),
            pays_out: BigInt(type === "forcedWithdraw" && hit),
            sets_key: BigInt(type === "setKey" && hit),
            has_key: BigInt(recordKey !== 0n),
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});
