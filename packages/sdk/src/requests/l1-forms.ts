import type { AskedCall, CompleteCall, SignedAttempt, SignedTransaction } from "@cairn/l1";
import { addressToBigint } from "@cairn/protocol";
import { type Address, type Hex, isAddressEqual, keccak256, parseTransaction, recoverTransactionAddress } from "viem";
import { sdkError } from "../errors.ts";
import type { L1Document, L1Sending } from "./document.ts";

type ByAccount = Extract<L1Sending, { readonly by: "account" }>;
type ByWallet = Extract<L1Sending, { readonly by: "wallet" }>;

/** The transaction that a document holds. */
export function signedOf(document: L1Document, { nonce, signedAt, attempts }: ByAccount): SignedTransaction {
  const [first, ...others] = attempts;
  return {
    chainId: Number(document.chainId),
    from: document.from as Address,
    nonce,
    call: callOf(document),
    signedAt: { block: signedAt.block, blockHash: signedAt.blockHash as Hex },
    attempts: [attemptOf(first), ...others.map(attemptOf)],
  };
}

/** The call that a wallet was asked for, as a document holds it. */
export function askedOf(document: L1Document, { firstNonce, askedAt, hash, nonce }: ByWallet): AskedCall {
  return {
    chainId: Number(document.chainId),
    from: document.from as Address,
    call: callOf(document),
    askedAt: { block: askedAt.block, blockHash: askedAt.blockHash as Hex },
    firstNonce,
    hash: hash as Hex | null,
    nonce,
  };
}

/**
 * Throws `sdk/bad-request-json` unless everything signed in a document is this call, signed by its account: a document
 * may come from strangers, and higher fees are signed for the call that it names.
 */
export async function assertSigned(document: L1Document): Promise<void> {
  const { sending, call, from } = document;
  if (addressToBigint(call.to) !== addressToBigint(document.rollup)) throw altered("it calls another contract");
  if (sending.by === "wallet") return;
  for (const { hash, raw } of sending.attempts) {
    const serialized = raw as `0x02${string}`;
    if (keccak256(serialized) !== hash) throw altered("a hash is not that of its transaction");
    const signed = parseSigned(serialized);
    const isSame =
      signed.to != null &&
      isAddressEqual(signed.to, call.to as Address) &&
      (signed.data ?? "0x").toLowerCase() === call.data.toLowerCase() &&
      (signed.value ?? 0n) === BigInt(call.value) &&
      (signed.nonce ?? 0) === sending.nonce &&
      String(signed.chainId) === document.chainId;
    if (!isSame) throw altered("what was signed is another call");
    const signer = await recoverTransactionAddress({ serializedTransaction: serialized }).catch(() => null);
    if (signer === null || !isAddressEqual(signer, from as Address)) throw altered("it was signed by another account");
  }
}

function parseSigned(raw: Hex) {
  try {
    return parseTransaction(raw);
  } catch (cause) {
    throw altered("it holds no transaction", cause);
  }
}

function callOf({ call }: L1Document): CompleteCall {
  return {
    name: call.name,
    to: call.to as Address,
    data: call.data as Hex,
    value: BigInt(call.value),
    gas: BigInt(call.gas),
    isRollup: true,
  };
}

function attemptOf({ hash, raw, maxFeePerGas, maxPriorityFeePerGas }: ByAccount["attempts"][number]): SignedAttempt {
  return {
    hash: hash as Hex,
    raw: raw as Hex,
    maxFeePerGas: BigInt(maxFeePerGas),
    maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas),
  };
}

function altered(why: string, cause?: unknown) {
  return sdkError("sdk/bad-request-json", `the request was altered: ${why}`, { cause });
}
