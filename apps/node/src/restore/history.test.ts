import { join, resolve } from "node:path";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findDeploymentBlock } from "./history.ts";

const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../../.cache"));

describe("the history of a rollup", () => {
  let devnet: DevRollup;
  beforeAll(async () => {
    devnet = await startDevRollup({ cacheDir, sizes: [16] });
  });
  afterAll(() => devnet.stop());

  it("begins at the block with its creation", async () => {
    const { reader, address } = devnet.rollup;
    const found = await findDeploymentBlock(devnet.rollup);
    expect(await reader.getCode({ address, blockNumber: BigInt(found) })).toMatch(/^0x../);
    expect(await reader.getCode({ address, blockNumber: BigInt(found - 1) })).toBeUndefined();
  });

  it("is read from block 0 where the L1 node has forgotten old states", async () => {
    const forgetful = new Proxy(devnet.rollup.reader, {
      get: (target, name) =>
        name === "getCode" ? () => Promise.reject(new RangeError("missing trie node")) : Reflect.get(target, name),
    });
    expect(await findDeploymentBlock({ ...devnet.rollup, reader: forgetful })).toBe(0);
  });
});
