import { messageHash } from "@cairn/crypto";
import {
  type AccountIndex,
  type Domain,
  ETH_TOKEN_ID,
  encodeFloat16,
  encodeFloat40,
  floorToFloat40,
  messageWords,
  type SignedTransaction,
  type Transfer,
  tokenId,
} from "@cairn/protocol";
import { bigintToWord, signedTransactionToJson } from "@cairn/rpc";
import type { Person, TestCrypto } from "@cairn/testkit";
import type { Fault, PlannedRequest } from "./traffic.ts";

/** An account of the benchmark. */
export interface BenchAccount {
  readonly index: AccountIndex;
  readonly person: Person;
}

/** A request as it is sent. */
export interface SignedRequest {
  readonly body: string;
  /** Id that the node must answer with; null if it must refuse the request. */
  readonly id: string | null;
  readonly fault: Fault | null;
}

/** What is needed to sign a load. */
export interface SigningContext {
  readonly accounts: readonly BenchAccount[];
  readonly domain: Domain;
  /** Encodable as float16. */
  readonly fee: bigint;
  /** Seconds since the epoch. */
  readonly validUntil: number;
  readonly crypto: TestCrypto;
}

/** Signs one planned request, and spoils it where the plan says so. */
export function signRequest(planned: PlannedRequest, context: SigningContext): SignedRequest {
  const [sender, receiver] = [context.accounts[planned.sender], context.accounts[planned.receiver]];
  if (sender === undefined || receiver === undefined) throw new RangeError(`no account ${planned.sender}`);
  const transaction: Transfer = {
    type: "transfer",
    from: sender.index,
    to: receiver.index,
    toOwner: receiver.person.owner,
    toKey: receiver.person.key,
    nonce: planned.nonce,
    tokenId: tokenId(ETH_TOKEN_ID),
    amount: encodeFloat40(floorToFloat40(planned.amount)),
    fee: encodeFloat16(context.fee),
    validFrom: 0,
    validUntil: context.validUntil,
    reference: 0n,
    link: null,
  };
  const { fault } = planned;
  const { compress, sign } = context.crypto;
  const message = messageHash(messageWords(transaction, context.domain), compress);
  const signature = sign(message, sender.person);
  const signed = {
    transaction,
    signature: fault === "badSignature" ? { ...signature, s: signature.s ^ 1n } : signature,
  };
  const body = bodyOf(signed);
  return {
    body: fault === "malformed" ? body.slice(0, Math.floor(body.length / 2)) : body,
    id: fault === null ? bigintToWord(message) : null,
    fault,
  };
}

function bodyOf(signed: SignedTransaction): string {
  return JSON.stringify({ transactions: [signedTransactionToJson(signed)] });
}
