import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateKeyToAccount } from "viem/accounts";
import { type ProfileInput, writeProfile } from "../src/profile.ts";
import { ROLLUP } from "./node-double.ts";

const keyOf = (digit: string): `0x${string}` => `0x${digit.repeat(64)}`;
const accountOf = (name: string, digit: string) => {
  const privateKey = keyOf(digit);
  return { name, address: privateKeyToAccount(privateKey).address, privateKey };
};

/** Accounts in a test's profile. */
export const ALICE = accountOf("alice", "a");
export const BOB = accountOf("bob", "b");

/** A folder for profile and keystore that is deleted by `remove`. */
export function createHome(nodeUrl: string, change: Partial<ProfileInput> = {}) {
  const dir = mkdtempSync(join(tmpdir(), "cairn-home-"));
  writeProfile(join(dir, "profile.json"), {
    version: 1,
    chainId: 31337,
    rollup: ROLLUP,
    nodeUrl,
    tokens: [{ id: 1, address: `0x${"cd".repeat(20)}`, symbol: "USD", decimals: 6 }],
    accounts: [ALICE, BOB],
    defaultKey: "alice",
    ...change,
  });
  return {
    dir,
    env: { CAIRN_HOME: dir },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
