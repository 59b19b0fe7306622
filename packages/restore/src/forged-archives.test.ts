import { join } from "node:path";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { createL1Access } from "@cairn/l1";
import { createMemoryStore } from "@cairn/state";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { forgeArchive, withStolenDeposits } from "../test/forged.ts";
import { removeFolders, temporaryFolder } from "../test/published.ts";
import { archiveRollup, verifyArchive } from "./archive-rollup.ts";
import { restoreRollup } from "./restore.ts";
import { openRestoredState } from "./restored-state.ts";

let live: UnprovenRollup;

beforeAll(async () => {
  live = await startUnprovenRollup();
  for (const position of [0, 1, 2]) await live.deposit(position, 10n ** 18n);
  await live.publish();
  for (let seed = 1; seed <= 2; seed++) {
    await live.deposit(seed, BigInt(seed));
    await live.publishSome(seed);
  }
  await live.deposit(3, 9n);
});
afterAll(() => live?.stop());
afterEach(removeFolders);

const access = () => createL1Access(live.rollup);
const write = (path: string) => archiveRollup(access(), { path, compress: live.compress, head: "latest" });
const honest = async (): Promise<string> => {
  const path = join(temporaryFolder(), "archive");
  await write(path);
  return path;
};

describe("an archive with forged queue records and all hashes recomputed", () => {
  const refusal = { code: "restore/queue-mismatch" };

  it("is consistent in itself, but fails verification against L1 and is not continued", async () => {
    const path = await forgeArchive(await honest(), { batch: withStolenDeposits });
    await expect(verifyArchive(path, null)).resolves.toMatchObject({ end: { batch: 3, root: live.tree.root() } });
    await expect(verifyArchive(path, access())).rejects.toMatchObject(refusal);
    await expect(write(path)).rejects.toMatchObject(refusal);
  });

  it("does not enter a state that can ask L1", async () => {
    const path = await forgeArchive(await honest(), { batch: withStolenDeposits });
    const [store, { compress, rollup }] = [createMemoryStore(), live];
    await expect(restoreRollup({ store, compress, rollup, archives: [path] })).rejects.toMatchObject(refusal);
    expect(openRestoredState({ store, compress, identity: null }).position().batch).toBe(0);
    const { position } = await restoreRollup({ store, compress, rollup, archives: [await honest()] });
    expect(position.root).toBe(live.tree.root());
  });

  it("is refused though it begins after the forged ones", async () => {
    for (const after of [1, 3]) {
      const path = await forgeArchive(await honest(), {
        after,
        start: (start) => ({ ...start, queueHash: start.queueHash.map((byte) => byte ^ 1) }),
      });
      await expect(verifyArchive(path, null)).resolves.toMatchObject({ start: { batch: after }, end: { batch: 3 } });
      await expect(verifyArchive(path, access())).rejects.toMatchObject(refusal);
      await expect(write(path)).rejects.toMatchObject(refusal);
    }
  });

  it("is refused though its records are entries of L1, but of other batches", async () => {
    const [whole, { compress, rollup }] = [await honest(), live];
    const { restored, position } = await restoreRollup({ store: createMemoryStore(), compress, rollup });
    const [entry] = restored.waiting();
    if (entry === undefined) expect.unreachable();
    // The last batch claims the waiting entry and skips the one that it consumed.
    const path = await forgeArchive(whole, {
      after: 2,
      start: (start) => ({ ...start, queuePosition: start.queuePosition + 1, queueHash: position.queueHash }),
      batch: (batch) => ({ ...batch, l1Operations: [entry.operation] }),
    });
    const part = await forgeArchive(whole, { after: 2 });
    const snapshot = await live.client.snapshot();
    for (const publish of [false, true]) {
      if (publish) await live.publish();
      await expect(verifyArchive(part, access())).resolves.toMatchObject({ start: { batch: 2, queuePosition: 4 } });
      await expect(verifyArchive(path, access())).rejects.toMatchObject(refusal);
    }
    await live.client.revert({ id: snapshot });
    live.forgetLast();
  });
});

describe("an archive with a false hint where to continue reading", () => {
  it.each([
    ["after all events", 10 ** 9],
    ["after the waiting entry", null],
  ])("is still continued: %s", async (_, hint) => {
    const whole = await honest();
    const resumeBlock = hint ?? Number(await live.rollup.reader.getBlockNumber()) + 1;
    const path = await forgeArchive(whole, {
      batch: (batch) => ({ ...batch, origin: { ...batch.origin, resumeBlock } }),
    });
    const snapshot = await live.client.snapshot();
    for (const publish of [false, true]) {
      if (publish) await live.publish();
      await expect(write(path)).resolves.toMatchObject({ end: { root: live.tree.root() } });
      await expect(verifyArchive(path, access())).resolves.toMatchObject({ end: { root: live.tree.root() } });
    }
    await live.client.revert({ id: snapshot });
    live.forgetLast();
  });
});
