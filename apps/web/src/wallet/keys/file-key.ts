import { addressToBigint, bigintToAddress, type Domain } from "@cairn/protocol";
import { parseKeyFile, type SealedKeyFile, type Vault } from "@cairn/sdk";
import { KeyError } from "./key-error.ts";

/** Makes a random key, encrypted by a passphrase. Throws as the vault. */
export async function newFileKey(
  vault: Vault,
  { owner, domain, passphrase }: { readonly owner: string; readonly domain: Domain; readonly passphrase: string },
): Promise<{ readonly key: bigint; readonly file: SealedKeyFile }> {
  const rollup = { chainId: domain.chainId.toString(), address: bigintToAddress(domain.rollup) };
  return vault.ask({ op: "create", header: { owner, rollup }, passphrase });
}

/** Opens a key. Throws `sdk/wrong-passphrase`, `sdk/bad-key-file`, and `KeyError`. */
export async function keyFromFile(vault: Vault, file: SealedKeyFile, passphrase: string): Promise<bigint> {
  const { key } = await vault.ask({ op: "open", file, passphrase });
  if (file.publicKey !== null && BigInt(file.publicKey) !== key) throw new KeyError("other-key");
  return key;
}

/** A file that a user has chosen. Throws `KeyError` for one that is not for this owner and rollup. */
export function readKeyFile(
  text: string,
  { owner, domain }: { readonly owner: string; readonly domain: Domain },
): SealedKeyFile {
  const file = parseText(text);
  if (addressToBigint(file.owner) !== addressToBigint(owner)) throw new KeyError("other-owner");
  const { rollup, publicKey } = file;
  const isHere =
    rollup === null ||
    (rollup.chainId === domain.chainId.toString() && addressToBigint(rollup.address) === domain.rollup);
  if (!isHere) throw new KeyError("other-rollup");
  if (publicKey === null) throw new KeyError("no-l2-key");
  return file;
}

function parseText(text: string): SealedKeyFile {
  try {
    return parseKeyFile(JSON.parse(text));
  } catch (cause) {
    throw new KeyError("no-key-file", { cause });
  }
}
