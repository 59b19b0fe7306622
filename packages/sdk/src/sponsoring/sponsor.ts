import { messageHash, verify } from "@cairn/crypto";
import {
  decodeFloat16,
  decodeFloat40,
  isCairnError,
  type L2Transaction,
  messageWords,
  type SignedTransaction,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import {
  bigintToWord,
  type SignedTransactionJson,
  signedTransactionFromJson,
  signedTransactionToJson,
  wordToBigint,
} from "@cairn/rpc";
import { ceilToFee } from "../amounts.ts";
import type { NodeClient } from "../client.ts";
import { apiErrorOf } from "../errors.ts";
import { type AccountView, existingPayee, findAccount } from "../payee.ts";
import { parseSignedTransaction } from "../signed-json.ts";
import type { RequestStorage } from "../storage/storage.ts";
import type { Wallet } from "../wallet.ts";
import { createTries, createUsage, type SponsorLimits } from "./limits.ts";
import { linkToPayment, notSponsored, type SponsoredKind, type SponsorTerms } from "./terms.ts";
import { createToldTerms } from "./told-terms.ts";

/** What a sponsor needs. */
export interface SponsorConfig {
  /** Signs for the account that pays. */
  readonly wallet: Wallet;
  /** Index of that account; its token pays fees at the node. */
  readonly account: number;
  readonly node: Pick<NodeClient, "account" | "quote" | "submit">;
  readonly limits: SponsorLimits;
  /** Keeps what was signed and used, over restarts; shared by all processes that sponsor with the account. */
  readonly storage: RequestStorage;
  readonly nowSeconds?: () => number;
}

/** A payment that was submitted together with the sponsor's transfer. */
export interface Sponsorship {
  /** Id of the payment. */
  readonly id: string;
  /** Id of the sponsor's transfer. */
  readonly sponsorId: string;
  readonly status: string;
}

/** Pays fees for others, within limits. */
export interface Sponsor {
  /** What is paid now; valid for a few minutes. Throws what the node's client throws. */
  readonly terms: () => Promise<SponsorTerms>;
  /**
   * Signs the sponsor's side of a payment from {@link signSponsored} and submits both. The same payment again is submitted again as
   * it was. `client` is who asks, such as an IP address. Throws `sdk/not-sponsored`, `sdk/insufficient-balance`, and what the
   * node's client throws.
   */
  readonly pay: (payment: SignedTransactionJson, client: string) => Promise<Sponsorship>;
}

const LOCK = "sponsor";
const SIGNED = "sponsor/signed/";
const VALID_SECONDS = 1800;
/** Seconds for which everybody gets the same terms, so that asking costs the node little. */
const FRESH_SECONDS = 5;

/**
 * A sponsor of payments by people who hold nothing that pays fees. Attacks considered: payments that wait hold the sponsor's nonce
 * (only the account's next nonce, valid at once, is taken); payments that fail (the group runs as a whole or not at all, so it costs
 * nothing); using up others' limits (signatures are checked first); many accounts (the day's fees are limited); floods (tries are
 * counted before anything else, and checks wait for nobody); pushing out the terms that others were told (equal terms are kept
 * once); crashes (what was signed and used is stored before it is submitted). The node is believed when it refuses a group: one that
 * lies can make that group run later without its fee being counted, once for each nonce of the sponsor.
 *
 * @example
 * const sponsor = createSponsor({ wallet, account: 64, node, limits, storage: fileStorage("sponsor") });
 * const { id } = await sponsor.pay(signedByUser, request.ip);
 */
export function createSponsor(config: SponsorConfig): Sponsor {
  const { wallet, node, limits, storage, nowSeconds = () => Math.floor(Date.now() / 1000) } = config;
  const usage = createUsage(limits, storage, nowSeconds);
  const countTry = createTries(limits, nowSeconds);
  const told = createToldTerms(storage, nowSeconds);
  let fresh: { readonly since: number; readonly terms: Promise<SponsorTerms> } | null = null;

  const ownAccount = async (): Promise<AccountView> => {
    const account = await findAccount(node, config.account);
    if (account !== null && wordToBigint(account.key) === wallet.key) return account;
    throw notSponsored(`the sponsor cannot sign for account ${config.account}`, "sponsor");
  };

  const makeTerms = async (): Promise<SponsorTerms> => {
    const account = await ownAccount();
    const { tokenId } = account;
    const quote = async (kind: SponsoredKind) => BigInt((await node.quote({ kind, tokenId })).fee);
    const [transfer, transferToNew] = [await quote("transfer"), await quote("transferToNew")];
    const { owner, key } = existingPayee(account);
    const made: SponsorTerms = {
      domain: wallet.domain,
      account: { index: account.index, tokenId, owner, key },
      fees: { transfer: ceilToFee(2n * transfer), transferToNew: ceilToFee(transferToNew + transfer) },
      validSeconds: VALID_SECONDS,
    };
    await told.remember(made);
    return made;
  };

  const terms = (): Promise<SponsorTerms> => {
    const now = nowSeconds();
    if (fresh === null || now - fresh.since >= FRESH_SECONDS) {
      const made = makeTerms();
      fresh = { since: now, terms: made };
      // A failure is not kept.
      made.catch(() => {
        fresh = null;
      });
    }
    return fresh.terms;
  };

  /** The fee to which the payment is linked. Throws `sdk/not-sponsored` unless it is one that was told. */
  const feeOf = async (payment: L2Transaction): Promise<bigint> => {
    if (payment.type === "withdraw" || payment.link === null) {
      throw notSponsored("the payment is not linked to a sponsor's", "link");
    }
    const fee = await told.feeFor(payment);
    if (fee !== null) return fee;
    throw notSponsored("the payment is linked to other terms than those of the last minutes", "terms");
  };

  const assertPayable = (payment: L2Transaction): void => {
    const now = nowSeconds();
    if (decodeFloat16(payment.fee) !== 0n) throw notSponsored("the payment pays a fee itself", "fee");
    if (payment.amount === WHOLE_BALANCE) throw notSponsored("the whole balance cannot be linked", "amount");
    if (limits.tokens !== undefined && !limits.tokens.includes(payment.tokenId)) {
      throw notSponsored(`payments in token ${payment.tokenId} are not sponsored`, "token");
    }
    if (payment.validFrom > now) throw notSponsored("the payment is for later", "validFrom");
    if (payment.validUntil > now + VALID_SECONDS) throw notSponsored("the payment is valid for too long", "validUntil");
  };

  /** Throws `sdk/not-sponsored` unless the payment can run now, signed by its account. */
  const assertRunnable = async ({ transaction, signature }: SignedTransaction, message: bigint): Promise<void> => {
    const account = await findAccount(node, transaction.from);
    if (account === null) throw notSponsored(`there is no account ${transaction.from}`, "account");
    if (account.tokenId !== transaction.tokenId) throw notSponsored("the account is in another token", "token");
    if (account.nonce !== transaction.nonce) {
      throw notSponsored(`the account's next nonce is ${account.nonce}`, "nonce", { expected: account.nonce });
    }
    if (BigInt(account.balance) < decodeFloat40(transaction.amount))
      throw notSponsored("the account holds less", "balance");
    if (account.key === bigintToWord(0n) || !verify(message, signature, wordToBigint(account.key))) {
      throw notSponsored("the signature is not the account's", "signature");
    }
  };

  /** Signs the sponsor's side, and keeps the group before anybody else sees it. */
  const signGroup = async (payment: SignedTransaction, fee: bigint): Promise<readonly SignedTransaction[]> => {
    const from = await ownAccount();
    if (BigInt(from.balance) < fee) throw notSponsored("the sponsor's account is empty", "sponsor");
    const { validUntil } = payment.transaction;
    const to = existingPayee(from);
    const own = wallet.linkedTransfer({ from, to, amount: 0n, fee, validUntil }, linkToPayment(payment.transaction));
    return [payment, { transaction: own.transaction, signature: own.signature }];
  };

  const submit = async (id: string, group: readonly SignedTransaction[]): Promise<Sponsorship> => {
    const { transactions } = await node.submit(group);
    const [payment, own] = transactions;
    return { id, sponsorId: own?.id ?? "", status: payment?.status ?? "received" };
  };

  /** The payment will never run together with what was signed for it. */
  const release = async (payment: SignedTransaction, id: string, fee: bigint): Promise<void> => {
    // In this order: after a crash in between, nothing is put back twice.
    await storage.remove(nameOf(payment, id));
    await usage.putBack({ account: payment.transaction.from, fee });
  };

  /** What can no longer run needs no document. */
  const forgetExpired = async (): Promise<void> => {
    const now = nowSeconds();
    for (const name of await storage.names(SIGNED)) {
      if (Number(name.slice(SIGNED.length).split("/", 1)[0]) < now) await storage.remove(name);
    }
  };

  /** What the sponsor would pay for a payment that can run now. Throws `sdk/not-sponsored`. */
  const check = async (payment: SignedTransaction, id: string): Promise<bigint> => {
    assertPayable(payment.transaction);
    const fee = await feeOf(payment.transaction);
    await assertRunnable(payment, wordToBigint(id));
    return fee;
  };

  const payNew = async (payment: SignedTransaction, id: string, fee: bigint): Promise<Sponsorship> => {
    await usage.take({ account: payment.transaction.from, fee });
    try {
      const group = await signGroup(payment, fee);
      await storage.write(nameOf(payment, id), JSON.stringify(group.map(signedTransactionToJson)));
      return await submit(id, group);
    } catch (error) {
      // Whatever else happens, it may have arrived.
      const isOver = apiErrorOf(error)?.code === "rejected" || isCairnError(error, "sdk/not-sponsored");
      if (isOver) await release(payment, id, fee);
      throw error;
    }
  };

  /** Submits what was signed for a payment; null when that can never run, so that it has to be signed anew. */
  const payAgain = async (payment: SignedTransaction, id: string, signed: string): Promise<Sponsorship | null> => {
    const group = (JSON.parse(signed) as readonly SignedTransactionJson[]).map(signedTransactionFromJson);
    try {
      return await submit(id, group);
    } catch (error) {
      if (apiErrorOf(error)?.code !== "rejected") throw error;
      // Such as when the sponsor's nonce was used by another payment before this one arrived.
      const [, own] = group;
      await release(payment, id, own === undefined ? 0n : decodeFloat16(own.transaction.fee));
      return null;
    }
  };

  return {
    terms,
    pay: async (json, client) => {
      countTry(client);
      const payment = parseSignedTransaction(json, (path, problem) => notSponsored(`${path.join(".")}: ${problem}`));
      const id = bigintToWord(messageHash(messageWords(payment.transaction, wallet.domain)));
      const name = nameOf(payment, id);
      // Not under the lock: nobody waits while somebody else's payment is checked.
      const fee = (await storage.read(name)) === null ? await check(payment, id) : null;
      return storage.locked(LOCK, async () => {
        await forgetExpired();
        const signed = await storage.read(name);
        const paid = signed === null ? null : await payAgain(payment, id, signed);
        return paid ?? payNew(payment, id, fee ?? (await check(payment, id)));
      });
    },
  };
}

function nameOf({ transaction }: SignedTransaction, id: string): string {
  return `${SIGNED}${transaction.validUntil}/${id}`;
}
