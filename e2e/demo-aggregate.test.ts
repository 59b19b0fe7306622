import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const dir = mkdtempSync(join(tmpdir(), "cairn-e2e-demo-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const HEX_32 = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const WHOLE = /^\d+$/;

it("takes several blocks under one proof and a blob to L1, restores from it, and reports all of it", async () => {
  const file = join(dir, "report.json");
  const args = ["scripts/run.mjs", "demo", "--aggregate", "--json", file];
  await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 24 });
  const report = JSON.parse(readFileSync(file, "utf8"));
  expect(report).toMatchObject({ ok: true, restored: true });
  expect(report.roots.node).toBe(report.roots.l1);
  expect(report.l1).toEqual({
    chainId: expect.any(Number),
    rollup: expect.stringMatching(ADDRESS),
    verifier: expect.stringMatching(ADDRESS),
    receipts: expect.stringMatching(ADDRESS),
  });
  expect(report.seconds).toEqual({ setup: expect.any(Number), total: expect.any(Number) });
  expect(report.accounts.length).toBeGreaterThan(0);
  for (const account of report.accounts) {
    expect(account).toEqual({
      name: expect.any(String),
      owner: expect.stringMatching(ADDRESS),
      index: expect.any(Number),
      token: expect.any(String),
      balance: expect.stringMatching(WHOLE),
    });
  }
  expect(report.payouts.length).toBeGreaterThan(0);
  for (const payout of report.payouts) {
    expect(BigInt(payout.l1BalanceAfter) - BigInt(payout.l1BalanceBefore)).toBe(BigInt(payout.amount));
  }
  expect(report.batches.length).toBeGreaterThan(0);
  const blobHashes = new Set<string>();
  for (const [i, batch] of report.batches.entries()) {
    expect(batch).toMatchObject({
      number: i + 1,
      slots: 16,
      transactions: expect.any(Number),
      l1Operations: expect.any(Number),
      witnessSeconds: expect.any(Number),
      proveSeconds: expect.any(Number),
      publishedBytes: expect.any(Number),
      calldataBytes: expect.any(Number),
      da: "blob",
      // EIP-4844: a versioned hash of version 1.
      blobHash: expect.stringMatching(/^0x01[0-9a-f]{62}$/),
      blobGas: "131072",
      submitTx: expect.stringMatching(HEX_32),
      submitGas: expect.stringMatching(WHOLE),
      payGas: expect.stringMatching(WHOLE),
      oldRoot: expect.stringMatching(HEX_32),
      newRoot: expect.stringMatching(HEX_32),
    });
    expect(batch.blocks).toBeGreaterThanOrEqual(2);
    expect(batch.gates).toBeGreaterThan(0);
    if (i > 0) expect(batch.oldRoot).toBe(report.batches[i - 1].newRoot);
    blobHashes.add(batch.blobHash);
  }
  expect(blobHashes.size).toBe(report.batches.length);
  expect(report.batches.at(-1).newRoot).toBe(report.roots.l1);
});
