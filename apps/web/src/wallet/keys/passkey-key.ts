import type { Domain } from "@cairn/protocol";
import type { Vault } from "@cairn/sdk";
import { KeyError } from "./key-error.ts";
import { askPasskey, createPasskey } from "./passkey.ts";

/** Which passkey, for whom. */
export interface PasskeyQuestion {
  readonly owner: string;
  readonly domain: Domain;
  /** The key that it made at an earlier visit; null when none is known. */
  readonly known: bigint | null;
  /** Its id; null to let the user choose. */
  readonly credential: string | null;
}

/** A key that a passkey makes. */
export interface PasskeyKey {
  readonly key: bigint;
  readonly credential: string;
}

/** Makes a passkey, and the key that follows from it, twice. Throws as {@link keyFromPasskey}. */
export async function keyFromNewPasskey(vault: Vault, { owner, domain }: PasskeyQuestion): Promise<PasskeyKey> {
  const { credential, prf } = await createPasskey(owner);
  const known = prf === null ? null : await take(vault, domain, prf);
  return keyFromPasskey(vault, { owner, domain, known, credential });
}

/**
 * The key that follows from a passkey, derived twice where it was not known. Throws `KeyError` when it is another one than
 * before, and as `askPasskey`.
 */
export async function keyFromPasskey(vault: Vault, question: PasskeyQuestion): Promise<PasskeyKey> {
  const { owner, domain, known } = question;
  const first = await askPasskey(owner, question.credential);
  const key = await take(vault, domain, first.prf);
  if (known !== null && key !== known) throw new KeyError("other-key");
  if (known === null) {
    const { prf } = await askPasskey(owner, first.credential);
    if ((await take(vault, domain, prf)) !== key) throw new KeyError("other-key");
  }
  return { key, credential: first.credential };
}

/** Hands the bytes over: afterwards only the vault has them. */
async function take(vault: Vault, domain: Domain, prf: Uint8Array): Promise<bigint> {
  const own = Uint8Array.from(prf);
  prf.fill(0);
  const { key } = await vault.ask({ op: "passkey", domain, prf: own }, [own.buffer]);
  return key;
}
