import { accountIndex, blockRows, type L2Transaction, LINK_BIAS, messageWords } from "@cairn/protocol";
import { linkContentOf } from "@cairn/testkit";
import { describe, expect, it } from "vitest";
import { blockInputMap } from "../src/prove/input-map.ts";
import {
  AT,
  alice,
  bob,
  carol,
  DOMAIN,
  ETH,
  mallory,
  refusalOf,
  signatureOfWords,
  signed,
  slotOf,
  target,
  transfer,
  withdraw,
} from "./support/attack.ts";
import { program } from "./support/cache.ts";
import { CRYPTO } from "./support/crypto.ts";
import { circuitRefusal } from "./support/refusal.ts";
import { sampleClaim } from "./support/sample-block.ts";

const SLOTS = 1024;
const CAPACITY = SLOTS / 4;
const DISTANCE = 300;

describe("the circuit of a block of 1,024 slots", () => {
  it("holds for one with transactions and L1 operations of every kind, and for no other history", async () => {
    const { block, claim, witness } = sampleClaim(SLOTS, 13);
    const kinds = new Set(block.trace.slots.map(({ kind }) => kind));
    for (const kind of ["transfer", "transferToNew", "withdraw", "deposit", "forcedWithdraw", "setKey"] as const)
      expect(kinds).toContain(kind);
    const { circuit } = await program("block1024");
    expect(await circuitRefusal(circuit, blockInputMap(claim, witness))).toBeNull();
    const forged = { ...claim, after: { ...claim.after, history: claim.after.history + 1n } };
    expect(await circuitRefusal(circuit, blockInputMap(forged, witness))).toBe("claim: new history differs");
  });

  it("holds for one that is full: slots, L1 operations, new accounts, extras, payouts", async () => {
    const deposits = Array.from({ length: CAPACITY }, (_, i) => ({
      type: "deposit" as const,
      owner: carol.owner,
      tokenId: ETH,
      amount: BigInt(i + 1),
      index: accountIndex(0),
      key: carol.key,
    }));
    const transactions = Array.from({ length: SLOTS - CAPACITY }, (_, i) =>
      i < SLOTS - 2 * CAPACITY ? transfer({ nonce: 5 + i }) : withdraw({ nonce: 5 + i }),
    );
    const full = target({ slotCount: SLOTS, l1Operations: deposits, groups: transactions.map((one) => signed(one)) });
    const { witness, claim, cells } = full.built;
    expect(claim.after.nextIndex - claim.before.nextIndex).toBe(CAPACITY);
    expect(witness.payouts.every(({ target }) => target > 0n)).toBe(true);
    expect(cells).toHaveLength(3 * blockRows(SLOTS, CAPACITY));
    expect(await refusalOf(full)).toBeNull();
  });

  it("refuses links across 300 slots, with an offset of −300 that borrows from validUntil", async () => {
    const pays = transfer({ from: AT.malloryEth, to: AT.aliceEth, toOwner: alice.owner, toKey: alice.key });
    const repays = transfer({ from: AT.bobEth, to: AT.malloryEth, toOwner: mallory.owner, toKey: mallory.key });
    const between = Array.from({ length: DISTANCE - 1 }, (_, i) => signed(transfer({ nonce: 5 + i })));
    const block = target({ slotCount: SLOTS, groups: [signed(pays, mallory), ...between, signed(repays, bob)] });
    expect(await refusalOf(block)).toBeNull();

    const refused = await refusalOf(block, {
      witness: (witness) => {
        witness.linkTargets[0] = BigInt(DISTANCE);
        witness.linkTargets[DISTANCE] = 0n;
        slotOf(witness, 0).signature = signatureOfWords(linked(pays, DISTANCE, repays), mallory);
        slotOf(witness, DISTANCE).signature = signatureOfWords(linked(repays, -DISTANCE, pays), bob);
      },
    });
    expect(refused).toBe("links.nr: link.offset.assert_max_bit_size");
  });
});

/** What the sender would sign for a link over a distance that no message has room for. */
function linked(transaction: L2Transaction, distance: number, partner: L2Transaction) {
  const words = messageWords(transaction, DOMAIN);
  const word2 = words.word2 + BigInt(distance);
  expect(word2 >> 16n === words.word2 >> 16n).toBe(LINK_BIAS + distance >= 0);
  return { ...words, word2, linkContent: linkContentOf(partner, CRYPTO) };
}
