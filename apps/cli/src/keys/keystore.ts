import { scrypt } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { isCairnError } from "@cairn/protocol";
import {
  type KdfCost,
  type KeyFileSecrets,
  openKeyFile,
  parseKeyFile,
  type SealedKeyFile,
  sealKeyFile,
} from "@cairn/sdk";
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

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const SUFFIX = ".json";
const KEY_BYTES = 32;

/** Addresses are checked against their checksums. */
const addressesSchema = z.object({
  owner: addressField,
  rollup: z.object({ chainId: z.string(), address: addressField }).nullable(),
});
const l1KeySchema = l1KeyField.nullable();

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
  let secrets: KeyFileSecrets;
  try {
    secrets = await openKeyFile(file, passphrase, { scrypt: nativeScrypt });
  } catch (cause) {
    if (!isCairnError(cause, "sdk/wrong-passphrase")) throw damaged(path, cause);
    throw cliError("cli/bad-passphrase", `the passphrase does not open ${path}, or the file was altered`, { cause });
  }
  const l1Key = l1KeySchema.safeParse(secrets.l1Key);
  if (!l1Key.success) throw damaged(path, l1Key.error);
  return { l1Key: l1Key.data, l2Key: secrets.l2Key };
}

/** Writes a new key file that only its owner can read; never overwrites. Throws `cli/key-exists`, `cli/usage`. */
export async function writeKey(
  dir: string,
  file: KeyFile,
  secrets: KeySecrets,
  passphrase: string,
  cost?: KdfCost,
): Promise<string> {
  assertKeyName(file.name);
  const path = join(dir, file.name + SUFFIX);
  const header = { ...file, publicKey: file.publicKey === null ? null : BigInt(file.publicKey) };
  const deps = { scrypt: nativeScrypt, ...(cost === undefined ? {} : { cost }) };
  const stored = await sealKeyFile(header, secrets, passphrase, deps);
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

function readFile(path: string): SealedKeyFile {
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
    const file = parseKeyFile(JSON.parse(text));
    addressesSchema.parse(file);
    return file;
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function damaged(path: string, cause: unknown): Error {
  return cliError("cli/bad-keystore", `${path} is damaged`, { cause, details: { path } });
}

function toKeyFile(name: string, file: SealedKeyFile): KeyFile {
  const publicKey: Hex | null = file.publicKey === null ? null : `0x${file.publicKey.slice(2)}`;
  return { name, ...addressesSchema.parse(file), publicKey, hasL1Key: file.hasL1Key };
}

function nativeScrypt(passphrase: string, salt: Uint8Array, { n, r, p }: KdfCost): Promise<Buffer> {
  const run = promisify<string, Uint8Array, number, object, Buffer>(scrypt);
  return run(passphrase, salt, KEY_BYTES, { N: n, r, p, maxmem: 256 * n * r });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
