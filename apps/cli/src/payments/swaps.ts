import { readFileSync } from "node:fs";
import { addressToBigint, bigintToAddress } from "@cairn/protocol";
import {
  type AccountView,
  acceptOffer,
  existingPayee,
  findAccount,
  listAccounts,
  makeOffer,
  offerFromJson,
  ownAccounts,
  type Payee,
  parsePaymentCode,
  type SwapOffer,
  type SwapTerms,
  swapTerms,
} from "@cairn/sdk";
import { formatAmount } from "../amounts.ts";
import { cliError } from "../errors.ts";
import type { Network } from "../network.ts";
import { findToken, type Token, tokenForShow } from "../tokens.ts";
import { assertCovered, assertFee, parseExactAmount } from "./amount.ts";
import { chooseFee, type FeeOptions, feeLimit } from "./fees.ts";
import { parsePayee } from "./payee.ts";
import { findSender, type NodeSession, type SigningSession } from "./session.ts";
import { assertStillValid, parseValidity, type ValidityOptions, validUntil } from "./validity.ts";

/** An amount of a token. */
export interface Sum {
  readonly amount: bigint;
  readonly token: Token;
}

/** What one side gives and receives. */
export interface SwapDeal {
  readonly give: Sum;
  readonly receive: Sum;
}

/** Options of either side. */
export interface SwapOptions extends FeeOptions, ValidityOptions {}

/** Parses what is given and received. Throws `cli/bad-amount`, `cli/unknown-token`. */
export async function parseDeal(
  network: Network,
  [giveAmount, giveToken, receiveAmount, receiveToken]: readonly [string, string, string, string],
): Promise<SwapDeal> {
  const [give, receive] = await Promise.all([findToken(network, giveToken), findToken(network, receiveToken)]);
  if (give.id === receive.id) throw cliError("cli/usage", "a swap is between two tokens");
  return {
    give: { token: give, amount: parseExactAmount(giveAmount, give) },
    receive: { token: receive, amount: parseExactAmount(receiveAmount, receive) },
  };
}

/**
 * Signs an offer to someone whose paying account must exist; what they receive goes to the same owner and key. Throws
 * `cli/unknown-account`, `cli/insufficient-balance`, `cli/fee-too-high`, `cli/too-short`, and like client and wallet.
 */
export async function offerTo(
  session: SigningSession,
  { give, receive }: SwapDeal,
  taker: string,
  options: SwapOptions,
): Promise<SwapOffer> {
  const { client, wallet, identity } = session;
  const lastSecond = validUntil(session, parseValidity(options));
  const from = await findSender(session, give.token);
  const owner = addressToBigint(identity.owner);
  const takerPays = await takerAccount(session, taker, receive);
  const [giveTo, receiveTo] = await Promise.all([
    payeeOf(session, addressToBigint(takerPays.owner), BigInt(takerPays.key), give.token),
    payeeOf(session, owner, wallet.key, receive.token),
  ]);
  const fee = await chooseFee(client, kindOf(giveTo), give.token, options, give.amount);
  const takerFee = await chooseFee(client, kindOf(receiveTo), receive.token, {}, receive.amount);
  assertFee(fee, give.token);
  assertCovered(from, give.amount, fee, give.token);
  return makeOffer(wallet, {
    give: { from, amount: give.amount, fee, to: giveTo },
    want: { from: takerPays, amount: receive.amount, fee: takerFee, to: receiveTo },
    validUntil: lastSecond,
  });
}

/**
 * Signs the other half of an offer with these terms. Throws `sdk/bad-offer`, `cli/fee-too-high`, and as {@link
 * offerTo}.
 */
export async function accept(
  session: SigningSession,
  offer: SwapOffer,
  { give, receive }: SwapDeal,
  options: SwapOptions,
): Promise<ReturnType<typeof acceptOffer>> {
  const { client, wallet, identity } = session;
  const lastSecond = validUntil(session, parseValidity(options));
  assertStillValid(session, offer);
  const { giveFee } = swapTerms(offer);
  // The maker proposes the fee: it is accepted up to the same limit as a node's quote.
  const limit = feeLimit(options, give.token, give.amount);
  if (giveFee > limit) {
    throw cliError(
      "cli/fee-too-high",
      `the offer asks for a fee of ${formatAmount(giveFee, give.token)}, but at most ${formatAmount(limit, give.token)} is allowed`,
    );
  }
  const from = await findSender(session, give.token, offer.taker.from);
  assertCovered(from, give.amount, giveFee, give.token);
  const maker = await findAccount(client, offer.maker.transaction.from);
  if (maker === null) throw cliError("cli/unknown-account", `the maker has no account ${offer.maker.transaction.from}`);
  return acceptOffer(wallet, offer, {
    from,
    owner: addressToBigint(identity.owner),
    makerKey: BigInt(maker.key),
    terms: {
      giveTokenId: give.token.id,
      giveAmount: give.amount,
      giveFee,
      receiveTokenId: receive.token.id,
      receiveAmount: receive.amount,
    },
    validUntil: lastSecond,
  });
}

/** The offer in a file; `-` is stdin. Throws `sdk/bad-offer`, `cli/bad-offer`. */
export function readOffer(file: string): SwapOffer {
  try {
    return offerFromJson(JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8")));
  } catch (cause) {
    const isFile = cause instanceof SyntaxError || (cause instanceof Error && "syscall" in cause);
    throw isFile ? cliError("cli/bad-offer", `${file} is not a swap offer`, { cause }) : cause;
  }
}

/** What the taker of an offer gives and gets, as text. */
export async function describeTerms(network: Network, terms: SwapTerms): Promise<string[][]> {
  const [give, receive] = await Promise.all([
    tokenForShow(network, terms.giveTokenId),
    tokenForShow(network, terms.receiveTokenId),
  ]);
  return [
    ["the taker gives", `${formatAmount(terms.giveAmount, give)}, fee ${formatAmount(terms.giveFee, give)}`],
    ["the taker gets", formatAmount(terms.receiveAmount, receive)],
  ];
}

/** The account that the taker pays from: one it can sign for, with a sufficient balance. */
async function takerAccount(session: NodeSession, taker: string, { token, amount }: Sum): Promise<AccountView> {
  const { client, domain } = session;
  const name = parsePayee(taker);
  const candidates = async (): Promise<AccountView[]> => {
    if (name.type === "index") {
      const account = await findAccount(client, name.index);
      return account === null || account.tokenId !== token.id ? [] : [account];
    }
    if (name.type === "paymentCode") {
      return ownAccounts(client, { ...parsePaymentCode(name.code, domain), tokenId: token.id });
    }
    const owner = bigintToAddress(addressToBigint(name.address));
    const accounts: AccountView[] = [];
    for await (const one of listAccounts(client, { owner, tokenId: token.id, ownerKey: true })) accounts.push(one);
    return accounts;
  };
  const found = (await candidates()).filter(({ key }) => BigInt(key) !== 0n);
  const account = found.find(({ balance }) => BigInt(balance) >= amount) ?? found[0];
  if (account !== undefined) return account;
  throw cliError("cli/unknown-account", `${taker} has no account in ${token.symbol} that it could pay from`);
}

/** Where an owner and key receive: their account in the token, or a new one. */
async function payeeOf({ client }: NodeSession, owner: bigint, key: bigint, token: Token): Promise<Payee> {
  const [account] = await ownAccounts(client, { owner, key, tokenId: token.id });
  return account === undefined ? { type: "new", owner, key } : existingPayee(account);
}

function kindOf(payee: Payee): "transfer" | "transferToNew" {
  return payee.type === "new" ? "transferToNew" : "transfer";
}
