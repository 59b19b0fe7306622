import { createMemoryStore } from "@cairn/state";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { gather, removeFolders, temporaryFolder } from "../test/published.ts";
import { lyingRollup, startUnprovenRollup, type UnprovenRollup } from "../test/unproven-rollup.ts";
import { restoreRollup } from "./restore.ts";

describe("restoring from L1", () => {
  let live: UnprovenRollup;

  beforeAll(async () => {
    live = await startUnprovenRollup();
    for (const position of [0, 1, 2, 3]) await live.deposit(position, 10n ** 18n);
    await live.publish();
    for (const position of [1, 2]) await live.deposit(position, 10n ** 9n, "token");
    for (let seed = 1; seed <= 8; seed++) await live.publishSome(seed);
    await live.deposit(4, 5n);
  }, 120_000);
  afterAll(() => live?.stop());

  it("works", async () => {
    const r = await restoreRollup({ store: createMemoryStore(), compress: live.compress, rollup: live.rollup });
    expect(r.position.root).toBe(live.tree.root());
    console.error(r.head, r.totals, r.restored.waiting());
  });
});
