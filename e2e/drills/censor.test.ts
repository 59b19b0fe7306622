import { rollupAbi } from "@cairn/contracts";
import { readQueue } from "@cairn/l1";
import { bytesToHex, concatBytes, DATA_SOURCE, encodeL1Operation, LAST_CIRCUIT_TYPE } from "@cairn/protocol";
import { zeroHash } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  balanceOf,
  type Drill,
  expectSeveralBlocks,
  HOUR,
  type Holder,
  type NodeProcess,
  openDrill,
  payInSeveralBlocks,
  readBatches,
  refusal,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 180_000, interval: 100 };
/** L1 blocks by which the censor stays behind, so that its node never sees new entries of the queue. */
const BLIND_BLOCKS = 1000;
/**
 * A block that skips the entry is refused for that, or, if dated back to before the entry was overdue, for its date.
 */
const REFUSED = /OverdueL1OperationsLeft|TimestampTooOld/;

interface Forced {
  readonly position: number;
  readonly status: string;
  readonly overdueFrom: number;
}

describe("censor: the operator ignores one user, who requests a withdrawal on L1", () => {
  let drill: Drill;
  let operator: NodeProcess;
  let alice: Holder;
  let bob: Holder;

  const batches = () => readBatches(drill.scene.l1.rollup);
  const addressOf = (position: number) => drill.scene.l1.wallet(position).account.address.toLowerCase();
  const ownerOf = ({ person }: Holder) => balanceOf(drill.scene, person.owner);
  /** How L1 would answer a batch of the operator, made now and without proof, that consumes this many entries. */
  const refusalOf = async (count: number): Promise<string | undefined> => {
    const { rollup } = drill.scene.l1;
    const { reader, address } = rollup;
    const [state, { timestamp }] = await Promise.all([drill.scene.l1.state(), reader.getBlock()]);
    const entries = (await readQueue(rollup, Number(state.queueHead))).slice(0, count);
    const header = {
      circuitType: LAST_CIRCUIT_TYPE.solo16,
      dataSource: DATA_SOURCE.calldata,
      firstBlock: state.lastBlock + 1n,
      lastBlock: state.lastBlock + 1n,
      firstTimestamp: timestamp,
      lastTimestamp: timestamp,
      newNextIndex: state.nextIndex,
      oldRoot: state.root,
      newRoot: state.root,
      newHistory: state.history,
      blocksRoot: zeroHash,
    };
    const records = bytesToHex(concatBytes(...entries.map(({ operation }) => encodeL1Operation(operation))));
    const { account } = drill.scene.l1.wallet(0);
    const args = [header, records, "0x", [], "0x", "0x"] as const;
    const call = { address, abi: rollupAbi, functionName: "submitBatch", args, account } as const;
    return (await refusal(() => reader.simulateContract(call)))?.name;
  };
  /**
   * Requests the withdrawal of a whole balance; someone's L1 account pays gas and queue fee, so balances are compared
   * afterwards.
   */
  const force = async (holder: Holder, key: string): Promise<{ position: number; balance: bigint }> => {
    const forced = await drill.cairn<Forced>("force-withdraw", String(holder.index), "--key", key);
    expect(forced.status).toBe("queued");
    return { position: forced.position, balance: await ownerOf(holder) };
  };

  beforeAll(async () => {
    drill = await openDrill();
    const { scene } = drill;
    for (const position of [1, 2, 3]) await scene.holders.deposit(position, 10n * ETHER);
    operator = await scene.start();
    [alice, bob] = [await scene.holders.find(scene.api, 1), await scene.holders.find(scene.api, 2)];
    await drill.untilAgreed(scene.api());
  });
  afterAll(() => drill?.stop());

  it("is served by an operator who follows the rules, without asking again", async () => {
    const { position, balance } = await force(bob, "bob");
    await vi.waitFor(async () => {
      const made = await batches();
      expect(made.at(-1)).toMatchObject({ queueHead: position + 1, submitter: addressOf(0) });
      expect(await ownerOf(bob)).toBe(balance + 10n * ETHER);
    }, WAIT);
  });

  it("is ignored by a censor, who can do so for a day and no longer", async () => {
    const { scene } = drill;
    const carol = await scene.holders.find(scene.api, 3);
    await operator.kill();
    await scene.l1.mine(BLIND_BLOCKS + 1);
    operator = await scene.start({ CAIRN_L1_CONFIRMATIONS: String(BLIND_BLOCKS) });
    const { position, balance } = await force(carol, "carol");
    const before = (await batches()).length;
    await scene.ledger.submitUntilAcknowledged(scene.api, [scene.holders.transfer(alice, carol, ETHER)]);
    const block = BigInt(await payInSeveralBlocks(scene, { alice, bob: carol }));
    await vi.waitFor(async () => expect((await scene.l1.state()).lastBlock).toBeGreaterThanOrEqual(block), WAIT);
    await expectSeveralBlocks(scene, before);
    const published = await batches();
    for (const { queueHead } of published.slice(before)) expect(queueHead).toBe(position);

    await drill.warp(25 * HOUR);
    await scene.ledger.submitUntilAcknowledged(scene.api, [scene.holders.transfer(alice, carol, ETHER)]);
    await vi.waitFor(() => expect(operator.output()).toMatch(REFUSED), WAIT);
    // Another date does not help: a batch made now is refused for the entry that it skips; with the entry, only for its
    // proof.
    expect(await refusalOf(0)).toBe("OverdueL1OperationsLeft");
    expect(await refusalOf(1)).toBe("InvalidProof");
    expect(await batches()).toEqual(published);

    await drill.startStranger();
    await vi.waitFor(async () => {
      const made = await batches();
      expect(made.at(-1)).toMatchObject({
        queueHead: position + 1,
        submitter: addressOf(drill.positionOf("stranger")),
      });
      // One ether came from the transfer that the censor did publish.
      expect(await ownerOf(carol)).toBe(balance + 11n * ETHER);
    }, WAIT);
  });
});
