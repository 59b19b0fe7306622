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
  signTransaction,
  tagCalldata,
} from "@cairn/l1";
import { bytesToHex } from "@cairn/protocol";
import { type Account, type Address, BaseError, type Hex, isHex, numberToHex } from "viem";
import { getChainId } from "viem/actions";
import type { L1Connection } from "../actions/context.ts";
import type { BaseClient } from "../actions/reader.ts";
import { sdkError } from "../errors.ts";
import type { L1Sending } from "./document.ts";

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

/** JSON-RPC and EIP-1193 codes after which a wallet has sent nothing. */
const REFUSAL_CODES: ReadonlySet<number> = new Set([4001, 4100, 4200, 5000, -32601, -32602]);
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
  if (BigInt(await getChainId(client)) !== domain.chainId)
    throw sdkError("sdk/wrong-rollup", `the wallet is on another chain than ${domain.chainId}`);
  await assertNoContract(reader, account.address);
  return askWallet(client, reader, account.address, call, options);
}

async function sendSigned(
  reader: SendingReader,
  account: Account & { readonly type: "local" },
  call: ContractCall,
  { isRollup, save }: SendingOptions,
): Promise<SendingNews> {
  const complete = await completeCall(reader, account.address, call, isRollup);
  const transaction = await signTransaction(reader, { account }, complete);
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
  const complete = await completeCall(reader, from, { ...call, data }, isRollup);
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
    if (REFUSAL_CODES.has(codeOf(cause) ?? 0))
      throw sdkError("sdk/wallet-refused", `the wallet did not send ${name}`, { cause });
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
  const code = await reader.request({ method: "eth_getCode", params: [address, "latest"] });
  if (code === "0x" || code.toLowerCase().startsWith(DELEGATION)) return;
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

/** Code of the innermost error that has one. */
function codeOf(error: unknown): number | null {
  let code: number | null = null;
  const look = (inner: unknown): false => {
    const found: unknown = typeof inner === "object" && inner !== null ? Reflect.get(inner, "code") : undefined;
    if (typeof found === "number") code = found;
    return false;
  };
  if (error instanceof BaseError) error.walk(look);
  else look(error);
  return code;
}
