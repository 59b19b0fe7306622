import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { copySources, generateKeyLists, readRecordedKeys } from "../../src/2/key-lists.ts";
import { devSrs, ensureDevSrs } from "../../src/index.ts";
import { cacheDir } from "../support/cache.ts";

it("constants are those of the compiled circuits, and so are the recorded gates", async () => {
  const dir = await mkdtemp(join(tmpdir(), "cairn-keys-test-"));
  try {
    const made = await generateKeyLists({
      kind: "dev",
      prepareSrs: (points) => ensureDevSrs({ dir: devSrs(cacheDir).dir, points }).srs,
      noirDir: copySources(dir),
      cacheDir,
    });
    expect(readRecordedKeys().dev).toEqual(made);
  } finally {
    await rm(dir, { recursive: true });
  }
});
