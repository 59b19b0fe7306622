import type { Domain } from "@cairn/protocol";
import type { Signer, Vault } from "@cairn/sdk";
import { type KeyWay, type KnownKey, rememberKey } from "./known-keys.ts";
import { startVault, testSignature } from "./vault.ts";

/** A key in a worker of its own, which has shown that it signs. */
export interface OpenedKey {
  readonly owner: `0x${string}`;
  readonly way: KeyWay;
  readonly signer: Signer;
  /** Ends the worker, and with it the key. */
  readonly end: () => void;
}

/**
 * Has a vault make a key, has the key sign a test, and only then remembers how it was made. Throws what `make` throws, and
 * `sdk/signature-check-failed`; the vault is ended then.
 *
 * @example await openKey(owner, domain, async (vault) => ({ way: "signature", key: await keyFromWallet(vault, …), … }));
 */
export async function openKey(
  owner: `0x${string}`,
  domain: Domain,
  make: (vault: Vault) => Promise<KnownKey>,
): Promise<OpenedKey> {
  const { vault, end } = startVault();
  try {
    const known = await make(vault);
    const signer = vault.signer(known.key);
    await testSignature(signer, domain);
    rememberKey(owner, domain, known);
    return { owner, way: known.way, signer, end };
  } catch (error) {
    end();
    throw error;
  }
}
