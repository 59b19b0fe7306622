import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DEV_CHAIN_IDS } from "@cairn/contracts";
import { MAX_TOKEN_DECIMALS } from "@cairn/l1";
import { z } from "zod";
import { cliError } from "./errors.ts";
import { addressField, httpUrlField, l1KeyField } from "./fields.ts";
import { cairnHome, type Terminal } from "./terminal.ts";

const profileSchema = z.strictObject({
  version: z.literal(1),
  chainId: z.int().positive(),
  rollup: addressField,
  l1RpcUrl: httpUrlField.optional(),
  nodeUrl: httpUrlField.optional(),
  deploymentBlock: z.int().min(0).optional(),
  tokens: z
    .array(
      z.strictObject({
        id: z.int().min(0),
        address: addressField.nullable(),
        symbol: z.string().min(1).max(32),
        decimals: z.int().min(0).max(MAX_TOKEN_DECIMALS),
      }),
    )
    .default([]),
  /** Public keys of a development chain. */
  accounts: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9-]{1,32}$/),
        address: addressField,
        privateKey: l1KeyField,
      }),
    )
    .default([]),
  /** Name of the key that is used when none is named. */
  defaultKey: z.string().optional(),
});

/** Where a rollup is and how to reach it, written by `cairn devnet` and `cairn deploy` for the other commands. */
export type Profile = z.output<typeof profileSchema>;

/** A profile before its defaults are filled in. */
export type ProfileInput = z.input<typeof profileSchema>;

/** File that commands read when neither `--profile` nor CAIRN_PROFILE names another. */
export function defaultProfilePath(terminal: Pick<Terminal, "env">): string {
  return terminal.env.CAIRN_PROFILE || join(cairnHome(terminal), "profile.json");
}

/** The profile in a file; null when there is no file. Throws `cli/bad-profile`. */
export function readProfile(path: string): Profile | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw cliError("cli/bad-profile", `${path} cannot be read`, { cause, details: { path } });
  }
  const problem = (what: string, cause?: unknown) =>
    cliError("cli/bad-profile", `${path}: ${what}`, { cause, details: { path } });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw problem("not JSON", cause);
  }
  const parsed = profileSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw problem(`${issue?.path.join(".")}: ${issue?.message}`, parsed.error);
  }
  const profile = parsed.data;
  const ids = profile.tokens.map(({ id }) => id);
  if (new Set(ids).size < ids.length) throw problem("tokens: two have the same id");
  if (profile.tokens.some(({ id, symbol, address }) => id === 0 && (symbol !== "ETH" || address !== null))) {
    throw problem("tokens: token 0 is ETH and has no address");
  }
  if (profile.accounts.length > 0 && !DEV_CHAIN_IDS.includes(profile.chainId)) {
    throw problem(`unencrypted private keys are not allowed on chain ${profile.chainId}`);
  }
  return profile;
}

/**
 * Writes the file whole or not at all, readable by its owner only. Throws `cli/bad-profile` when it could not be read
 * back.
 */
export function writeProfile(path: string, profile: ProfileInput): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 });
  try {
    readProfile(draft);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Deletes the file if it still names this rollup on this L1: another devnet may have replaced it meanwhile. */
export function removeProfile(path: string, written: Pick<ProfileInput, "rollup" | "l1RpcUrl">): void {
  const found = readProfile(path);
  if (found?.rollup === written.rollup && found.l1RpcUrl === written.l1RpcUrl) rmSync(path, { force: true });
}
