import { linkContentHash, messageHash, verify } from "@cairn/crypto";
import { linkContentWords, messageWords } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { ALICE, accountOf, BOB, DOMAIN } from "../test/people.ts";
import { existingPayee } from "./payee.ts";
import { acceptOffer, makeOffer, offerFromJson, offerToJson, type SwapOffer, swapTerms } from "./swap.ts";
import { createWallet } from "./wallet.ts";

const maker = createWallet({ secret: ALICE.secretKey, domain: DOMAIN });
const taker = createWallet({ secret: BOB.secretKey, domain: DOMAIN });
const ETH_OF_MAKER = accountOf(ALICE, { index: 64 });
const USD_OF_MAKER = accountOf(ALICE, { index: 65, tokenId: 1 });
const ETH_OF_TAKER = accountOf(BOB, { index: 66 });
const USD_OF_TAKER = accountOf(BOB, { index: 67, tokenId: 1, nonce: 3 });
const TERMS = { giveTokenId: 1, giveAmount: 300n, giveFee: 2n, receiveTokenId: 0, receiveAmount: 100n };

const proposal = {
  give: { from: ETH_OF_MAKER, amount: 100n, fee: 1n, to: existingPayee(ETH_OF_TAKER) },
  want: { from: USD_OF_TAKER, amount: 300n, fee: 2n, to: existingPayee(USD_OF_MAKER) },
};
const offer = makeOffer(maker, proposal);
const accept = { from: USD_OF_TAKER, owner: BOB.owner, makerKey: ALICE.key, terms: TERMS };
const refused = expect.objectContaining({ code: "sdk/bad-offer" });

describe("swap", () => {
  it("is two transfers that name each other, each signed by its side", () => {
    const sent = offerFromJson(JSON.parse(JSON.stringify(offerToJson(offer))));
    expect(swapTerms(sent)).toEqual(TERMS);
    const [first, second] = acceptOffer(taker, sent, accept);
    for (const [mine, other, offset, key] of [
      [first, second, 1, ALICE.key],
      [second, first, -1, BOB.key],
    ] as const) {
      expect(mine.transaction).toMatchObject({
        link: { offset, content: linkContentHash(linkContentWords(other.transaction)) },
      });
      expect(verify(messageHash(messageWords(mine.transaction, DOMAIN)), mine.signature, key)).toBe(true);
    }
    expect(second.transaction).toMatchObject({ nonce: 3, from: 67, type: "transfer", to: 65 });
  });

  it("may create the taker's account", () => {
    const made = makeOffer(maker, {
      ...proposal,
      give: { ...proposal.give, to: { type: "new", owner: BOB.owner, key: BOB.key } },
    });
    const sent = offerFromJson(JSON.parse(JSON.stringify(offerToJson(made))));
    expect(acceptOffer(taker, sent, accept)[0].transaction.type).toBe("transferToNew");
  });

  it("is not accepted on terms other than those agreed", () => {
    for (const change of [
      { giveTokenId: 0 },
      { giveAmount: 299n },
      { giveFee: 0n },
      { receiveTokenId: 1 },
      { receiveAmount: 101n },
    ]) {
      expect(() => acceptOffer(taker, offer, { ...accept, terms: { ...TERMS, ...change } })).toThrow(refused);
    }
  });

  it("is not accepted when the maker's side was altered, is another's, or of another rollup", () => {
    const alter = (change: object): SwapOffer => ({
      ...offer,
      maker: { ...offer.maker, transaction: { ...offer.maker.transaction, ...change } },
    });
    const other = { ...DOMAIN, rollup: 1n };
    for (const [bad, how] of [
      [alter({ nonce: 8 }), accept],
      [alter({ link: null }), accept],
      [alter({ link: { offset: -1, content: offer.maker.transaction.link?.content } }), accept],
      [{ ...offer, taker: { ...offer.taker, to: 99 } }, accept],
      [{ ...offer, domain: other }, accept],
      [offer, { ...accept, makerKey: BOB.key }],
    ] as const) {
      expect(() => acceptOffer(taker, bad as SwapOffer, how)).toThrow(refused);
    }
  });

  it("is not accepted for an account other than the one it debits, nor when it pays someone else", () => {
    expect(() => acceptOffer(taker, offer, { ...accept, from: { ...USD_OF_TAKER, index: 70 } })).toThrow(refused);
    expect(() => acceptOffer(taker, offer, { ...accept, owner: ALICE.owner })).toThrow(refused);
    const toOther = makeOffer(maker, { ...proposal, give: { ...proposal.give, to: existingPayee(USD_OF_MAKER) } });
    expect(() => acceptOffer(taker, toOther, accept)).toThrow(refused);
  });

  it("is refused in any other form", () => {
    const json = offerToJson(offer) as Record<string, Record<string, unknown>>;
    for (const bad of [
      null,
      [],
      { ...json, version: 2 },
      { ...json, chainId: 1 },
      { ...json, rollup: "0x" },
      { ...json, maker: {} },
      { ...json, taker: { ...json.taker, amount: -1 } },
      { ...json, taker: { ...json.taker, extra: 1 } },
      { ...json, maker: { ...json.maker, signature: `0x${"00".repeat(64)}` } },
    ]) {
      expect(() => offerFromJson(bad)).toThrow(refused);
    }
  });
});
