import { isCairnError } from "@cairn/protocol";
import {
  acceptOffer,
  apiErrorOf,
  createNodeClient,
  createWallet,
  encodePaymentCode,
  existingPayee,
  isRetryable,
  keyFromSigner,
  makeOffer,
  offerFromJson,
  offerToJson,
  ownAccounts,
  randomKey,
  resolvePayee,
  swapTerms,
  type TypedDataSigner,
  type Wallet,
} from "../src/index.ts";

const report: (...words: unknown[]) => void = () => undefined;
const domain = { chainId: 31337n, rollup: 0x1n };

// #region keys
/** A random key, or one that a wallet can always derive again. */
export async function makeWallet(signer: TypedDataSigner | null): Promise<Wallet> {
  const secret = signer === null ? randomKey() : await keyFromSigner(domain, signer);
  return createWallet({ secret, domain });
}
// #endregion

// #region pay
/** Pays an address, a payment code, or an account, and waits until L1 has accepted it. */
export async function pay(url: string, wallet: Wallet, owner: bigint, code: string): Promise<string> {
  const node = createNodeClient({ url });
  const [from] = await ownAccounts(node, { owner, key: wallet.key, tokenId: 0 });
  if (from === undefined) return "no account yet: deposit first";
  const to = await resolvePayee(node, { type: "paymentCode", code }, { tokenId: 0, domain });
  const { fee } = await node.quote({ kind: to.type === "new" ? "transferToNew" : "transfer", tokenId: 0 });
  const signed = wallet.transfer({ from, to, amount: 10n ** 16n, fee: BigInt(fee) });
  const [paid] = await node.submitAndWait([signed], { status: "proven", timeoutMs: 600_000 });
  return `${paid?.id} is ${paid?.status}`;
}
// #endregion

// #region receive
/** What a payee hands out: nobody on the way can replace its key. */
export function paymentCode(wallet: Wallet, owner: bigint): string {
  return encodePaymentCode({ owner, key: wallet.key }, domain);
}
// #endregion

// #region withdraw
/** Withdraws everything in an account to an L1 address. */
export async function leave(url: string, wallet: Wallet, index: number, recipient: string): Promise<string> {
  const node = createNodeClient({ url });
  const from = await node.account({ index });
  const { fee } = await node.quote({ kind: "withdraw", tokenId: from.tokenId });
  const signed = wallet.withdraw({ from, recipient, amount: "all", fee: BigInt(fee) });
  await node.submitAndWait([signed], { status: "final", timeoutMs: 3_600_000 });
  return signed.id;
}
// #endregion

// #region swap
/** The maker offers 100 of token 0 for 300 of token 1 and sends the offer as text. */
export async function offerSwap(
  url: string,
  maker: Wallet,
  indices: { giveFrom: number; giveTo: number; wantFrom: number; wantTo: number },
): Promise<string> {
  const node = createNodeClient({ url });
  const account = (index: number) => node.account({ index });
  const offer = makeOffer(maker, {
    give: {
      from: await account(indices.giveFrom),
      to: existingPayee(await account(indices.giveTo)),
      amount: 100n,
      fee: 0n,
    },
    want: {
      from: await account(indices.wantFrom),
      to: existingPayee(await account(indices.wantTo)),
      amount: 300n,
      fee: 0n,
    },
  });
  return JSON.stringify(offerToJson(offer));
}

/** The taker checks the terms, and signs if they are as agreed. */
export async function takeSwap(url: string, taker: Wallet, owner: bigint, text: string) {
  const node = createNodeClient({ url });
  const offer = offerFromJson(JSON.parse(text));
  const agreed = { giveTokenId: 1, giveAmount: 300n, giveFee: 0n, receiveTokenId: 0, receiveAmount: 100n };
  report("offered:", swapTerms(offer));
  const from = await node.account({ index: offer.taker.from });
  const { key } = await node.account({ index: offer.maker.transaction.from });
  const group = acceptOffer(taker, offer, { from, owner, makerKey: BigInt(key), terms: agreed });
  return node.submitAndWait(group, { status: "confirmed", timeoutMs: 60_000 });
}
// #endregion

// #region stream
/** Prints blocks and statuses for ever, across broken connections. */
export async function follow(url: string, signal: AbortSignal): Promise<void> {
  for await (const event of createNodeClient({ url }).stream({ signal, fromBlock: 1 })) {
    if (event.type === "connected" && event.againFrom !== null) report("all from", event.againFrom, "on again");
    if (event.type === "block") report("block", event.number, event.status);
    if (event.type === "transaction") report(event.id, event.status);
  }
}
// #endregion

// #region errors
/** Says what to do after a failure. */
export function explain(error: unknown): string {
  const failure = apiErrorOf(error);
  if (failure?.code === "rejected") return `it cannot run: ${JSON.stringify(failure.details.reason)}`;
  if (isCairnError(error, "sdk/not-encodable")) return `try ${error.details.below} or ${error.details.above}`;
  return isRetryable(error) ? "try again" : "look closer";
}
// #endregion
