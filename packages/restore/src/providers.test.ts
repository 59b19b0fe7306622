import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { connectReader } from "@cairn/l1";
import { type FakeRpc, PROVIDERS, startFakeRpc } from "@cairn/l1/testing";
import { createMemoryStore } from "@cairn/state";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restoreFromFiles } from "./node/restore-files.ts";

const REQUEST_TIMEOUT_MS = 3_000;

describe("a rollup is restored through an RPC that", () => {
  let live: UnprovenRollup;
  let rpc: FakeRpc;

  beforeAll(async () => {
    live = await startUnprovenRollup();
    rpc = await startFakeRpc(live.devnet.rpcUrl);
    for (const position of [0, 1, 2]) await live.deposit(position, 10n ** 18n);
    await live.publish();
    for (const seed of [1, 2]) await live.publishSome(seed);
    await live.deposit(3, 9n);
    await live.client.mine({ blocks: 12 });
  });
  afterAll(async () => {
    await rpc?.stop();
    await live?.stop();
  });

  it.each(PROVIDERS)("$name: $outcome", async ({ create, outcome }) => {
    rpc.behave(create());
    const { chain } = live.rollup.reader;
    const reader = connectReader(rpc.url, chain.id, { timeoutMs: REQUEST_TIMEOUT_MS, retryCount: 0 });
    const restoring = restoreFromFiles({
      store: createMemoryStore(),
      compress: live.compress,
      rollup: { reader, address: live.rollup.address },
      access: { sleep: async () => {} },
    });
    if (outcome !== "whole") return void (await expect(restoring).rejects.toMatchObject({ code: outcome }));
    const { restored, position } = await restoring;
    expect(position.root).toBe(live.tree.root());
    expect(restored.waiting()).toMatchObject([{ position: 3, operation: { amount: 9n } }]);
  });
});
