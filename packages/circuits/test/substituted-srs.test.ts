import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { copySources, generateKeyLists } from "../src/build/key-lists.ts";
import {
  type CompiledProgram,
  devSrs,
  ensureDevSrs,
  ensureVerificationKey,
  loadCircuit,
  programGates,
  rebuildVerifier,
  srsPointsFor,
} from "../src/index.ts";
import { cacheDir, program } from "./support/cache.ts";

const wrong = expect.objectContaining({ code: "circuits/wrong-srs" });

/** Whoever fills the prover's folder with points of a known τ could forge every proof over them. */
describe("a folder that is said to hold Ignition's points and holds others", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cairn-substituted-srs-"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(dir, { recursive: true, force: true });
  });

  /** The program in a folder of its own, so that no key of it is cached. */
  const uncached = async (name: string): Promise<CompiledProgram> => {
    const built = join(dir, "built");
    mkdirSync(built);
    return { ...(await program(name)), dir: built };
  };
  /** The same in another cache. */
  const copyCompiled = async (name: string, cache: string): Promise<void> => {
    const compiled = await program(name);
    await programGates(compiled);
    const to = join(cache, "circuits", basename(compiled.dir));
    for (const file of ["program.json", "gates"]) cpSync(join(compiled.dir, file), join(to, file));
  };
  const keys = (): string[] => globSync("**/vk*", { cwd: dir });

  it("gives no key, for L1 or for recursion", async () => {
    const [compiled, { srs }] = [await uncached("gadgets/cells"), ensureDevSrs({ dir: join(dir, "srs"), points: 4 })];
    for (const target of ["evm", "recursion"] as const) {
      const key = ensureVerificationKey(compiled, { ...srs, kind: "ignition" }, { target });
      await expect(key).rejects.toThrow(wrong);
    }
    expect(keys()).toEqual([]);
  });

  it("gives no key, nor leaves one in the cache, when the points come while it is made", async () => {
    const compiled = await uncached("gadgets/cells");
    const { srs } = ensureDevSrs({ dir: devSrs(cacheDir).dir, points: srsPointsFor(await programGates(compiled)) });
    const later = join(dir, "srs");
    mkdirSync(later);
    const key = ensureVerificationKey(compiled, { kind: "ignition", dir: later });
    for (const file of ["bn254_g2.dat", "bn254_g1.dat"]) symlinkSync(join(srs.dir, file), join(later, file));
    await expect(key).rejects.toThrow(wrong);
    expect(keys()).toEqual([]);
    expect((await ensureVerificationKey(compiled, srs)).isCached).toBe(false);
    expect(keys().sort()).toEqual(["built/dev/vk", "built/dev/vk_hash"]);
  });

  it("loads no circuit, records no list of keys and rebuilds no verifier", async () => {
    const cache = join(dir, "cache");
    for (const name of ["block16", "solo16"]) await copyCompiled(name, cache);
    vi.stubEnv("HOME", dir);
    ensureDevSrs({ dir: join(dir, ".bb-crs"), points: 4 });
    const options = { cacheDir: cache, srs: "ignition" } as const;
    await expect(loadCircuit({ name: "solo16", ...options })).rejects.toThrow(wrong);
    const noirDir = copySources(join(dir, "noir"));
    await expect(generateKeyLists({ kind: "ignition", noirDir, cacheDir: cache })).rejects.toThrow(wrong);
    await expect(rebuildVerifier({ circuit: "solo16", ...options })).rejects.toThrow(wrong);
    expect(keys()).toEqual([]);
  });
});
