import { expect, test } from "vitest";
import { measureRestore } from "./restore.ts";

test("restorations from every source reach the state of the batches, and are timed", async () => {
  const [report] = await measureRestore({ sizes: [64], isQuick: true });
  expect(report).toMatchObject({ slots: 64, accounts: 2048, transfers: 1024 });
  for (const source of ["rpc", "archive", "calldata", "memory", "replay"] as const) {
    expect(report?.[source].median, source).toBeGreaterThan(0);
  }
  expect(report?.blobs?.archive.median).toBeGreaterThan(0);
  expect(report?.blobs?.calldata.median).toBeGreaterThan(0);
});
