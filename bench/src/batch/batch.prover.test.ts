import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { runBatchCommand } from "./command.ts";

const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache"));
const folder = await mkdtemp(join(tmpdir(), "cairn-bench-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
afterAll(() => vi.restoreAllMocks());

it("proves two blocks under a pair, has the batch accepted with its blob and the state rebuilt from L1", async () => {
  const shown = vi.spyOn(console, "log").mockImplementation(() => {});
  const progress = vi.spyOn(console, "error").mockImplementation(() => {});
  const json = join(folder, "batch.json");
  // The second block has empty slots.
  await runBatchCommand({ batch: { transfers: 30, slots: 16, da: "blob", cacheDir }, json, docs: null });
  const { batch, ...rest } = JSON.parse(await readFile(json, "utf8"));
  expect(rest).toEqual({});
  expect(batch).toEqual({
    transfers: 30,
    blocks: 2,
    slots: 16,
    da: "blob",
    gates: { block: expect.any(Number), merge: 0, batch: expect.any(Number), perTransfer: expect.any(Number) },
    seconds: { blocks: expect.any(Number), merges: 0, batch: expect.any(Number), total: expect.any(Number) },
    peakBytes: expect.any(Number),
    l1: {
      gasUsed: expect.any(Number),
      blobGas: 131_072,
      calldataBytes: expect.any(Number),
      perTransfer: expect.any(Number),
    },
    restored: true,
  });
  const { gates, seconds, l1, peakBytes } = batch;
  expect(gates.perTransfer).toBe((2 * gates.block + gates.batch) / 30);
  expect(gates.block).toBeGreaterThan(90_000);
  expect(gates.batch).toBeGreaterThan(1_500_000);
  expect(seconds.total).toBeGreaterThan(seconds.blocks + seconds.batch);
  expect(l1.perTransfer).toBe(l1.gasUsed / 30);
  // A verification, less than two: the cells are not in the calldata.
  expect(l1.gasUsed).toBeGreaterThan(700_000);
  expect(l1.gasUsed).toBeLessThan(1_200_000);
  expect(l1.calldataBytes).toBeLessThan(12_000);
  expect(peakBytes).toBeGreaterThan(2 ** 30);
  const steps = progress.mock.calls.flat().join("\n");
  expect(steps).toMatch(/block 2 of 2 proven: .*\n.*pair proven\n.*accepted by L1 .*\n.*rebuilt from L1 alone/);
  expect(shown.mock.calls.flat().join("\n")).toMatch(/gates per transfer, all proofs +\d/);
});
