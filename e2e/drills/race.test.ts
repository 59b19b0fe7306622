import { BaseError, type Hex, TransactionReceiptNotFoundError, toFunctionSelector } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type Broadcast,
  blocksSubmitted,
  type Drill,
  HOUR,
  type Holder,
  type NodeProcess,
  openDrill,
  payInSeveralBlocks,
  readApi,
} from "../support/index.ts";

const INVALID_PROOF = toFunctionSelector("InvalidProof(bytes32)");
const ETHER = 10n ** 18n;
const WAIT = { timeout: 180_000, interval: 100 };

describe("race: operator and stranger submit the same batch number", () => {
  let drill: Drill;
  let operator: NodeProcess;
  let stranger: NodeProcess;
  let alice: Holder;
  let bob: Holder;

  const apiOf = async (node: NodeProcess): Promise<string> => (await node.started).api ?? "";
  const submissions = () => drill.scene.l1.proxy.broadcasts().filter(({ purpose }) => purpose === "submitBatch");
  const history = async (node: NodeProcess, id: string): Promise<string[]> =>
    (await readApi(await apiOf(node), "transaction", { params: { id } })).history.map(({ type }) => type);
  const submit = async (node: NodeProcess, amount: bigint): Promise<string> => {
    const { ledger, holders } = drill.scene;
    const api = await apiOf(node);
    await ledger.submitUntilAcknowledged(() => api, [holders.transfer(alice, bob, amount)]);
    return [...ledger.sent().keys()].at(-1) ?? "";
  };
  /**
   * Checks that broadcasts lost the race: L1 reverted them, or another transaction used their nonce, so that they can
   * never land.
   */
  const expectLost = async (broadcasts: readonly Broadcast[], position: number): Promise<void> => {
    const { reader } = drill.scene.l1.rollup;
    const address = drill.scene.l1.wallet(position).account.address;
    expect(broadcasts.length).toBeGreaterThan(0);
    const used = () => reader.getTransactionCount({ address });
    await vi.waitFor(
      async () => expect(Math.max(...broadcasts.map(({ nonce }) => nonce))).toBeLessThan(await used()),
      WAIT,
    );
    for (const { hash } of broadcasts) {
      const receipt = await reader.getTransactionReceipt({ hash }).catch((error: unknown) => {
        if (error instanceof TransactionReceiptNotFoundError) return null;
        throw error;
      });
      expect(["reverted", null]).toContain(receipt?.status ?? null);
    }
  };
  /** Checks that L1 takes a submission from the operator, and not from a stranger who copies it while anyone may submit. */
  const expectBoundToSubmitter = async ({ to, data, blobVersionedHashes }: Broadcast): Promise<void> => {
    const { reader } = drill.scene.l1.rollup;
    const sendAs = (position: number) =>
      reader.request<{ Method: "eth_call"; Parameters: [object, "latest"]; ReturnType: Hex }>({
        method: "eth_call",
        params: [
          {
            from: drill.addressOf(position),
            to,
            data,
            ...(blobVersionedHashes.length > 0 ? { blobVersionedHashes } : {}),
          },
          "latest",
        ],
      });
    await sendAs(0);
    const copied = sendAs(drill.positionOf("stranger"));
    await expect(copied).rejects.toSatisfy((error) => {
      if (!(error instanceof BaseError)) return false;
      const data = error.walk((cause) => "data" in (cause as object));
      return JSON.stringify(data).includes(INVALID_PROOF);
    });
  };

  beforeAll(async () => {
    drill = await openDrill();
    const { scene } = drill;
    for (const position of [1, 2]) await scene.holders.deposit(position, 10n * ETHER);
    operator = await scene.start();
    [alice, bob] = [await scene.holders.find(scene.api, 1), await scene.holders.find(scene.api, 2)];
    await drill.untilAgreed(scene.api());
  });
  afterAll(() => drill?.stop());

  it("the stranger wins; nothing that the operator had sent lands, and its transactions run in a later batch", async () => {
    const { scene } = drill;
    await operator.kill();
    await scene.holders.topUp(bob, ETHER);
    await drill.warp(7 * HOUR);
    scene.l1.proxy.holdTransactions(({ purpose }) => purpose === "submitBatch");
    const before = submissions().length;
    operator = await scene.start();
    await submit(operator, ETHER);
    await payInSeveralBlocks(scene, { alice, bob });
    const id = scene.ledger.acknowledged().at(-1)?.id ?? "";
    const several = () =>
      submissions()
        .slice(before)
        .some(({ data }) => scene.proofs === "real" || blocksSubmitted(data) > 1);
    await vi.waitFor(() => expect(several()).toBe(true), WAIT);
    const { batchCount } = await scene.l1.state();
    const early = submissions().slice(before);
    // A call runs at the time of the newest block, and L1 takes no batch from the future.
    await scene.l1.mine();
    for (const broadcast of early) await expectBoundToSubmitter(broadcast);
    stranger = await drill.startStranger();
    await drill.untilBatch(Number(batchCount) + 1);
    await scene.l1.proxy.passTransactions();
    await vi.waitFor(async () => expect((await history(operator, id)).at(-1)).toBe("final"), WAIT);
    expect(await history(operator, id)).toContain("requeued");
    await drill.untilAgreed(await apiOf(operator));
    await drill.untilAgreed(await apiOf(stranger));
    expect(await drill.submitterOf(batchCount + 1n)).toBe(drill.addressOf(drill.positionOf("stranger")));
    await expectLost(early, drill.positionOf("operator"));
  });

  it("the operator wins; nothing that the stranger had sent lands, and the stranger follows and stops submitting", async () => {
    const { scene } = drill;
    await Promise.all([operator.kill(), stranger.kill()]);
    await scene.holders.topUp(bob, ETHER);
    await drill.warp(7 * HOUR);
    scene.l1.proxy.holdTransactions(({ purpose }) => purpose === "submitBatch");
    const before = submissions().length;
    stranger = await drill.startStranger({ CAIRN_L1_RPC_URL: scene.l1.proxy.url });
    await vi.waitFor(() => expect(submissions().length).toBeGreaterThan(before), WAIT);
    const { batchCount } = await scene.l1.state();
    const early = submissions().slice(before);
    operator = await scene.start({ CAIRN_L1_RPC_URL: scene.l1.rpcUrl });
    await drill.untilBatch(Number(batchCount) + 1);
    await scene.l1.proxy.passTransactions();
    const id = await submit(operator, ETHER);
    await vi.waitFor(async () => expect((await history(operator, id)).at(-1)).toBe("final"), WAIT);
    await drill.untilAgreed(await apiOf(operator));
    await drill.untilAgreed(await apiOf(stranger));
    expect(await drill.submitterOf(batchCount + 1n)).toBe(drill.addressOf(0));
    await expectLost(early, drill.positionOf("stranger"));
    const { parts } = await readApi(await apiOf(stranger), "ready");
    expect(parts.publisher?.state).toMatch(/^closed/);
    const balances = await Promise.all(
      [operator, stranger].map(async (node) =>
        Promise.all(
          [alice, bob].map(
            async ({ index }) =>
              (await readApi(await apiOf(node), "account", { params: { index: String(index) } })).balance,
          ),
        ),
      ),
    );
    // Each payment took a thousandth from Alice to Bob, who withdrew as much.
    const withdrawn = BigInt(scene.recipients().length) * (ETHER / 1000n);
    const expected = [8n * ETHER - withdrawn, 14n * ETHER].map(String);
    expect(balances).toEqual([expected, expected]);
    await vi.waitFor(async () => expect(await drill.custody(0)).toBe(22n * ETHER - withdrawn), WAIT);
  });
});
