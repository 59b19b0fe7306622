import { MAX_ACCOUNTS } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runGadget } from "../support/gadget.ts";

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
