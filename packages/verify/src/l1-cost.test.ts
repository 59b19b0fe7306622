import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lyingL1, type Scene, startScene } from "../test/scene.ts";
import { readL1Cost } from "./index.ts";

const HASH = `0x${"12".repeat(32)}`;

describe("what a transaction on L1 cost", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene?.stop());

  const answering = (receipt: object | null) => lyingL1(scene.l1, { eth_getTransactionReceipt: () => receipt });
  const RECEIPT = { gasUsed: "0x5208", effectiveGasPrice: "0xa", blockNumber: "0x7" };

  it("is gas and blob gas at their prices, by the receipt", async () => {
    const { reader } = scene.rollup.rollup;
    const { transactions } = await reader.getBlock();
    const [hash = expect.unreachable()] = transactions;
    const receipt = await reader.getTransactionReceipt({ hash });
    expect(await readL1Cost(scene.l1, hash)).toEqual({
      gasUsed: Number(receipt.gasUsed),
      blobGasUsed: 0,
      paidWei: receipt.gasUsed * receipt.effectiveGasPrice,
      block: Number(receipt.blockNumber),
    });
    const withBlob = answering({ ...RECEIPT, blobGasUsed: "0x20000", blobGasPrice: "0x3" });
    expect(await readL1Cost(withBlob, HASH)).toEqual({
      gasUsed: 21_000,
      blobGasUsed: 131_072,
      paidWei: 210_000n + 393_216n,
      block: 7,
    });
  });

  it("is not known of a transaction that L1 does not have, and refused from an RPC that leaves something out", async () => {
    expect(await readL1Cost(scene.l1, HASH)).toBeNull();
    const broken = answering({ ...RECEIPT, effectiveGasPrice: undefined });
    await expect(readL1Cost(broken, HASH)).rejects.toMatchObject({ code: "l1/unavailable" });
  });
});
