import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKeyFile, sealKeyFile } from "@cairn/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findKey, type KeyFile, listKeys, openKey, writeKey } from "./keystore.ts";

const SECRETS = { l1Key: `0x${"1".repeat(64)}`, l2Key: `0x0${"2".repeat(63)}` } as const;
const FILE: KeyFile = {
  name: "alice",
  owner: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  publicKey: `0x${"3".repeat(64)}`,
  rollup: { chainId: "31337", address: `0x${"ab".repeat(20)}` },
  hasL1Key: true,
};
const CHEAP = { n: 2 ** 10, r: 8, p: 1 };
const PASSPHRASE = "correct horse";

describe("keystore", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cairn-keys-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const alter = (path: string, change: (file: Record<string, Record<string, unknown>>) => object) =>
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));

  it("opens only with its passphrase, and shows no secret without it", async () => {
    const path = await writeKey(join(dir, "new"), FILE, SECRETS, PASSPHRASE);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, "new")).mode & 0o777).toBe(0o700);
    expect(readFileSync(path, "utf8")).not.toMatch(/1{16}|2{16}/);
    expect(findKey(join(dir, "new"), "alice")).toEqual(FILE);
    expect(listKeys(join(dir, "new"))).toEqual([FILE]);
    expect(await openKey(join(dir, "new"), "alice", PASSPHRASE)).toEqual(SECRETS);
    await expect(openKey(join(dir, "new"), "alice", "Correct horse")).rejects.toMatchObject({
      code: "cli/bad-passphrase",
    });
  });

  it("accepts a passphrase however its characters are composed", async () => {
    await writeKey(dir, FILE, SECRETS, "Z\u00fcrich 8001", CHEAP);
    expect(await openKey(dir, "alice", "Zu\u0308rich 8001")).toEqual(SECRETS);
  });

  it("is the file that the SDK opens, and makes", async () => {
    const path = await writeKey(dir, FILE, SECRETS, PASSPHRASE, CHEAP);
    expect(await openKeyFile(JSON.parse(readFileSync(path, "utf8")), PASSPHRASE)).toEqual(SECRETS);
    const header = { ...FILE, publicKey: BigInt(FILE.publicKey ?? 0) };
    const made = await sealKeyFile(header, { l1Key: null, l2Key: SECRETS.l2Key }, PASSPHRASE, { cost: CHEAP });
    writeFileSync(join(dir, "bob.json"), JSON.stringify(made), { mode: 0o600 });
    expect(findKey(dir, "bob")).toEqual({ ...FILE, name: "bob", hasL1Key: false });
    expect(await openKey(dir, "bob", PASSPHRASE)).toEqual({ l1Key: null, l2Key: SECRETS.l2Key });
  });

  it("never overwrites a key", async () => {
    const path = await writeKey(dir, FILE, SECRETS, PASSPHRASE, CHEAP);
    const before = readFileSync(path, "utf8");
    await expect(writeKey(dir, FILE, SECRETS, PASSPHRASE, CHEAP)).rejects.toMatchObject({ code: "cli/key-exists" });
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it("detects a public part that was exchanged", async () => {
    const path = await writeKey(dir, FILE, SECRETS, PASSPHRASE, CHEAP);
    alter(path, (file) => ({ ...file, owner: `0x${"11".repeat(20)}` }));
    await expect(openKey(dir, "alice", PASSPHRASE)).rejects.toMatchObject({ code: "cli/bad-passphrase" });
  });

  it("refuses files that others can read, that are damaged, or that would exhaust memory", async () => {
    const path = await writeKey(dir, FILE, SECRETS, PASSPHRASE, CHEAP);
    const bad = expect.objectContaining({ code: "cli/bad-keystore" });
    chmodSync(path, 0o640);
    expect(() => findKey(dir, "alice")).toThrow(bad);
    chmodSync(path, 0o600);
    alter(path, (file) => ({ ...file, crypto: { ...file.crypto, n: 2 ** 30 } }));
    expect(() => listKeys(dir)).toThrow(bad);
    alter(path, (file) => ({
      ...file,
      crypto: { ...file.crypto, n: 2 ** 10 },
      owner: "0x70997970c51812dc3A010C7d01b50e0d17dc79C8",
    }));
    expect(() => findKey(dir, "alice")).toThrow(bad);
    writeFileSync(path, "{");
    expect(() => findKey(dir, "alice")).toThrow(bad);
  });

  it("has no keys outside its folder", () => {
    expect(listKeys(join(dir, "none"))).toEqual([]);
    expect(findKey(dir, "nobody")).toBeNull();
    for (const name of ["../alice", "a/b", "", "Alice", "a.json", "x".repeat(33)]) {
      expect(() => findKey(dir, name), name).toThrow(expect.objectContaining({ code: "cli/usage" }));
    }
  });
});
