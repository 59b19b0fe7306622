import type { Hex } from "@cairn/protocol";
import { createClient, createTestClient, http, numberToHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALICE, lyingL1, type Scene, startScene } from "../test/scene.ts";
import { rollupOn, type VerifierL1, verifyAccount } from "./index.ts";

describe("what L1 says about a batch", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene?.stop());

  const check = (l1: VerifierL1 = scene.l1, finality: "latest" | "safe" | "finalized" = "latest") =>
    verifyAccount(l1, scene.proofOf(ALICE), { index: ALICE, finality });
  const lying = (lies: Parameters<typeof lyingL1>[1]) => lyingL1(scene.l1, lies);
  const ZERO: Hex = `0x${"00".repeat(32)}`;

  it("comes with the deepest head that has the batch, and is refused where more depth was asked for", async () => {
    const mine = (blocks: number) =>
      createTestClient({ mode: "anvil", transport: http(scene.rollup.devnet.rpcUrl) }).mine({ blocks });
    const refused = (finality: string, wanted: string) => ({
      code: "verify/not-final",
      details: { batch: 2, finality, wanted },
    });
    // anvil calls safe what is 32 blocks deep, and final what is 64 deep.
    expect((await check()).l1.finality).toBe("latest");
    await expect(check(scene.l1, "safe")).rejects.toMatchObject(refused("latest", "safe"));
    await mine(32);
    expect((await check(scene.l1, "safe")).l1.finality).toBe("safe");
    await expect(check(scene.l1, "finalized")).rejects.toMatchObject(refused("safe", "finalized"));
    await mine(32);
    const { finality, block } = (await check(scene.l1, "finalized")).l1;
    const final = await scene.rollup.rollup.reader.getBlock({ blockTag: "finalized" });
    expect([finality, block]).toEqual(["finalized", Number(final.number)]);
  });

  it("is refused from an RPC that serves another chain", async () => {
    const { rpcUrl } = scene.rollup.devnet;
    const l1 = rollupOn(createClient({ transport: http(rpcUrl) }), { chainId: 1, rollup: scene.l1.address });
    await expect(check(l1)).rejects.toMatchObject({ code: "verify/wrong-chain" });
  });

  it("is refused from another contract, and from an address without one", async () => {
    const others = [scene.rollup.token.address, `0x${"42".repeat(20)}`];
    for (const rollup of others) {
      const l1 = rollupOn(createClient({ transport: http(scene.rollup.devnet.rpcUrl) }), {
        chainId: scene.l1.chainId,
        rollup,
      });
      await expect(check(l1), rollup).rejects.toMatchObject({ code: "l1/not-a-rollup" });
    }
    const older = lying({ version: () => numberToHex(1, { size: 32 }) });
    await expect(check(older)).rejects.toMatchObject({ code: "l1/not-a-rollup" });
  });

  it("is refused from an RPC that withholds the commitment, or has another", async () => {
    for (const [stored, isOther] of [
      [ZERO, false],
      [`0x${"11".repeat(32)}`, true],
    ] as const) {
      const l1 = lying({ batchCommitment: () => stored });
      await expect(check(l1)).rejects.toMatchObject({ code: "verify/not-on-l1", details: { batch: 2, isOther } });
    }
  });

  it("is refused when L1 replaces the block meanwhile", async () => {
    const l1 = lying({
      eth_getBlockByNumber: async (ask, [block]) => {
        const honest = (await ask()) as object;
        return String(block).startsWith("0x") ? { ...honest, hash: ZERO } : honest;
      },
    });
    await expect(check(l1)).rejects.toMatchObject({ code: "verify/l1-moved" });
  });

  it("needs neither safe and finalized blocks nor their states, but the latest", async () => {
    const without = (broken: readonly string[]) =>
      lying({ eth_getBlockByNumber: (ask, [block]) => (broken.includes(String(block)) ? null : ask()) });
    expect((await check(without(["safe", "finalized"]))).l1.finality).toBe("latest");
    await expect(check(without(["latest"]))).rejects.toMatchObject({ code: "l1/unavailable" });
  });

  it("does not depend on events, which an RPC can forge", async () => {
    const asked = new Set<string>();
    const noting = (name: string) => [name, (ask: () => Promise<unknown>) => asked.add(name) && ask()] as const;
    const names = ["eth_getLogs", "eth_getTransactionByHash", "eth_getTransactionReceipt", "batchCommitment"];
    expect((await check(lying(Object.fromEntries(names.map(noting))))).batch).toBe(2);
    expect([...asked]).toEqual(["batchCommitment"]);
  });

  it.each([7, null, "no hex", "0x", "0x01", {}])(
    "is refused from an RPC that answers with nonsense: %j",
    async (answer) => {
      for (const name of ["eth_chainId", "eth_getBlockByNumber", "version", "state", "batchCommitment"]) {
        await expect(check(lying({ [name]: () => answer })), name).rejects.toMatchObject({
          code: expect.stringMatching(/^(?:l1\/unavailable|l1\/not-a-rollup|verify\/wrong-chain|verify\/l1-moved)$/),
        });
      }
    },
  );

  it("is missing where no RPC answers", async () => {
    const connection = createClient({ transport: http("http://127.0.0.1:1", { retryCount: 0 }) });
    await expect(check({ ...scene.l1, connection })).rejects.toMatchObject({ code: "l1/unavailable" });
  });
});
