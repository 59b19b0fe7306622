// #region keys
// src/keys.ts
import { keyDerivationTypedData } from "@cairn/crypto";
import { parseKeyFile, prfExtension, prfOf, providerSigner, type Signer, vaultOf } from "@cairn/sdk";
import { DOMAIN, ethereum } from "./settings.ts";

const worker = new Worker(new URL("./vault.ts", import.meta.url), { type: "module" });
const vault = vaultOf(worker);
// #endregion

// #region passkey
/** A new passkey for this page, on this device or in the user's password manager. */
export async function createPasskey(owner: string): Promise<Signer> {
  await navigator.credentials.create({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { name: "Wallet" },
      user: { id: new TextEncoder().encode(owner), name: owner, displayName: owner },
      pubKeyCredParams: [
        { type: "public-key", alg: -7 },
        { type: "public-key", alg: -257 },
      ],
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      extensions: prfExtension() as AuthenticationExtensionsClientInputs,
    },
  });
  return openPasskey();
}

/** The key that the passkey has in this rollup, always the same. */
export async function openPasskey(): Promise<Signer> {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      userVerification: "required",
      extensions: prfExtension() as AuthenticationExtensionsClientInputs,
    },
  });
  const prf = prfOf((credential as PublicKeyCredential).getClientExtensionResults());
  const { key } = await vault.ask({ op: "passkey", domain: DOMAIN, prf });
  return vault.signer(key);
}
// #endregion

// #region file
const FILE = "wallet-key";

/** A random key, encrypted by a passphrase. Offer the text as a download, too: without it the key is lost. */
export async function createKeyFile(owner: string, passphrase: string): Promise<Signer> {
  const { key, file } = await vault.ask({ op: "create", header: { owner, rollup: null }, passphrase });
  localStorage.setItem(FILE, JSON.stringify(file));
  return vault.signer(key);
}

/** Opens it again. Throws `sdk/wrong-passphrase`. */
export async function openKeyFile(passphrase: string): Promise<Signer> {
  const file = parseKeyFile(JSON.parse(localStorage.getItem(FILE) ?? "null"));
  const { key } = await vault.ask({ op: "open", file, passphrase });
  return vault.signer(key);
}
// #endregion

// #region signature
/** The key that follows from the browser wallet's signature, always the same: nothing has to be kept. */
export async function keyFromWallet(owner: string): Promise<Signer> {
  const wallet = providerSigner(ethereum(), owner);
  const { primaryType, message, domain, types } = keyDerivationTypedData(DOMAIN);
  const ask = () =>
    wallet.signTypedData({ domain, types: { KeyDerivation: types.KeyDerivation }, primaryType, message });
  // Twice, since a wallet whose signatures differ could never make the key again.
  const { key } = await vault.ask({ op: "derive", domain: DOMAIN, signatures: [await ask(), await ask()] });
  return vault.signer(key);
}
// #endregion
