import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ALICE } from "../test/home.ts";
import { ROLLUP } from "../test/node-double.ts";
import { readProfile, removeProfile, writeProfile } from "./profile.ts";

const dir = mkdtempSync(join(tmpdir(), "cairn-profile-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const bad = expect.objectContaining({ code: "cli/bad-profile" });
const minimal = { version: 1, chainId: 31337, rollup: ROLLUP } as const;

describe("profile", () => {
  it("is written for its owner alone, leaves no other file, and is read back", () => {
    const path = join(dir, "a", "profile.json");
    writeProfile(path, { ...minimal, accounts: [ALICE] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, "a"))).toEqual(["profile.json"]);
    expect(readProfile(path)).toEqual({ ...minimal, tokens: [], accounts: [ALICE] });
    expect(readProfile(join(dir, "none.json"))).toBeNull();
  });

  it("contains no keys of chains that are not for development", () => {
    const path = join(dir, "main.json");
    expect(() => writeProfile(path, { ...minimal, chainId: 1, accounts: [ALICE] })).toThrow(bad);
    expect(readProfile(path)).toBeNull();
    expect(readdirSync(dir).filter((name) => name.includes("tmp"))).toEqual([]);
  });

  it("is refused in any other form", () => {
    const path = join(dir, "bad.json");
    for (const text of [
      "",
      "{",
      "[]",
      JSON.stringify({ ...minimal, rollup: "0x" }),
      JSON.stringify({ ...minimal, x: 1 }),
    ]) {
      writeFileSync(path, text);
      expect(() => readProfile(path), text).toThrow(bad);
    }
  });

  it("is removed only by its writer", () => {
    const path = join(dir, "mine.json");
    writeProfile(path, { ...minimal, l1RpcUrl: "http://127.0.0.1:1" });
    removeProfile(path, { ...minimal, l1RpcUrl: "http://127.0.0.1:2" });
    expect(readProfile(path)).not.toBeNull();
    removeProfile(path, { ...minimal, l1RpcUrl: "http://127.0.0.1:1" });
    expect(readProfile(path)).toBeNull();
    removeProfile(path, minimal);
  });
});
