import { rollupAbi } from "@cairn/contracts";
import { deployDevRollup } from "@cairn/devnet";
import { depositEth, depositToken, type L1Rollup } from "@cairn/l1";
import { accountIndex, bigintToAddress, tokenId } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  DEFAULT_PROOFS,
  type Drill,
  deploymentFor,
  expectSeveralBlocks,
  type Holder,
  type NodeProcess,
  openDrill,
  personAt,
  readApi,
  untilSealed,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
const USD = 10n ** 6n;
const POSITIONS = [1, 2, 3, 4, 5] as const;
const WAIT = { timeout: 180_000, interval: 100 };
/** Batches long enough for two blocks. With real proofs a batch is a block. */
const LONG_BATCHES: Readonly<Record<string, string>> = DEFAULT_PROOFS === "real" ? {} : { CAIRN_BATCH_SECONDS: "10" };

describe("migrate: the users of one deployment leave it in bulk and enter a new one", () => {
  let drill: Drill;
  let old: NodeProcess;
  const holders: Holder[] = [];
  let next: L1Rollup;

  const owed = (rollup: L1Rollup, id: number) =>
    rollup.reader.readContract({ address: rollup.address, abi: rollupAbi, functionName: "custody", args: [id] });

  beforeAll(async () => {
    drill = await openDrill({ env: { CAIRN_BLOCK_TIME_MS: "2000", ...LONG_BATCHES } });
    const { scene } = drill;
    const token = await scene.l1.createToken("USD", 6);
    for (const position of POSITIONS) await scene.holders.deposit(position, BigInt(position) * ETHER);
    await scene.holders.deposit(1, 900n * USD, token);
    old = await scene.start();
    for (const position of POSITIONS) holders.push(await scene.holders.find(scene.api, position));
    const saver = await scene.holders.find(scene.api, 1, token.id);
    holders.push(saver);
    const [first, second] = holders;
    if (first === undefined || second === undefined) throw new RangeError("no holders");
    await scene.ledger.submitUntilAcknowledged(scene.api, [scene.holders.transfer(second, first, ETHER)]);

    const { rpcUrl } = scene.l1;
    const deployed = await deployDevRollup(
      { rpcUrl, chainId: scene.l1.rollup.reader.chain.id },
      deploymentFor(DEFAULT_PROOFS),
    );
    next = deployed.rollup;
    await scene.l1.wallet(0).writeContract({
      address: next.address,
      abi: rollupAbi,
      functionName: "registerToken",
      args: [token.address],
    });
  });
  afterAll(() => drill?.stop());

  it("is left by everyone at once, with everything they have", async () => {
    const { scene } = drill;
    const { batchCount } = await scene.l1.state();
    for (const [i, holder] of holders.entries()) {
      const { index, person } = holder;
      if (i === 1) await untilSealed(scene);
      const { balance } = await readApi(scene.api(), "account", { params: { index: String(index) } });
      const leave = scene.holders.withdraw(holder, person.owner, BigInt(balance));
      await scene.ledger.submitUntilAcknowledged(scene.api, [leave]);
    }
    await drill.untilFinal();
    await vi.waitFor(async () => {
      for (const id of [0, 1]) expect(await drill.custody(id)).toBe(0n);
    }, WAIT);
    await expectSeveralBlocks(scene, Number(batchCount));
  });

  it("ends empty: nothing owed, nothing in custody, no account with a balance", async () => {
    const { scene } = drill;
    const { reader, address } = scene.l1.rollup;
    expect(await reader.getBalance({ address })).toBe(0n);
    for (const { index } of holders) {
      expect(await readApi(scene.api(), "account", { params: { index: String(index) } })).toMatchObject({
        balance: "0",
      });
    }
    const { isGood } = await drill.cairn<{ isGood: boolean }>("watch", "--once");
    expect(isGood).toBe(true);
    expect((await old.kill("SIGTERM")).code).toBe(0);
  });

  it("is joined again, with the same owners and keys", async () => {
    const { scene } = drill;
    for (const position of POSITIONS) {
      const { owner, key } = personAt(scene.l1, position);
      await depositEth(next, scene.l1.wallet(position), ETHER, { owner, index: accountIndex(0), key });
    }
    const { owner, key } = personAt(scene.l1, 1);
    await depositToken(next, scene.l1.wallet(1), tokenId(1), 900n * USD, {
      owner,
      index: accountIndex(0),
      key,
    });
    await scene.start({
      ...(await scene.ownDatabase()),
      CAIRN_ROLLUP: next.address,
      CAIRN_DATA_DIR: `${scene.dir}/next`,
    });
    await vi.waitFor(async () => {
      const { address, reader } = next;
      const { queueHead, nextIndex } = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
      expect({ queueHead, nextIndex }).toEqual({ queueHead: BigInt(holders.length), nextIndex: 70 });
    }, WAIT);
    await drill.untilAgreed(scene.api(), next);
    for (const { person, token } of holders) {
      const query = { owner: bigintToAddress(person.owner), tokenId: String(token) };
      const { accounts } = await readApi(scene.api(), "accounts", { query });
      expect(accounts).toMatchObject([{ balance: (token === 0 ? ETHER : 900n * USD).toString() }]);
    }
    expect(await owed(next, 0)).toBe(BigInt(POSITIONS.length) * ETHER);
    expect(await owed(next, 1)).toBe(900n * USD);
  });
});
