import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileCircuit, NOIR_DIR, sourceHash, writeFileAtomically } from "../src/build/compile.ts";
import {
  copySources,
  findStaleKeys,
  type KeyRecords,
  keyListPath,
  keyListSource,
  noirDirOf,
  readRecordedKeys,
  sourcesOf,
} from "../src/build/key-lists.ts";
import { listSrs } from "../src/build/list-srs.ts";
import { proofFields, readRecursionKey } from "../src/build/recursion-key.ts";
import { ensureVerificationKey } from "../src/build/verification-key.ts";
import { INNER_CIRCUITS, PARENT_CIRCUITS } from "../src/circuits.ts";
import { loadCircuit } from "../src/prove/prove.ts";
import { cacheDir, provingCircuit } from "./support/cache.ts";

describe("lists of keys", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "cairn-keys-test-"));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it("constants are those of the recorded keys, and the sources those that they were made from", () => {
    expect(findStaleKeys(readRecordedKeys().dev)).toEqual([]);
  });

  it.each(PARENT_CIRCUITS)("altered by one digit in %s are noticed", (parent) => {
    const noirDir = copySources(dir);
    const path = keyListPath(parent, noirDir);
    const source = readFileSync(path, "utf8");
    writeFileAtomically(
      path,
      source.replace(/0x(.)/, (_, digit) => `0x${digit === "1" ? "2" : "1"}`),
    );
    const stale = findStaleKeys(readRecordedKeys().dev, noirDir);
    expect(stale).toContain(`${parent}: list of keys differs from keys.json`);
  });

  it("a change of any source that a key depends on is noticed", () => {
    const noirDir = copySources(dir);
    writeFileAtomically(join(noirDir, "rollup/src/powers.nr"), "// Changed.\n");
    const stale = findStaleKeys(readRecordedKeys().dev, noirDir);
    for (const name of INNER_CIRCUITS)
      expect(stale).toContain(`${name}: sources changed since its key and gates were recorded`);
  });

  it("a record without keys, or without one of them, is noticed", () => {
    expect(findStaleKeys(null)).toEqual(["keys.json: no keys over the development SRS"]);
    const { dev } = readRecordedKeys();
    if (dev === null) expect.unreachable();
    const { block256: _, ...others } = dev;
    expect(findStaleKeys(others as KeyRecords)).toEqual(["block256: no key recorded"]);
  });

  it("the two lists have no key in common", () => {
    const { dev, ignition } = readRecordedKeys();
    const hashesOf = (records: typeof dev) => INNER_CIRCUITS.flatMap((name) => records?.[name].keyHash ?? []);
    expect(new Set(hashesOf(dev)).size).toBe(INNER_CIRCUITS.length);
    expect(hashesOf(ignition).filter((hash) => hashesOf(dev).includes(hash))).toEqual([]);
  });

  it("for production there are none until someone makes them over Ignition's points", () => {
    expect(noirDirOf("dev", dir)).not.toContain(dir);
    const { dev } = readRecordedKeys();
    expect(() => noirDirOf("ignition", dir, { dev, ignition: null })).toThrow(
      expect.objectContaining({ code: "circuits/keys-missing" }),
    );
  });

  it("for production are in a copy of the sources, one for each record", () => {
    const { dev } = readRecordedKeys();
    if (dev === null) expect.unreachable();
    const keyHash = `0x${"12".repeat(31)}`;
    const ignition = { ...dev, block16: { ...dev.block16, keyHash } };
    const noirDir = noirDirOf("ignition", dir, { dev, ignition });
    expect(noirDirOf("ignition", dir, { dev, ignition })).toBe(noirDir);
    expect(noirDirOf("ignition", dir, { dev, ignition: dev })).not.toBe(noirDir);
    for (const parent of PARENT_CIRCUITS) {
      expect(readFileSync(keyListPath(parent, noirDir), "utf8")).toContain(`${keyHash}, // block16`);
      expect(sourceHash(parent, noirDir)).not.toBe(sourceHash(parent));
    }
    expect(sourceHash("block16", noirDir)).toBe(sourceHash("block16"));
  });

  it("are needed for production by circuits that verify proofs only", () => {
    expect(sourcesOf("solo16", "ignition", dir)).toBe(NOIR_DIR);
    expect(sourcesOf("batch", "dev", dir)).toBe(NOIR_DIR);
    const { dev } = readRecordedKeys();
    expect(() => sourcesOf("batch", "ignition", dir, { dev, ignition: null })).toThrow(
      expect.objectContaining({ code: "circuits/keys-missing" }),
    );
  });

  it("names the circuit whose key it lacks", () => {
    expect(() => keyListSource("merge1", {}, "dev")).toThrow(
      expect.objectContaining({ code: "circuits/keys-missing" }),
    );
  });
});

describe("a circuit that accepts children over one SRS", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "cairn-keys-test-"));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const merge1 = (noirDir?: string) => compileCircuit({ name: "merge1", cacheDir, ...(noirDir && { noirDir }) });
  const refused = expect.objectContaining({ code: "circuits/wrong-key-list" });
  /** Folders without points: nothing is proven over them. */
  const [dev, ignition] = [{ kind: "dev", dir: "" } as const, { kind: "ignition", dir: "" } as const];

  it.each(PARENT_CIRCUITS)("says which in its sources: %s", (parent) => {
    const { dev: keys } = readRecordedKeys();
    if (keys === null) expect.unreachable();
    expect(listSrs(readFileSync(keyListPath(parent), "utf8"))).toBe("dev");
    const noirDir = noirDirOf("ignition", dir, { dev: keys, ignition: keys });
    expect(listSrs(readFileSync(keyListPath(parent, noirDir), "utf8"))).toBe("ignition");
  });

  it("has no key over the other, so that no verifier over Ignition trusts proofs that anyone can forge", async () => {
    const program = await merge1();
    for (const target of ["evm", "recursion"] as const) {
      await expect(ensureVerificationKey(program, ignition, { target })).rejects.toThrow(refused);
    }
    await expect(ensureVerificationKey({ ...program, childrenSrs: "ignition" }, dev)).rejects.toThrow(refused);
  });

  it("is not compiled from a list that does not say over which SRS its keys are", async () => {
    const noirDir = copySources(dir);
    const path = keyListPath("merge1", noirDir);
    writeFileAtomically(path, readFileSync(path, "utf8").replace("development SRS", "development points"));
    await expect(merge1(noirDir)).rejects.toThrow(refused);
  });

  it("is not loaded for production while the lists over Ignition are not recorded", async () => {
    expect(readRecordedKeys().ignition).toBeNull();
    for (const name of ["merge1", "merge2", "pair", "batch"] as const) {
      await expect(loadCircuit({ name, cacheDir: dir, srs: "ignition" })).rejects.toThrow(
        expect.objectContaining({ code: "circuits/keys-missing" }),
      );
    }
  });
});

describe("the key of a circuit for recursion", () => {
  it("is the recorded one, and not that for the EVM", async () => {
    const { key } = await provingCircuit("block16", "recursion");
    const { fields, hash } = readRecursionKey(key);
    expect(fields).toHaveLength(115);
    expect(hash).toBe(BigInt(readRecordedKeys().dev?.block16.keyHash ?? 0n));
    const { key: evm } = await provingCircuit("block16");
    expect(evm.path).not.toBe(key.path);
    expect(() => readRecursionKey(evm)).toThrow(expect.objectContaining({ code: "circuits/bad-key" }));
  });

  it("is refused when the file is not what the prover writes", async () => {
    const { key } = await provingCircuit("block16", "recursion");
    const honest = readFileSync(key.path);
    const hash = readFileSync(join(dirname(key.path), "vk_hash"));
    const dir = await mkdtemp(join(tmpdir(), "cairn-key-test-"));
    const read = (keyBytes: Uint8Array, hashBytes: Uint8Array) => {
      writeFileAtomically(join(dir, "vk"), keyBytes);
      writeFileAtomically(join(dir, "vk_hash"), hashBytes);
      return readRecursionKey({ path: join(dir, "vk"), target: "recursion", srs: "dev", isCached: true });
    };
    try {
      expect(read(honest, hash)).toEqual(readRecursionKey(key));
      for (const [keyBytes, hashBytes] of [
        [honest.subarray(32), hash],
        [honest.subarray(1), hash],
        [Buffer.concat([Buffer.alloc(32, 255), honest.subarray(32)]), hash],
        [honest, Buffer.alloc(64)],
        [honest, Buffer.alloc(0)],
      ] as const) {
        expect(() => read(keyBytes, hashBytes)).toThrow(expect.objectContaining({ code: "circuits/bad-key" }));
      }
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

it("takes no other bytes for a proof", () => {
  expect(proofFields(new Uint8Array(410 * 32))).toHaveLength(410);
  const above = new Uint8Array(410 * 32).fill(255);
  for (const bytes of [new Uint8Array(409 * 32), new Uint8Array(411 * 32), new Uint8Array(410 * 32 + 1), above]) {
    expect(() => proofFields(bytes)).toThrow(expect.objectContaining({ code: "circuits/bad-proof" }));
  }
});
