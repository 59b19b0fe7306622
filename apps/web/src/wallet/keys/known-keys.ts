import { bigintToAddress, type Domain } from "@cairn/protocol";
import { parseKeyFile, type SealedKeyFile } from "@cairn/sdk";
import * as z from "zod/mini";

const knownSchema = z.object({
  way: z.enum(["signature", "passkey", "file"]),
  key: z.string().check(z.regex(/^0x[0-9a-f]{64}$/)),
  credential: z.nullable(z.string().check(z.regex(/^[\w-]{1,2000}$/))),
  /** A key file, as it is kept outside, too. */
  file: z.nullable(z.unknown()),
});

/** How an owner's key is made, or opened. */
export type KeyWay = "signature" | "passkey" | "file";

/** What is kept of a key between visits: nothing that is secret without the passphrase. */
export interface KnownKey {
  readonly way: KeyWay;
  /** x of the public key. */
  readonly key: bigint;
  /** Id of a passkey, in base64url. */
  readonly credential: string | null;
  /** Encrypted by a passphrase. */
  readonly file: SealedKeyFile | null;
}

/** The key that an owner opened last in this browser; null when there is none. */
export function knownKey(owner: string, domain: Domain): KnownKey | null {
  try {
    const parsed = knownSchema.safeParse(JSON.parse(localStorage.getItem(nameOf(owner, domain)) ?? "null"));
    if (!parsed.success) return null;
    const { way, key, credential, file } = parsed.data;
    return { way, key: BigInt(key), credential, file: file === null ? null : parseKeyFile(file) };
  } catch {
    // Nothing is kept here, or it is damaged: the key is opened as for the first time.
    return null;
  }
}

/** Keeps it for the next visit. */
export function rememberKey(owner: string, domain: Domain, { way, key, credential, file }: KnownKey): void {
  const text = JSON.stringify({ way, key: `0x${key.toString(16).padStart(64, "0")}`, credential, file });
  try {
    localStorage.setItem(nameOf(owner, domain), text);
  } catch {
    // A browser that keeps nothing asks as at the first visit.
  }
}

/** Makes this browser forget how the key is opened. */
export function forgetKey(owner: string, domain: Domain): void {
  localStorage.removeItem(nameOf(owner, domain));
}

function nameOf(owner: string, { chainId, rollup }: Domain): string {
  return `cairn-key-${chainId}-${bigintToAddress(rollup)}-${owner}`.toLowerCase();
}
