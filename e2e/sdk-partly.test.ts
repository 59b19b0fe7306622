/** A request of several payments, one of which fails after the node had confirmed it: the others are not paid again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNodeClient, findAccount } from "@cairn/sdk";
import { fileStorage } from "@cairn/sdk/node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openScene, type Scene } from "./support/index.ts";
import { sdkClient } from "./support/sdk.ts";

const ETH = 10n ** 18n;
const SEEN = { timeout: 120_000, interval: 100 };
const WAIT = { for: "confirmed", timeout: 300_000 } as const;
/** Positions of wallets. */
const [PAYER, PAYEE, CAROL] = [1, 2, 3];

describe("many payments of which one fails", () => {
  const folder = mkdtempSync(join(tmpdir(), "cairn-partly-"));
  let scene: Scene;

  /** A process that knows nothing but the storage of the person. */
  const start = (position: number) =>
    sdkClient(scene, position, { storage: fileStorage(join(folder, String(position))) });
  const node = () => createNodeClient({ url: scene.api() });
  const accountOf = async (position: number) => {
    const { accounts } = await node().accounts({
      owner: start(position).account.address,
    });
    return accounts[0] ?? expect.unreachable();
  };
  const deposit = async (position: number): Promise<void> => {
    await (await start(position).deposit({ amount: 3n * ETH })).wait(WAIT);
  };

  beforeAll(async () => {
    scene = await openScene({ proofs: "stand-in" });
    await scene.start();
    for (const position of [PAYER, PAYEE]) await deposit(position);
  });
  afterAll(async () => {
    await scene?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("are paid once, however often the request is repeated", async () => {
    scene.l1.proxy.dropTransactions();
    const height = await scene.l1.head();
    await deposit(CAROL);
    const [payee, carol] = [await accountOf(PAYEE), await accountOf(CAROL)];
    const payments = [10n, 20n, 30n, 40n, 50n].map((amount) => ({
      to: amount === 30n ? carol.index : payee.index,
      amount,
    }));
    const pay = () => start(PAYER).payMany({ payments, requestId: "salaries" });
    const first = await pay();
    await first.wait(WAIT);

    // Carol's deposit is gone, and with it her account. What came after it in the payer's order waits for its nonce.
    await scene.l1.reorgTo(height);
    await vi.waitFor(async () => expect(await findAccount(node(), carol.index)).toBeNull(), SEEN);
    const failure = { code: "sdk/not-reached", details: { failures: [{ id: first.hashes()[2], status: "rejected" }] } };
    await expect((await pay()).wait(WAIT)).rejects.toMatchObject(failure);
    await scene.l1.proxy.passTransactions();
    const gain = async () => BigInt((await accountOf(PAYEE)).balance) - BigInt(payee.balance);
    expect(await gain()).toBe(120n);

    for (let tries = 0; tries < 2; tries++) {
      const again = await pay();
      expect(again.hashes()).toEqual(first.hashes());
      await expect(again.wait({ ...WAIT, for: "proven" })).rejects.toMatchObject(failure);
    }
    expect(await gain()).toBe(120n);
    expect((await start(PAYER).requests()).map(({ id }) => id)).toContain("salaries");
    // What failed is paid by a request of its own.
    await deposit(CAROL);
    const single = await start(PAYER).transfer({ to: start(CAROL).account.address, amount: 30n, requestId: "carol" });
    await single.wait(WAIT);
    expect(await gain()).toBe(120n);
  });
});
