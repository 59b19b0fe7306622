import {
  type Compress,
  messageHash,
  publicKeyFromSecret,
  compress as pureCompress,
  type SecretKey,
  sign,
  verify,
} from "@cairn/crypto";
import {
  accountIndex,
  addressToBigint,
  CairnError,
  type Domain,
  type L2Transaction,
  type Link,
  messageWords,
  NO_REFERENCE,
  type SignedTransaction,
  type TransactionCommon,
  tokenId,
} from "@cairn/protocol";
import { bigintToWord, wordToBigint } from "@cairn/rpc";
import { type Amount, encodeAmount, encodeFee } from "./amounts.ts";
import type { SdkErrorCode } from "./errors.ts";
import type { AccountView, Payee } from "./payee.ts";

/** What signing needs to know of an account. */
export type SenderAccount = Pick<AccountView, "index" | "nonce" | "tokenId" | "key">;

/** Fields that all transactions share. */
export interface TransactionDraft {
  /** The sender's account as the node returns it now. */
  readonly from: SenderAccount;
  /** In the token's smallest unit; `"all"` is the balance less the fee. */
  readonly amount: Amount;
  readonly fee: bigint;
  /** First second, since the epoch, at which it may run; at once by default. Until then it waits in the node's pool. */
  readonly validFrom?: number;
  /** What the payment is for: signed, kept by the node, published nowhere. See `textReference` and `memoReference`. */
  readonly reference?: bigint;
  /** Last second, since the epoch, at which it may run; twelve hours from now, or from `validFrom`, by default. */
  readonly validUntil?: number;
  /** The account's by default; count up for several transactions at a time. */
  readonly nonce?: number;
}

/** A payment on L2. */
export interface TransferDraft extends TransactionDraft {
  readonly to: Payee;
}

/** A payment to L1. */
export interface WithdrawDraft extends TransactionDraft {
  /** L1 address, 0x hex. */
  readonly recipient: string;
}

/** A signed transaction and its id, by which the node knows it. */
export interface SignedWithId extends SignedTransaction {
  readonly id: string;
}

/** Signs for the accounts of one key in one rollup. Holds no connection and remembers no nonces. */
export interface Wallet {
  readonly domain: Domain;
  /** x of the public key. */
  readonly key: bigint;
  /** Signs a transfer, to an existing account or to one that it creates. */
  readonly transfer: (draft: TransferDraft) => SignedWithId;
  /** Signs a withdrawal to L1. */
  readonly withdraw: (draft: WithdrawDraft) => SignedWithId;
  /** Signs a transfer that runs only together with another; see `makeOffer` and `acceptOffer`. */
  readonly linkedTransfer: (draft: TransferDraft, link: Link) => SignedWithId;
}

/** Settings of {@link createWallet}. */
export interface WalletConfig {
  readonly secret: SecretKey;
  /** Chain and rollup that every signature is bound to. */
  readonly domain: Domain;
}

/** What a wallet depends on. */
export interface WalletDeps {
  /** Clock, in seconds, for the default validity. */
  readonly nowSeconds?: () => number;
  /** The protocol's hash; the pure one by default, a faster one is in `@cairn/crypto/fast`. */
  readonly compress?: Compress;
}

/**
 * Seconds that a transaction is valid when its draft does not say: twice the age at which L1 refuses a block, so that
 * the transaction stays valid if its block has to be built again with a later time.
 */
export const DEFAULT_VALIDITY_SECONDS = 43_200;

/**
 * A wallet of one key. Every signature is verified before it is handed out. Its methods throw `sdk/not-encodable`,
 * `sdk/foreign-account`, `sdk/bad-payee`, `sdk/signature-check-failed`, `protocol/out-of-range`.
 *
 * @example
 * const wallet = createWallet({ secret: randomKey(), domain });
 * const signed = wallet.transfer({ from, to, amount: 5n, fee: 1n });
 */
export function createWallet({ secret, domain }: WalletConfig, deps: WalletDeps = {}): Wallet {
  const { nowSeconds = () => Math.floor(Date.now() / 1000), compress = pureCompress } = deps;
  const key = publicKeyFromSecret(secret);

  const common = (draft: TransactionDraft) => toCommon(draft, key, nowSeconds());

  const signed = (transaction: L2Transaction): SignedWithId => {
    const message = messageHash(messageWords(transaction, domain), compress);
    const signature = sign(message, secret, compress);
    if (!verify(message, signature, key, compress)) {
      throw new CairnError<SdkErrorCode>("sdk/signature-check-failed", "a signature made here does not verify");
    }
    return { id: bigintToWord(message), transaction, signature };
  };

  const transfer = (draft: TransferDraft, link: Link | null) => signed(toTransfer(common(draft), draft.to, link));

  return {
    domain,
    key,
    transfer: (draft) => transfer(draft, null),
    linkedTransfer: transfer,
    withdraw: (draft) => signed(toWithdraw(common(draft), draft.recipient)),
  };
}

/**
 * The fields of a draft as they are signed with a key. Throws `sdk/foreign-account`, `sdk/not-encodable`,
 * `protocol/out-of-range`.
 */
export function toCommon(
  { from, amount, fee, nonce, ...draft }: TransactionDraft,
  key: bigint,
  nowSeconds: number,
): TransactionCommon {
  if (wordToBigint(from.key) !== key) {
    throw new CairnError<SdkErrorCode>("sdk/foreign-account", `account ${from.index} has another key`, {
      details: { index: from.index, accountKey: from.key, walletKey: bigintToWord(key) },
    });
  }
  return {
    from: accountIndex(from.index),
    nonce: nonce ?? from.nonce,
    tokenId: tokenId(from.tokenId),
    amount: encodeAmount(amount),
    fee: encodeFee(fee),
    validFrom: draft.validFrom ?? 0,
    validUntil: draft.validUntil ?? Math.max(nowSeconds, draft.validFrom ?? 0) + DEFAULT_VALIDITY_SECONDS,
    reference: draft.reference ?? NO_REFERENCE,
  };
}

/** The withdrawal of these fields to an L1 address. Throws `sdk/bad-payee`, `protocol/bad-hex`. */
export function toWithdraw(fields: TransactionCommon, recipientHex: string): L2Transaction {
  const recipient = addressToBigint(recipientHex);
  if (recipient === 0n) throw badPayee("the L1 recipient is 0");
  return { type: "withdraw", ...fields, recipient };
}

/** The transfer of these fields to a payee. Throws `sdk/bad-payee`. */
export function toTransfer(fields: TransactionCommon, to: Payee, link: Link | null): L2Transaction {
  const receiver = { toOwner: to.owner, toKey: to.key, link };
  if (to.type === "existing") return { type: "transfer", ...fields, to: accountIndex(to.index), ...receiver };
  if (to.owner === 0n) throw badPayee("the owner of the new account is 0");
  return { type: "transferToNew", ...fields, ...receiver };
}

function badPayee(message: string): CairnError<SdkErrorCode> {
  return new CairnError("sdk/bad-payee", message);
}
