import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFastCompress } from "@cairn/crypto/fast";
import { createTestDatabases } from "@cairn/db/testing";
import { bigintToHex } from "@cairn/protocol";
import { archivesIn, restoreFromFiles } from "@cairn/restore/node";
import { createMemoryStore } from "@cairn/state";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createL1Scene, type L1Scene, proveNothing } from "../../test/l1-scene.ts";

const WAIT = { timeout: 40_000, interval: 100 };

describe("a node with CAIRN_ARCHIVE_DIR", () => {
  let scene: L1Scene;
  let dir: string;

  beforeAll(async () => {
    scene = await createL1Scene(createTestDatabases().server);
    dir = mkdtempSync(join(tmpdir(), "cairn-archives-"));
  });
  afterAll(async () => {
    await scene.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it("archives its own batches when they are final on L1", async () => {
    const first = await scene.begin("operator", {}, proveNothing);
    await scene.harness.deposit(1, 10n ** 18n);
    await vi.waitFor(async () => expect((await scene.onChain()).lastBlock).toBeGreaterThan(0), WAIT);
    await first.stop();
    // anvil calls blocks finalized that are 64 deep; this node counts confirmations.
    await scene.l1("anvil_mine", ["0x2"]);
    const { root, lastBlock } = await scene.onChain();
    await scene.begin("operator", { CAIRN_ARCHIVE_DIR: dir, CAIRN_L1_FINAL_CONFIRMATIONS: "3" }, proveNothing);
    await vi.waitFor(async () => expect(await archivesIn(dir)).toHaveLength(1), WAIT);
    const { position } = await restoreFromFiles({
      store: createMemoryStore(),
      compress: await createFastCompress(),
      rollup: null,
      archives: await archivesIn(dir),
    });
    expect([bigintToHex(position.root, 32), position.block]).toEqual([root, lastBlock]);
  });
});
