import { createFastCompress } from "@cairn/crypto/fast";
import { FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { createRebuilder, openRestoredState, type RollupIdentity, restoreRollup } from "@cairn/restore";
import { createMemoryStore } from "@cairn/state";
import { expect, test } from "vitest";
import { DOMAIN } from "./memory-rollup.ts";
import { createPublishedHistory } from "./published-history.ts";
import { startRpcL1 } from "./rpc-l1.ts";

const IDENTITY: RollupIdentity = DOMAIN;

test("the benchmark's batches restore to the roots they name, with every account sender or receiver once", async () => {
  const compress = await createFastCompress();
  const { deposits, transfers } = createPublishedHistory({ slots: 64, accounts: 256, transfers: 128, compress });
  expect([deposits.length, transfers.length]).toEqual([4, 2]);
  const store = createMemoryStore();
  const restored = openRestoredState({ store, compress, identity: IDENTITY });
  const rebuilder = createRebuilder(restored);
  for (const batch of deposits) rebuilder.add(batch);
  rebuilder.checkpoint("together");
  const before = restored.tree.snapshot();
  const l1 = await startRpcL1(
    IDENTITY,
    [...deposits.slice(-1), ...transfers],
    { batchCount: 6, queueTail: 256 },
    deposits,
  );
  const { position, totals } = await restoreRollup({ store, compress, rollup: l1.rollup });
  await l1.stop();
  expect(position).toMatchObject({ batch: 6, root: transfers.at(-1)?.header.newRoot });
  expect(totals).toMatchObject({ batches: 2, transfers: 128 });
  for (let index = FIRST_ACCOUNT_INDEX; index < position.nextIndex; index++) {
    const proof = before.nodes.children(1, Math.floor(index / 4))[index % 4];
    expect(restored.tree.nodes.children(1, Math.floor(index / 4))[index % 4]).not.toBe(proof);
  }
});
