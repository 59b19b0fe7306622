/** Accounts of customers at a real node: paid, watched and swept; blocks are built again, and a node loses what L1 has not. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DevToken } from "@cairn/devnet";
import { rollupDomain } from "@cairn/l1";
import {
  ceilToFee,
  createNodeClient,
  createWallet,
  existingPayee,
  type NodeClient,
  type RequestStorage,
  resolvePayee,
} from "@cairn/sdk";
import {
  type Customer,
  customerKeys,
  findCustomers,
  openCustomers,
  sweepCustomers,
  sweepStatus,
  watchCustomers,
} from "@cairn/sdk/customers";
import { fileStorage } from "@cairn/sdk/node";
import { personOf } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type NodeProcess, openScene, type Scene } from "./support/index.ts";
import { sdkClient } from "./support/sdk.ts";

const ETH = 10n ** 18n;
const WAIT_MS = 300_000;
const WAIT = { timeout: 120_000, interval: 200 };
/** Positions of wallets. */
const [SHOP, PAYER, FEES, CAROL] = [1, 2, 4, 3];

describe("customers at a node", () => {
  const folder = mkdtempSync(join(tmpdir(), "cairn-customers-"));
  let scene: Scene;
  let token: DevToken;
  let running: NodeProcess;

  /** A client that knows nothing but the storage of the person. */
  const start = (position: number, storage: RequestStorage = fileStorage(join(folder, String(position)))) =>
    sdkClient(scene, position, { storage });
  const keys = () => customerKeys(personOf("customers").secretKey, rollupDomain(scene.l1.rollup));
  const node = (): NodeClient => createNodeClient({ url: scene.api() });
  const open = async (...customers: string[]): Promise<Customer[]> => [
    ...(await openCustomers(start(SHOP), { keys: keys(), customers })).customers,
  ];
  const find = async (...customers: string[]) => findCustomers(start(SHOP), { keys: keys(), customers });
  const mainBalance = async (tokenId = 0): Promise<bigint> => {
    const { accounts } = await node().accounts({ owner: start(SHOP).account.address, tokenId });
    return BigInt(accounts[0]?.balance ?? 0);
  };
  const pay = async (to: number | string, amount: bigint): Promise<void> => {
    const handle = await start(PAYER).transfer({ to, amount });
    await handle.wait({ for: "confirmed", timeout: WAIT_MS });
  };
  /** Pays in a token in which the node takes no fees: the payer's ETH account pays those, in the same group. */
  const payInToken = async (code: string, amount: bigint): Promise<void> => {
    const domain = rollupDomain(scene.l1.rollup);
    const wallet = createWallet({ secret: personOf(`sdk ${PAYER}`).secretKey, domain });
    const of = async (tokenId: number) => {
      const { accounts } = await node().accounts({ owner: start(PAYER).account.address, tokenId });
      return accounts[0] ?? expect.unreachable();
    };
    const to = await resolvePayee(node(), { type: "paymentCode", code }, { tokenId: token.id, domain });
    const quotes = (["transfer", "transferToNew"] as const).map((kind) => node().quote({ kind, tokenId: 0 }));
    const fee = (await Promise.all(quotes)).reduce((sum, quote) => sum + BigInt(quote.fee), 0n);
    const eth = await of(0);
    await node().submit([
      wallet.transfer({ from: await of(token.id), to, amount, fee: 0n }),
      wallet.transfer({ from: eth, to: existingPayee(eth), amount: 0n, fee: ceilToFee(fee) }),
    ]);
  };
  const ids = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);
  const deposit = async (position: number, amount: bigint, of?: DevToken): Promise<void> => {
    if (of !== undefined) await scene.l1.devnet.mint(of, start(position).account.address, amount);
    const handle = await start(position).deposit({ amount, ...(of && { token: of.address }) });
    await handle.wait({ for: "confirmed", timeout: WAIT_MS });
  };

  beforeAll(async () => {
    scene = await openScene({ proofs: "stand-in", env: { CAIRN_FEE_OPERATOR_PERCENT: "10" } });
    token = await scene.l1.createToken("USD", 6);
    running = await scene.start({ CAIRN_FEE_OWNER: scene.l1.wallet(FEES).account.address });
    for (const position of [FEES, SHOP, PAYER]) await deposit(position, 20n * ETH);
  });
  afterAll(async () => {
    await scene?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("are opened, paid, watched and swept, and each transfer becomes final", async () => {
    const opened = await open(...ids("life", 20));
    expect(new Set(opened.map(({ account }) => account)).size).toBe(20);
    const late = (await find("late"))[0] ?? expect.unreachable();
    const end = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { customer, direction, event } of watchCustomers(start(SHOP), {
        keys: keys(),
        signal: end.signal,
      }))
        if (event.type === "entry" && event.status === "confirmed")
          seen.push(`${customer} ${direction} ${event.entry.amount}`);
    })();
    await vi.waitFor(async () => {
      await pay(opened[0]?.account ?? 0, 10n ** 16n);
      expect(seen).toContain("life-0 in 10000000000000000");
    }, WAIT);
    await pay(late.paymentCode, 2n * 10n ** 16n);
    await vi.waitFor(() => expect(seen).toContain("late in 20000000000000000"), WAIT);

    const before = await mainBalance();
    const report = await sweepCustomers(start(SHOP), { keys: keys() });
    expect(report.counts).toEqual({ confirmed: 2, empty: 19 });
    expect((await mainBalance()) - before).toBe(report.amount);
    await vi.waitFor(() => expect(seen.filter((one) => one.includes(" out "))).toHaveLength(2), WAIT);
    end.abort();
    await watching;
    await vi.waitFor(async () => {
      await scene.l1.mine(70);
      expect((await sweepStatus(start(SHOP), { keys: keys() }))?.counts).toEqual({ final: 2, empty: 19 });
    }, WAIT);
  });

  it("of a token without fees are swept in groups that the main account pays for", async () => {
    for (const position of [SHOP, PAYER]) await deposit(position, 1_000_000n, token);
    const clients = { keys: keys(), token: token.id };
    const found = await findCustomers(start(SHOP), { ...clients, customers: ids("usd", 7) });
    for (const { paymentCode } of found) await payInToken(paymentCode, 100n);
    const [before, eths] = [await mainBalance(token.id), await mainBalance()];
    const report = await sweepCustomers(start(SHOP), { ...clients, customers: ids("usd", 7) });
    expect(report).toMatchObject({ counts: { confirmed: 7 }, amount: 700n, fees: 0n });
    expect((await mainBalance(token.id)) - before).toBe(700n);
    expect(eths - (await mainBalance())).toBe(report.payerFees[0]?.fee);
  });

  it("keep their money when blocks are built again and accounts move", async () => {
    scene.l1.proxy.dropTransactions();
    const height = await scene.l1.head();
    await deposit(CAROL, ETH);
    const before = await open(...ids("moved", 3));
    const [first, second] = before.map(({ account }) => account ?? 0);
    await pay(first ?? 0, 3n * 10n ** 16n);
    await pay(second ?? 0, 4n * 10n ** 16n);
    expect((await sweepCustomers(start(SHOP), { keys: keys(), customers: ids("moved", 3) })).counts.confirmed).toBe(2);
    await scene.l1.reorgTo(height);
    // Carol's account is gone, and those behind it have moved up.
    const after = await vi.waitFor(async () => {
      const found = await find(...ids("moved", 3));
      expect(found.map(({ account }) => account)).toEqual(before.map(({ account }) => (account ?? 0) - 1));
      return found;
    }, WAIT);
    await scene.l1.proxy.passTransactions();
    // Payments named owner and key, so none went to whoever has the index now.
    const paid = after.map(({ balance }) => balance);
    expect(paid).toEqual([0n, 0n, 0n]);
    await pay(after[0]?.account ?? 0, 3n * 10n ** 16n);
    await pay(after[1]?.account ?? 0, 4n * 10n ** 16n);
    const now = await mainBalance();
    const again = await sweepCustomers(start(SHOP), { keys: keys(), customers: ids("moved", 3) });
    expect(again.counts).toEqual({ confirmed: 2, empty: 1 });
    expect((await mainBalance()) - now).toBe(again.amount);
  });

  it("are swept again after a node was restored from L1, which had not got the sweep", async () => {
    const [customer] = await open("restored");
    await pay(customer?.account ?? 0, 5n * 10n ** 16n);
    await vi.waitFor(async () => {
      const { lastBlock, lastProvenBlock } = await node().rollup();
      expect(lastProvenBlock).toBe(lastBlock);
    }, WAIT);
    scene.l1.proxy.dropTransactions();
    const before = await mainBalance();
    const first = await sweepCustomers(start(SHOP), { keys: keys(), customers: ["restored"] });
    expect(first.counts).toEqual({ confirmed: 1 });
    await running.kill();
    await scene.l1.proxy.passTransactions();
    running = await scene.start({
      CAIRN_FEE_OWNER: scene.l1.wallet(FEES).account.address,
      CAIRN_RESTORE: "true",
      CAIRN_DATA_DIR: join(scene.dir, "restored"),
      ...(await scene.ownDatabase()),
    });
    expect(await mainBalance()).toBe(before);
    const lost = await sweepStatus(start(SHOP), { keys: keys(), customers: ["restored"] });
    expect(lost?.counts).toEqual({ signed: 1 });
    const again = await sweepCustomers(start(SHOP), { keys: keys(), customers: ["restored"] });
    expect(again.counts).toEqual({ confirmed: 1 });
    expect((await mainBalance()) - before).toBe(again.amount);
  });
});
