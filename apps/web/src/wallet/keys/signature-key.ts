import { keyDerivationTypedData } from "@cairn/crypto";
import type { Domain } from "@cairn/protocol";
import { type Eip1193Provider, providerSigner, type Vault } from "@cairn/sdk";
import { KeyError } from "./key-error.ts";

/**
 * The key that follows from a wallet's signature. It is derived twice and must be alike: here, or here and at an earlier
 * visit, whose public key is `known`. Returns the public key. Throws `crypto/non-deterministic-wallet`,
 * `crypto/unsupported-wallet-signature`, `sdk/wallet-refused`, `sdk/signer-failed`, and `KeyError`.
 */
export async function keyFromWallet(
  vault: Vault,
  {
    provider,
    owner,
    domain,
    known,
  }: {
    readonly provider: Eip1193Provider;
    readonly owner: string;
    readonly domain: Domain;
    readonly known: bigint | null;
  },
): Promise<bigint> {
  const wallet = providerSigner(provider, owner);
  const { primaryType, message, domain: separator, types } = keyDerivationTypedData(domain);
  const ask = () =>
    wallet.signTypedData({ domain: separator, types: { KeyDerivation: types.KeyDerivation }, primaryType, message });
  const first = await ask();
  const second = known === null ? await ask() : first;
  const { key } = await vault.ask({ op: "derive", domain, signatures: [first, second] });
  if (known !== null && key !== known) throw new KeyError("other-key");
  return key;
}
