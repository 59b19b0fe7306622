import {
  CALL_TAG_BYTES,
  type CompleteCall,
  type ContractCall,
  completeCall,
  isClearRefusal,
  l1Error,
  offerTransaction,
  refusalOf,
  type SendingReader,
  type SignedAttempt,
  type SignedTransaction,
  type SigningWallet,
  signTransaction,
  tagCalldata,
} from "@cairn/l1";
import { bytesToHex } from "@cairn/protocol";
import { type Account, type Address, type Hex, isHex, numberToHex } from "viem";
import { getChainId } from "viem/actions";
import type { L1Connection } from "../actions/context.ts";
import { askingL1 } from "../actions/l1-failure.ts";
import type { BaseClient } from "../actions/reader.ts";
import { sdkError } from "../errors.ts";
import type { L1Sending } from "./document.ts";
import { askingWallet, isWalletRefusal } from "./wallet-failure.ts";

/** What is kept of a call before it is sent, and again when more is known of it. */
export interface SendingNews {
  readonly call: CompleteCall;
  readonly sending: L1Sending;
}

/** How a call is sent. */
export interface SendingOptions {
  /** Whether it is a call of the rollup, which must emit the rollup's events. */
  readonly isRollup: boolean;
  /** Keeps what is about to be sent; if it throws, nothing is sent. */
  readonly save: (news: SendingNews) => Promise<void>;
  /** Runs work alone among all that may sign for the account. */
  readonly locked: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Code of an account that only delegates to a contract (EIP-7702), and still signs for itself. */
const DELEGATION = "0xef0100";

/**
 * The account that sends. Throws `sdk/no-account`.
 */
export function senderOf(client: BaseClient): Account {
  if (client.account !== undefined) return client.account;
  throw sdkError("sdk/no-account", "the client has no L1 account: give createClient one");
}

/**
 * Simulates a call, keeps it, and sends it: signed here by a local account, or by asking the wallet of a JSON-RPC
 * account. Resolves when L1 or the wallet has taken it. Throws `l1/transaction-reverted` before anything is sent,
 * `l1/transaction-refused`, `sdk/wallet-refused`, `sdk/contract-account`, `sdk/wrong-rollup`; and
 * `sdk/outcome-unknown` when a wallet may have sent it.
 */
export async function sendCall(
  client: BaseClient,
  { reader, domain }: L1Connection,
  call: ContractCall,
  options: SendingOptions,
): Promise<SendingNews> {
  const account = senderOf(client);
  if (account.type === "local") return options.locked(() => sendSigned(reader, account, call, options));
  const chainId = await askingL1("its chain", () => getChainId(client));
  const expected = Number(domain.chainId);
  if (chainId !== expected)
    throw sdkError("sdk/wrong-rollup", `the wallet is on chain ${chainId}, the rollup on ${expected}`, {
      details: { chainId, expected },
    });
  await assertNoContract(reader, account.address);
  return askWallet(client, reader, account.address, call, options);
}

/** A local account whose failures have codes. */
export function signingWallet(account: Account & { readonly type: "local" }): SigningWallet {
  const { address, signTransaction: sign } = account;
  const signTransaction = ((...args: Parameters<typeof sign>) =>
    askingWallet("an L1 transaction", () => sign(...args))) as typeof sign;
  return { account: { address, signTransaction } };
}

async function sendSigned(
  reader: SendingReader,
  account: Account & { readonly type: "local" },
  call: ContractCall,
  { isRollup, save }: SendingOptions,
): Promise<SendingNews> {
  const complete = await askingL1(call.name, () => completeCall(reader, account.address, call, isRollup));
  const transaction = await signTransaction(reader, signingWallet(account), complete);
  const news = { call: complete, sending: sendingOf(transaction) };
  await save(news);
  await offerTransaction(reader, transaction);
  return news;
}

async function askWallet(
  client: BaseClient,
  reader: SendingReader,
  from: Address,
  call: ContractCall,
  { isRollup, save }: SendingOptions,
): Promise<SendingNews> {
  // Other contracts may look at the length of what they get.
  const data = isRollup ? tagCalldata(call.data, newTag()) : call.data;
  const complete = await askingL1(call.name, () => completeCall(reader, from, { ...call, data }, isRollup));
  const [head, firstNonce] = await Promise.all([
    reader.getBlock(),
    reader.getTransactionCount({ address: from, blockTag: "latest" }),
  ]);
  const askedAt = { block: Number(head.number), blockHash: head.hash };
  const asked = { call: complete, sending: { by: "wallet", firstNonce, askedAt, hash: null, nonce: null } } as const;
  await save(asked);
  const news = { ...asked, sending: { ...asked.sending, hash: await askToSend(client, from, complete) } };
  await save(news);
  return news;
}

/** The hash that the wallet answers. It is asked once: the client's own retries could make it send twice. */
async function askToSend(
  client: BaseClient,
  from: Address,
  { to, data, value, gas, name }: CompleteCall,
): Promise<Hex> {
  const fields = { from, to, data, value: numberToHex(value), gas: numberToHex(gas) };
  let answer: unknown;
  try {
    answer = await client.request<{ Method: "eth_sendTransaction"; Parameters: [object]; ReturnType: unknown }>(
      { method: "eth_sendTransaction", params: [fields] },
      { retryCount: 0 },
    );
  } catch (cause) {
    if (isWalletRefusal(cause)) throw sdkError("sdk/wallet-refused", `the wallet did not send ${name}`, { cause });
    const refusal = refusalOf(cause);
    if (isClearRefusal(refusal))
      throw l1Error("l1/transaction-refused", `L1 refuses ${name}: ${refusal}`, { cause, details: { refusal, from } });
    throw unanswered(name, cause);
  }
  if (isHex(answer) && answer.length === 66) return answer;
  throw unanswered(name, undefined);
}

function unanswered(name: string, cause: unknown) {
  return sdkError("sdk/outcome-unknown", `the wallet does not say whether it sent ${name}`, { cause });
}

async function assertNoContract(reader: SendingReader, address: Address): Promise<void> {
  const ask = async () => (await reader.request({ method: "eth_getCode", params: [address, "latest"] })).toLowerCase();
  const code = await askingL1("getCode", ask);
  if (code === "0x" || code.startsWith(DELEGATION)) return;
  throw sdkError("sdk/contract-account", `${address} is a contract: its calls cannot be followed by sender and nonce`);
}

/** How a transaction that was signed here is kept. */
export function sendingOf({ nonce, signedAt, attempts }: Pick<SignedTransaction, "nonce" | "signedAt" | "attempts">) {
  const toJson = ({ hash, raw, maxFeePerGas, maxPriorityFeePerGas }: SignedAttempt) => ({
    hash,
    raw,
    maxFeePerGas: maxFeePerGas.toString(),
    maxPriorityFeePerGas: maxPriorityFeePerGas.toString(),
  });
  const [first, ...others] = attempts;
  const all: [ReturnType<typeof toJson>, ...ReturnType<typeof toJson>[]] = [toJson(first), ...others.map(toJson)];
  return { by: "account" as const, nonce, signedAt, attempts: all };
}

function newTag(): Hex {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(CALL_TAG_BYTES)));
}
