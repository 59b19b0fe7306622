import { messageHash, verify } from "@cairn/crypto";
import {
  decodeFloat16,
  decodeFloat40,
  type L2Transaction,
  messageWords,
  type SignedTransaction,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import {
  bigintToWord,
  ENGLISH,
  type SignedTransactionJson,
  signedTransactionFromJson,
  signedTransactionSchema,
  signedTransactionToJson,
  wordToBigint,
} from "@cairn/rpc";
import { ceilToFee } from "../amounts.ts";
import type { NodeClient } from "../client.ts";
import { apiErrorOf } from "../errors.ts";
import { type AccountView, existingPayee, findAccount } from "../payee.ts";
import type { RequestStorage } from "../storage/storage.ts";
import type { Wallet } from "../wallet.ts";
import { createUsage, type SponsorLimits } from "./limits.ts";
import { linkToPayment, linkToSponsor, notSponsored, type SponsoredKind, type SponsorTerms } from "./terms.ts";

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
/** How long a payment that was signed for earlier fees is taken. */
const TERMS_SECONDS = 600;

/**
 * A sponsor of payments by people who hold nothing that pays fees. Attacks considered: payments that wait hold the sponsor's nonce
 * (only the account's next nonce, valid at once, is taken); payments that fail (the group runs as a whole or not at all, so it costs
 * nothing); using up others' limits (signatures are checked first); many accounts (the day's fees are limited); crashes (what was
 * signed and used is stored before it is submitted).
 *
 * @example
 * const sponsor = createSponsor({ wallet, account: 64, node, limits, storage: await fileStorage("sponsor") });
 * const { id } = await sponsor.pay(signedByUser, request.ip);
 */
export function createSponsor(config: SponsorConfig): Sponsor {
  const { wallet, node, limits, storage, nowSeconds = () => Math.floor(Date.now() / 1000) } = config;
  const usage = createUsage(limits, storage, nowSeconds);
  /** Fees that were told, by when they end to hold. */
  let told: readonly { readonly terms: SponsorTerms; readonly until: number }[] = [];

  const ownAccount = async (): Promise<AccountView> => {
    const account = await findAccount(node, config.account);
    if (account !== null && wordToBigint(account.key) === wallet.key) return account;
    throw notSponsored(`the sponsor cannot sign for account ${config.account}`, "sponsor");
  };

  const terms = async (): Promise<SponsorTerms> => {
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
    const now = nowSeconds();
    told = [...told.filter(({ until }) => until > now).slice(-50), { terms: made, until: now + TERMS_SECONDS }];
    return made;
  };

  /** The fee to which the payment is linked. Throws `sdk/not-sponsored` unless it is one that was told. */
  const feeOf = (payment: L2Transaction): bigint => {
    const link = payment.type === "withdraw" ? null : payment.link;
    if (payment.type === "withdraw" || link === null)
      throw notSponsored("the payment is not linked to a sponsor's", "link");
    const now = nowSeconds();
    for (const { terms: offered, until } of told) {
      const fee = offered.fees[payment.type];
      const expected = linkToSponsor(offered, fee);
      if (until > now && link.offset === expected.offset && link.content === expected.content) return fee;
    }
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
    await usage.putBack({ account: payment.transaction.from, fee });
    await storage.remove(nameOf(payment, id));
  };

  /** What can no longer run needs no document. */
  const forgetExpired = async (): Promise<void> => {
    const now = nowSeconds();
    for (const name of await storage.names(SIGNED)) {
      if (Number(name.slice(SIGNED.length).split("/", 1)[0]) < now) await storage.remove(name);
    }
  };

  const payNew = async (payment: SignedTransaction, id: string, client: string): Promise<Sponsorship> => {
    const account = payment.transaction.from;
    await usage.noteTry(client);
    assertPayable(payment.transaction);
    const fee = feeOf(payment.transaction);
    await assertRunnable(payment, wordToBigint(id));
    await usage.take({ account, fee });
    try {
      const group = await signGroup(payment, fee);
      await storage.write(nameOf(payment, id), JSON.stringify(group.map(signedTransactionToJson)));
      return await submit(id, group);
    } catch (error) {
      // Whatever else happens, it may have arrived.
      if (apiErrorOf(error)?.code === "rejected" || isOwn(error)) await release(payment, id, fee);
      throw error;
    }
  };

  return {
    terms,
    pay: async (json, client) => {
      const payment = parse(json);
      const id = bigintToWord(messageHash(messageWords(payment.transaction, wallet.domain)));
      return storage.locked(LOCK, async () => {
        await forgetExpired();
        const signed = await storage.read(nameOf(payment, id));
        if (signed === null) return payNew(payment, id, client);
        const group = JSON.parse(signed) as readonly SignedTransactionJson[];
        try {
          return await submit(id, group.map(signedTransactionFromJson));
        } catch (error) {
          if (apiErrorOf(error)?.code !== "rejected") throw error;
          // Such as when the sponsor's nonce was used by another payment before this one arrived.
          await release(payment, id, linkedFee(group));
          return payNew(payment, id, client);
        }
      });
    },
  };
}

function nameOf({ transaction }: SignedTransaction, id: string): string {
  return `${SIGNED}${transaction.validUntil}/${id}`;
}

/** Fee of the sponsor's transfer in a group that was stored. */
function linkedFee(group: readonly SignedTransactionJson[]): bigint {
  const [, own] = group.map(signedTransactionFromJson);
  return own === undefined ? 0n : decodeFloat16(own.transaction.fee);
}

function isOwn(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "sdk/not-sponsored";
}

function parse(json: unknown): SignedTransaction {
  const parsed = signedTransactionSchema.safeParse(json, ENGLISH);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw notSponsored(`${issue?.path.join(".")}: ${issue?.message}`);
  }
  return signedTransactionFromJson(parsed.data);
}
