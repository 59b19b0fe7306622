import { bigintToHex, bytesToHex, type Hex, hexToBytes } from "@cairn/protocol";
import { ENGLISH } from "@cairn/rpc";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import * as z from "zod/mini";
import { sdkError } from "../errors.ts";

/** The public part of a key file. */
export interface KeyFileHeader {
  /** L1 address that the key's accounts belong to. */
  readonly owner: string;
  /** x of the L2 public key; null when the L2 key is derived from the L1 key for each rollup. */
  readonly publicKey: bigint | null;
  /** The only rollup that the L2 key is for; null if for any. */
  readonly rollup: { readonly chainId: string; readonly address: string } | null;
}

/** The secrets behind a passphrase; null for one that is kept elsewhere. */
export interface KeyFileSecrets {
  /** Private key of the owner's L1 account. */
  readonly l1Key: Hex | null;
  readonly l2Key: Hex | null;
}

/** Parameters of scrypt: n must be a power of two. */
export interface KdfCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** What {@link sealKeyFile} and {@link openKeyFile} use; scrypt in plain JavaScript by default. */
export interface KeyFileDeps {
  readonly scrypt?: (passphrase: string, salt: Uint8Array, cost: KdfCost) => Promise<Uint8Array>;
  /** Cost of a new file. */
  readonly cost?: KdfCost;
}

/** Cost of trying one passphrase: half a second or more, and 128 MiB. */
const COST: KdfCost = { n: 2 ** 17, r: 8, p: 1 };
/** Larger parameters in a file are refused: they would exhaust memory. */
const MAX_N = 2 ** 20;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

const hexOf = (bytes: number) => z.string().check(z.regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`)));
const plainHex = z.string().check(z.regex(/^(?:[0-9a-f]{2})+$/));
const small = z.int().check(z.minimum(1), z.maximum(16));

const fileSchema = z.strictObject({
  type: z.literal("cairn-key"),
  version: z.literal(1),
  owner: hexOf(20),
  publicKey: z.nullable(hexOf(32)),
  rollup: z.nullable(z.strictObject({ chainId: z.string().check(z.regex(/^[1-9][0-9]{0,19}$/)), address: hexOf(20) })),
  hasL1Key: z.boolean(),
  crypto: z.strictObject({
    kdf: z.literal("scrypt"),
    n: z.int().check(z.minimum(2), z.maximum(MAX_N)),
    r: small,
    p: small,
    salt: plainHex,
    cipher: z.literal("aes-256-gcm"),
    iv: plainHex,
    ciphertext: plainHex,
    tag: plainHex,
  }),
});
const secretsSchema = z.strictObject({ l1Key: z.nullable(hexOf(32)), l2Key: z.nullable(hexOf(32)) });

/** An encrypted key as JSON: the same file as the command's keystore has. */
export type SealedKeyFile = z.infer<typeof fileSchema>;

/**
 * Encrypts keys with a passphrase: scrypt and AES-256-GCM, which also covers owner, public key and rollup.
 *
 * @example const file = await sealKeyFile({ owner, publicKey, rollup: null }, { l1Key: null, l2Key }, passphrase);
 */
export async function sealKeyFile(
  header: KeyFileHeader,
  secrets: KeyFileSecrets,
  passphrase: string,
  { scrypt = pureScrypt, cost = COST }: KeyFileDeps = {},
): Promise<SealedKeyFile> {
  const { owner, publicKey, rollup } = header;
  const open = {
    type: "cairn-key",
    version: 1,
    owner,
    publicKey: publicKey === null ? null : bigintToHex(publicKey, 32),
    rollup,
    hasL1Key: secrets.l1Key !== null,
  } as const;
  const salt = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await importKey(await scrypt(passphrase.normalize("NFKC"), salt, cost), "encrypt");
  const parameters = { name: "AES-GCM", iv, additionalData: publicPart(open) };
  const secret = new TextEncoder().encode(JSON.stringify(secrets));
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters, key, secret));
  return {
    ...open,
    crypto: {
      kdf: "scrypt",
      ...cost,
      salt: plain(salt),
      cipher: "aes-256-gcm",
      iv: plain(iv),
      ciphertext: plain(sealed.subarray(0, -TAG_BYTES)),
      tag: plain(sealed.subarray(-TAG_BYTES)),
    },
  };
}

/**
 * A key file that was read as JSON. Throws `sdk/bad-key-file` for a damaged one.
 *
 * @example const { owner, publicKey } = parseKeyFile(JSON.parse(text));
 */
export function parseKeyFile(json: unknown): SealedKeyFile {
  const parsed = fileSchema.safeParse(json, ENGLISH);
  if (!parsed.success) throw sdkError("sdk/bad-key-file", "not a key file, or a damaged one", { cause: parsed.error });
  const { n } = parsed.data.crypto;
  if ((n & (n - 1)) !== 0) throw sdkError("sdk/bad-key-file", "the key file's cost is no power of two");
  return parsed.data;
}

/**
 * The keys of a file. Throws `sdk/bad-key-file` for a damaged one, and `sdk/wrong-passphrase` also when the file was
 * altered.
 *
 * @example const { l2Key } = await openKeyFile(JSON.parse(text), passphrase);
 */
export async function openKeyFile(
  json: unknown,
  passphrase: string,
  { scrypt = pureScrypt }: KeyFileDeps = {},
): Promise<KeyFileSecrets> {
  const file = parseKeyFile(json);
  const { crypto: sealed } = file;
  const key = await importKey(await scrypt(passphrase.normalize("NFKC"), bytesOf(sealed.salt), sealed), "decrypt");
  const parameters = { name: "AES-GCM", iv: bytesOf(sealed.iv), additionalData: publicPart(file) };
  let text: string;
  try {
    const secret = await crypto.subtle.decrypt(parameters, key, bytesOf(sealed.ciphertext + sealed.tag));
    text = new TextDecoder().decode(secret);
  } catch (cause) {
    throw sdkError("sdk/wrong-passphrase", "the passphrase does not open the key file, or it was altered", { cause });
  }
  const secrets = secretsSchema.safeParse(JSON.parse(text));
  if (!secrets.success) throw sdkError("sdk/bad-key-file", "the key file holds no keys");
  const hex = (value: string | null): Hex | null => (value === null ? null : `0x${value.slice(2)}`);
  return { l1Key: hex(secrets.data.l1Key), l2Key: hex(secrets.data.l2Key) };
}

/** What the tag covers besides the secrets, so that owner and public key cannot be exchanged unnoticed. */
function publicPart({
  version,
  owner,
  publicKey,
  rollup,
  hasL1Key,
}: Omit<SealedKeyFile, "crypto">): Uint8Array<ArrayBuffer> {
  const fields = [version, owner, publicKey, rollup?.chainId ?? null, rollup?.address ?? null, hasL1Key];
  return Uint8Array.from(new TextEncoder().encode(JSON.stringify(fields)));
}

function importKey(raw: Uint8Array, use: "encrypt" | "decrypt") {
  return crypto.subtle.importKey("raw", Uint8Array.from(raw), "AES-GCM", false, [use]);
}

function pureScrypt(passphrase: string, salt: Uint8Array, { n, r, p }: KdfCost): Promise<Uint8Array> {
  return scryptAsync(passphrase, salt, { N: n, r, p, dkLen: KEY_BYTES, maxmem: 256 * n * r });
}

function plain(bytes: Uint8Array): string {
  return bytesToHex(bytes).slice(2);
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hexToBytes(`0x${hex}`));
}
