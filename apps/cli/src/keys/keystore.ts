import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Address, Hex } from "viem";
import { z } from "zod";
import { cliError } from "../errors.ts";
import { addressField, l1KeyField } from "../fields.ts";

/** The public part of a key file. */
export interface KeyFile {
  readonly name: string;
  /** L1 address that the key's accounts belong to. */
  readonly owner: Address;
  /** x of the L2 public key; null when the L2 key is derived from the L1 key for each rollup. */
  readonly publicKey: Hex | null;
  /** The only rollup that the L2 key is for; null if for any. */
  readonly rollup: { readonly chainId: string; readonly address: Address } | null;
  readonly hasL1Key: boolean;
}

/** The secrets behind a passphrase. */
export interface KeySecrets {
  /** Private key of the owner's L1 account. */
  readonly l1Key: Hex | null;
  /** L2 secret key. */
  readonly l2Key: Hex | null;
}

/** Parameters of scrypt. */
export interface KdfCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const SUFFIX = ".json";
/** Cost of trying one passphrase: half a second and 128 MiB. */
const COST: KdfCost = { n: 2 ** 17, r: 8, p: 1 };
/** Larger parameters in a file are refused: they would exhaust memory. */
const MAX_N = 2 ** 20;
const KEY_BYTES = 32;

const hexOf = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`))
    .transform((text): Hex => `0x${text.slice(2)}`);
const bytesHex = z.string().regex(/^(?:[0-9a-f]{2})+$/);

const fileSchema = z.strictObject({
  type: z.literal("cairn-key"),
  version: z.literal(1),
  owner: addressField,
  publicKey: hexOf(32).nullable(),
  rollup: z.strictObject({ chainId: z.string().regex(/^[1-9][0-9]{0,19}$/), address: addressField }).nullable(),
  hasL1Key: z.boolean(),
  crypto: z.strictObject({
    kdf: z.literal("scrypt"),
    n: z.int().min(2).max(MAX_N),
    r: z.int().min(1).max(16),
    p: z.int().min(1).max(16),
    salt: bytesHex,
    cipher: z.literal("aes-256-gcm"),
    iv: bytesHex,
    ciphertext: bytesHex,
    tag: bytesHex,
  }),
});
const secretsSchema = z.strictObject({ l1Key: l1KeyField.nullable(), l2Key: hexOf(32).nullable() });

type StoredFile = z.output<typeof fileSchema>;

/** Throws `cli/usage` for a name that cannot be a file name. */
export function assertKeyName(name: string): void {
  if (!NAME.test(name)) {
    throw cliError("cli/usage", `not a key name (a-z, 0-9, dashes, at most 32): ${name}`);
  }
}

/** Keys of a folder, by name; none when there is no folder. Throws `cli/bad-keystore`. */
export function listKeys(dir: string): KeyFile[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw cliError("cli/bad-keystore", `${dir} cannot be read`, { cause });
  }
  return names
    .filter((name) => name.endsWith(SUFFIX) && NAME.test(name.slice(0, -SUFFIX.length)))
    .sort()
    .map((name) => toKeyFile(name.slice(0, -SUFFIX.length), readFile(join(dir, name))));
}

/** A key's public part; null when there is no such file. Throws `cli/bad-keystore`, `cli/usage`. */
export function findKey(dir: string, name: string): KeyFile | null {
  assertKeyName(name);
  try {
    return toKeyFile(name, readFile(join(dir, name + SUFFIX)));
  } catch (error) {
    if (error instanceof Error && isMissing(error.cause)) return null;
    throw error;
  }
}

/** The secrets of a key. Throws `cli/bad-passphrase`, `cli/bad-keystore`, `cli/unknown-key`. */
export async function openKey(dir: string, name: string, passphrase: string): Promise<KeySecrets> {
  const path = join(dir, name + SUFFIX);
  const file = readFile(path);
  const { crypto } = file;
  const key = await deriveKey(passphrase, Buffer.from(crypto.salt, "hex"), crypto);
  let text: string;
  try {
    const cipher = createDecipheriv("aes-256-gcm", key, Buffer.from(crypto.iv, "hex"), { authTagLength: 16 });
    cipher.setAAD(publicPart(file)).setAuthTag(Buffer.from(crypto.tag, "hex"));
    text = `${cipher.update(crypto.ciphertext, "hex", "utf8")}${cipher.final("utf8")}`;
  } catch (cause) {
    throw cliError("cli/bad-passphrase", `the passphrase does not open ${path}, or the file was altered`, { cause });
  }
  return secretsSchema.parse(JSON.parse(text));
}

/** Writes a new key file that only its owner can read; never overwrites. Throws `cli/key-exists`, `cli/usage`. */
export async function writeKey(
  dir: string,
  file: KeyFile,
  secrets: KeySecrets,
  passphrase: string,
  cost: KdfCost = COST,
): Promise<string> {
  assertKeyName(file.name);
  const path = join(dir, file.name + SUFFIX);
  const { owner, publicKey, rollup, hasL1Key } = file;
  const header = { type: "cairn-key", version: 1, owner, publicKey, rollup, hasL1Key } as const;
  const salt = randomBytes(KEY_BYTES);
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", await deriveKey(passphrase, salt, cost), iv, { authTagLength: 16 });
  cipher.setAAD(publicPart(header));
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify(secrets), "utf8"), cipher.final()]);
  const stored: StoredFile = {
    ...header,
    crypto: {
      kdf: "scrypt",
      ...cost,
      salt: salt.toString("hex"),
      cipher: "aes-256-gcm",
      iv: iv.toString("hex"),
      ciphertext: ciphertext.toString("hex"),
      tag: cipher.getAuthTag().toString("hex"),
    },
  };
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(path, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") {
      throw cliError("cli/key-exists", `there is already a key named ${file.name} in ${dir}`, { cause });
    }
    throw cliError("cli/bad-keystore", `${path} cannot be written`, { cause });
  }
  return path;
}

function readFile(path: string): StoredFile {
  let text: string;
  try {
    if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
      throw cliError("cli/bad-keystore", `${path} is open to other users`, { details: { path } });
    }
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (isMissing(cause)) throw cliError("cli/unknown-key", `${path} does not exist`, { cause });
    throw cause;
  }
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw cliError("cli/bad-keystore", `${path} is damaged`, { cause, details: { path } });
  }
}

function toKeyFile(name: string, { owner, publicKey, rollup, hasL1Key }: StoredFile): KeyFile {
  return { name, owner, publicKey, rollup, hasL1Key };
}

/** What the tag covers besides the secrets, so that owner and public key cannot be exchanged unnoticed. */
function publicPart({ version, owner, publicKey, rollup, hasL1Key }: Omit<StoredFile, "crypto">): Buffer {
  const fields = [version, owner, publicKey, rollup?.chainId ?? null, rollup?.address ?? null, hasL1Key];
  return Buffer.from(JSON.stringify(fields));
}

function deriveKey(passphrase: string, salt: Buffer, { n, r, p }: KdfCost): Promise<Buffer> {
  const run = promisify<string, Buffer, number, object, Buffer>(scrypt);
  return run(passphrase.normalize("NFKC"), salt, KEY_BYTES, { N: n, r, p, maxmem: 256 * n * r });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
