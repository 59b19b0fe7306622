import { addressToBigint } from "@cairn/protocol";
import { wordToBigint } from "@cairn/rpc";
import { sdkError } from "../errors.ts";
import { findAccount, ownAccounts, type Payee } from "../payee.ts";
import type { L2Document } from "../requests/document.ts";
import type { Handle } from "../requests/handle.ts";
import { acceptParts, offerFromJson, offerOf, offerParts, offerToJson, type SwapTerms } from "../swap.ts";
import { toCommon, toTransfer } from "../wallet.ts";
import type { CairnClient } from "./context.ts";
import { type L2Session, ownAccount } from "./l2-session.ts";
import { assertCovered, feeFor, type PayeeRef, payeeOf, senderFor } from "./paying.ts";
import { sendOnL2 } from "./request-on-l2.ts";
import type { RequestOptions } from "./send-on-l1.ts";
import type { MakeTransaction } from "./send-on-l2.ts";
import type { TokenRef } from "./tokens.ts";

/** Parameters of {@link offerSwap}. */
export interface OfferSwapParameters extends RequestOptions {
  /** What the maker pays, and to which of the taker's accounts. */
  readonly give: {
    readonly amount: bigint;
    readonly token?: TokenRef;
    readonly from?: number;
    readonly to: PayeeRef;
    readonly fee?: bigint;
    readonly maxFee?: bigint;
  };
  /** What the taker pays from its account; to the maker's account in that token by default, else to a new one. */
  readonly want: { readonly amount: bigint; readonly from: number; readonly to?: PayeeRef; readonly fee?: bigint };
  /** Last second at which the maker's side may run. */
  readonly validUntil?: number;
}

/** Parameters of {@link acceptSwap}. */
export interface AcceptSwapParameters extends RequestOptions {
  /** The maker's offer, as it was handed over. */
  readonly offer: unknown;
  /** What was agreed; an offer that differs is refused. */
  readonly terms: SwapTerms;
  readonly validUntil?: number;
}

/** A swap that waits for its taker. */
export interface OfferedSwap extends Handle<"swap"> {
  /** What the taker gets, as JSON. */
  readonly offer: object;
}

/**
 * Signs the maker's side of a swap: both payments run together or not at all, and the signature is worthless with any
 * other counterpart. The offer takes the account's next nonce without holding it: whatever the account sends before the
 * offer is taken makes it void. Throws as `transfer`.
 *
 * @example
 * const swap = await offerSwap(client, { give: { amount: 100n, to: 70 }, want: { amount: 300n, from: 71 } });
 * send(JSON.stringify(swap.offer));
 * await swap.wait({ for: "confirmed", timeout: 600_000 });
 */
export async function offerSwap(client: CairnClient, parameters: OfferSwapParameters): Promise<OfferedSwap> {
  const { requestId, give, want, validUntil } = parameters;
  const handle = await sendOnL2(client, {
    kind: "swap",
    purpose: "swap",
    role: "maker",
    requestId,
    wanted: { give, want, validUntil: validUntil ?? null },
    draft: async (session) => {
      const from = await senderFor(session, give);
      const taker = await findAccount(session.node, want.from);
      if (taker === null) throw sdkError("sdk/unknown-account", `the taker has no account ${want.from}`);
      const { tokenId } = taker;
      const payee = await payeeOf(session, give.to, from.tokenId);
      const fees = await Promise.all([
        feeFor(session, give, { kind: "transfer", tokenId: from.tokenId, limit: give.amount }),
        feeFor(session, want, { kind: "transfer", tokenId, limit: want.amount }),
      ]);
      assertCovered(from, [{ amount: give.amount, fee: fees[0] }]);
      const mine = want.to === undefined ? await ownPayee(session, tokenId) : await payeeOf(session, want.to, tokenId);
      const parts = offerParts({ amount: want.amount, fee: fees[1], from: { index: want.from, tokenId }, to: mine });
      const make: MakeTransaction = (account, nonce) => {
        const draft = { from: account, amount: give.amount, fee: fees[0], nonce };
        const whole = validUntil === undefined ? draft : { ...draft, validUntil };
        return toTransfer(toCommon(whole, session.signer.key, session.nowSeconds), payee, parts.link);
      };
      return {
        account: from.index,
        make: [make],
        offerFor: ([own]) =>
          own === undefined ? {} : { ...offerToJson(offerOf(session.l1.domain, own, parts.taker)) },
      };
    },
  });
  return { ...handle, offer: (handle.toJSON() as L2Document).offer ?? {} };
}

/**
 * Checks an offer against what was agreed, signs the other half, and submits both. Throws `sdk/bad-offer`, and as
 * `transfer`.
 *
 * @example
 * const terms = { giveTokenId: 1, giveAmount: 300n, giveFee: 0n, receiveTokenId: 0, receiveAmount: 100n };
 * await (await acceptSwap(client, { offer: JSON.parse(text), terms })).wait({ for: "confirmed" });
 */
export async function acceptSwap(client: CairnClient, parameters: AcceptSwapParameters): Promise<Handle<"swap">> {
  const { requestId, terms, validUntil } = parameters;
  const offer = offerFromJson(parameters.offer);
  return sendOnL2(client, {
    kind: "swap",
    purpose: "swap",
    role: "taker",
    requestId,
    wanted: { offer: offerToJson(offer), terms, validUntil: validUntil ?? null },
    draft: async (session) => {
      const { node, l1, signer, nowSeconds } = session;
      const from = await ownAccount(session, offer.taker.from);
      const maker = await findAccount(node, offer.maker.transaction.from);
      if (maker === null) throw sdkError("sdk/bad-offer", "the maker has no account");
      const accept = {
        from,
        owner: addressToBigint(client.cairn.owner()),
        makerKey: wordToBigint(maker.key),
        terms,
        ...(validUntil === undefined ? {} : { validUntil }),
      };
      const { draft, link } = acceptParts({ domain: l1.domain, key: signer.key }, offer, accept);
      assertCovered(from, [{ amount: draft.amount, fee: draft.fee }]);
      const make: MakeTransaction = (account, nonce) =>
        toTransfer(toCommon({ ...draft, from: account, nonce }, signer.key, nowSeconds), draft.to, link);
      const { transaction, signature } = offer.maker;
      return { account: from.index, make: [make], others: [{ transaction, signature }] };
    },
  });
}

/** The maker's account in a token, or a new one with its key. */
async function ownPayee({ client, node, signer }: L2Session, tokenId: number): Promise<Payee> {
  const owner = addressToBigint(client.cairn.owner());
  const [account] = await ownAccounts(node, { owner, key: signer.key, tokenId });
  if (account === undefined) return { type: "new", owner, key: signer.key };
  return { type: "existing", index: account.index, owner, key: signer.key };
}
