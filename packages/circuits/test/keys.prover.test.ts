import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { copySources, generateKeyLists, readRecordedKeys } from "../src/build/key-lists.ts";
import { rebuildVerifier, writeSolidityVerifier } from "../src/index.ts";
import { cacheDir, provingCircuit } from "./support/cache.ts";

it("constants are those of the compiled circuits, and so are the recorded gates", async () => {
  const dir = await mkdtemp(join(tmpdir(), "cairn-keys-test-"));
  try {
    const made = await generateKeyLists({
      kind: "dev",
      noirDir: copySources(dir),
      cacheDir,
    });
    expect(readRecordedKeys().dev).toEqual(made);
  } finally {
    await rm(dir, { recursive: true });
  }
});

it("a verifier rebuilt from the block circuits up is that of the package's sources", async () => {
  const { key, srs, program } = await provingCircuit("pair");
  const { source, gates } = await rebuildVerifier({ circuit: "pair", srs: "dev", cacheDir });
  expect(source).toBe((await writeSolidityVerifier({ circuit: "pair", key, srs, cacheDir: program.dir })).source);
  expect(gates).toBe(readRecordedKeys().dev?.pair.gates);
});
