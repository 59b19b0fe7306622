import { rollupAbi } from "@cairn/contracts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type Drill,
  expectSeveralBlocks,
  HOUR,
  type Holder,
  type NodeProcess,
  openDrill,
  payInSeveralBlocks,
  readApi,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 180_000, interval: 100 };

describe("return: the operator comes back while a stranger continues the chain", () => {
  let drill: Drill;
  let operator: NodeProcess;
  let stranger: NodeProcess;
  let alice: Holder;
  let bob: Holder;

  const isOpen = (): Promise<boolean> => {
    const { reader, address } = drill.scene.l1.rollup;
    return reader.readContract({ address, abi: rollupAbi, functionName: "isSubmissionOpen" });
  };
  const batchCount = async (): Promise<bigint> => (await drill.scene.l1.state()).batchCount;
  const publisherOf = async (node: NodeProcess): Promise<string | undefined> => {
    const { parts } = await readApi((await node.started).api ?? "", "ready");
    return parts.publisher?.state;
  };

  beforeAll(async () => {
    drill = await openDrill();
    const { scene } = drill;
    for (const position of [1, 2]) await scene.holders.deposit(position, 10n * ETHER);
    operator = await scene.start();
    [alice, bob] = [await scene.holders.find(scene.api, 1), await scene.holders.find(scene.api, 2)];
    await drill.untilBatch(1);
    await drill.untilAgreed(scene.api());
    await operator.kill();
    await scene.holders.topUp(bob, ETHER);
    await drill.warp(7 * HOUR);
    const before = await batchCount();
    stranger = await drill.startStranger();
    await drill.untilBatch(Number(before) + 1);
    expect(await drill.submitterOf(before + 1n)).toBe(drill.addressOf(drill.positionOf("stranger")));
  });
  afterAll(() => drill?.stop());

  it("for an hour after a stranger's batch nobody else may submit, though an entry waits", async () => {
    const { scene } = drill;
    await scene.holders.topUp(alice, ETHER);
    await drill.warp(HOUR / 2);
    expect(await isOpen()).toBe(false);
    await vi.waitFor(async () => expect(await publisherOf(stranger)).toMatch(/^closed/), WAIT);
  });

  it("within it the operator follows what the stranger did, continues, and ends the open period", async () => {
    const { scene } = drill;
    const before = await batchCount();
    operator = await scene.start();
    const known = scene.ledger.sent().size;
    await scene.ledger.submitUntilAcknowledged(scene.api, [scene.holders.transfer(alice, bob, ETHER)]);
    await payInSeveralBlocks(scene, { alice, bob });
    await drill.untilFinal([...scene.ledger.sent().keys()].slice(known));
    const numbers = Array.from({ length: Number((await batchCount()) - before) }, (_, i) => before + BigInt(i + 1));
    const submitters = await Promise.all(numbers.map(drill.submitterOf));
    expect(new Set(submitters)).toEqual(new Set([drill.addressOf(0)]));
    await expectSeveralBlocks(scene, Number(before));
    for (const node of [operator, stranger]) await drill.untilAgreed((await node.started).api ?? "");
  });

  it("leaves the stranger nothing to submit until the operator has been idle for long again", async () => {
    await operator.kill();
    await drill.scene.holders.topUp(bob, ETHER);
    await drill.warp(2 * HOUR);
    expect(await isOpen()).toBe(false);
    const before = await batchCount();
    await drill.warp(5 * HOUR);
    await drill.untilBatch(Number(before) + 1);
    expect(await drill.submitterOf(before + 1n)).toBe(drill.addressOf(drill.positionOf("stranger")));
  });
});
