import {
  accountIndex,
  bytesToBigint,
  type Domain,
  encodeFloat16,
  encodeFloat40,
  FIRST_ACCOUNT_INDEX,
  tokenId,
} from "@cairn/protocol";
import { type MessageLine, type Signer, signWith, type Vault, vaultOf } from "@cairn/sdk";
import { startWorker } from "../../base/trusted.ts";
import vaultUrl from "../../workers/vault.ts?worker&url";

/** A worker for one key. */
export interface OwnVault {
  readonly vault: Vault;
  /** Ends the worker, and with it the key. */
  readonly end: () => void;
}

/** Starts a worker that has no key yet. */
export function startVault(): OwnVault {
  const worker = startWorker(vaultUrl);
  return { vault: vaultOf(worker as unknown as MessageLine), end: () => worker.terminate() };
}

/**
 * Has a key sign a transfer that no block can hold, as its time ended in 1970, and verifies the signature: a key that cannot
 * sign is noticed before any money is paid to it. Throws `sdk/signature-check-failed`, and as the signer.
 */
export async function testSignature(signer: Signer, domain: Domain): Promise<void> {
  const account = accountIndex(FIRST_ACCOUNT_INDEX);
  await signWith(signer, {
    domain,
    purpose: "request",
    transaction: {
      type: "transfer",
      from: account,
      to: account,
      toOwner: 1n,
      toKey: signer.key,
      nonce: 0,
      tokenId: tokenId(0),
      amount: encodeFloat40(0n),
      fee: encodeFloat16(0n),
      validFrom: 0,
      validUntil: 0,
      reference: bytesToBigint(crypto.getRandomValues(new Uint8Array(31))),
      link: null,
    },
  });
}
