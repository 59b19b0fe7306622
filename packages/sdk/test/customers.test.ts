import { bigintToAddress } from "@cairn/protocol";
import { bigintToWord } from "@cairn/rpc";
import { beforeEach, describe, expect, it } from "vitest";
import { customerKeys, parseCustomerList, watchedCustomerKeys } from "../src/customers/index.ts";
import { memoryStorage, type NodeClient, parsePaymentCode, type RequestStorage } from "../src/index.ts";
import { customersScene, ETH, FEE, ids, KEYS, keyOf, MAIN, OWNER } from "./customers-scene.ts";
import { ALICE, accountOf, BOB, DOMAIN } from "./people.ts";
import { mortal, ProcessEnded } from "./storages.ts";

describe("customers", () => {
  const scene = customersScene();
  beforeEach(scene.begin);

  describe("lists", () => {
    it("are a column or JSON", () => {
      for (const text of ["customer\na\nb", '\ufeffCustomer\r\n"a"\r\n\r\nb\r\n', "customer\ra\rb\r"])
        expect(parseCustomerList(text, { format: "csv" })).toEqual(["a", "b"]);
      expect(parseCustomerList('["a","b"]', { format: "json" })).toEqual(["a", "b"]);
    });

    it.each([
      ["csv", "a\nb", "customer"],
      ["csv", "customer", "no customers"],
      ["csv", "customer\na\na", "twice"],
      ["csv", "customer\na,b", "is no id"],
      ["csv", "customer\n=1+1", "is no id"],
      ["csv", `customer\n${"x".repeat(129)}`, "is no id"],
      ["json", "[1]", "rounded"],
      ["json", "{}", "not a list"],
      ["json", "[", "no JSON"],
    ] as const)("of another form are refused: %s %j", (format, text, message) => {
      expect(() => parseCustomerList(text, { format })).toThrow(
        expect.objectContaining({ code: "sdk/bad-customer-list", message: expect.stringContaining(message) }),
      );
    });

    it("of more than 100,000 are refused", () => {
      const many = Array.from({ length: 100_001 }, (_, i) => String(i));
      expect(() => parseCustomerList(JSON.stringify(many), { format: "json" })).toThrow("more than 100000");
    });
  });

  describe("are opened", () => {
    it("each once, with the key that follows from secret and id, for the fee alone", async () => {
      const { customers, opened } = await scene.open(ids(70));
      expect(opened).toBe(70);
      expect(customers.map(({ customer }) => customer)).toEqual(ids(70));
      for (const { customer, account, others, key, balance } of customers) {
        expect([others, balance, key]).toEqual([[], 0n, KEYS.publicKey(customer)]);
        expect(scene.node.accounts.get(account ?? 0)).toMatchObject({
          owner: OWNER,
          key: keyOf(customer),
          balance: "0",
        });
      }
      expect(scene.balanceOf(MAIN)).toBe(1_000n * ETH - 70n * FEE);
      expect(await scene.connect().requests()).toEqual([]);
    });

    it("not again by a repeated run, a longer list, or without the storage", async () => {
      await scene.open(ids(40));
      expect((await scene.open(ids(40))).opened).toBe(0);
      scene.storage = memoryStorage();
      expect((await scene.open(ids(41))).opened).toBe(1);
      expect(scene.node.executed).toHaveLength(41);
      expect(await scene.find(ids(41))).toEqual((await scene.open(ids(41))).customers);
    });

    it("not where a payer has opened one", async () => {
      const [anna] = await scene.find(["anna"]);
      expect(anna).toMatchObject({ account: null, balance: 0n });
      const target = parsePaymentCode(anna?.paymentCode ?? "", DOMAIN);
      expect(target).toEqual({ owner: ALICE.owner, key: KEYS.publicKey("anna") });
      scene.put(66, { key: bigintToWord(target.key), balance: "5" });
      expect(await scene.open(["anna"])).toMatchObject({ opened: 0, customers: [{ account: 66, balance: 5n }] });
    });

    it("once, although the process ends at any write", async () => {
      for (let last = 0; ; last++) {
        scene.begin();
        const dying = mortal(scene.storage);
        let writes = 0;
        dying.dieAfter = () => writes++ === last;
        const outcome = await scene.open(ids(35), { storage: dying }).catch((error: unknown) => error);
        if (!(outcome instanceof ProcessEnded)) {
          expect(last).toBeGreaterThan(7);
          return;
        }
        // The next run is for others, too.
        const { customers } = await scene.open([...ids(35), "another"]);
        const opened = customers.map(({ account, others }) => [account !== null, others.length]);
        expect(opened, `after write ${last}`).toEqual(Array(36).fill([true, 0]));
        expect(scene.node.executed, `after write ${last}`).toHaveLength(36);
      }
    });

    it("once by two processes, of other customers in part", async () => {
      const all = await Promise.all([scene.open(ids(50)), scene.open(ids(50)), scene.open(ids(60).slice(20))]);
      expect(all.flatMap(({ customers }) => customers).every(({ account }) => account !== null)).toBe(true);
      expect(scene.node.executed).toHaveLength(60);
    });

    it("once, when a process lags behind another one that has finished", async () => {
      const finished = Promise.withResolvers<void>();
      const lagging: RequestStorage = {
        ...scene.storage,
        // It knows what is to be opened, and pauses before it signs.
        locked: async (name, work) => {
          if (name.includes("id-customers-")) await finished.promise;
          return scene.storage.locked(name, work);
        },
      };
      const [late, early] = [scene.open(ids(40), { storage: lagging }), scene.open(ids(40))];
      await early;
      finished.resolve();
      expect((await late).customers.map(({ others }) => others.length)).toEqual(Array(40).fill(0));
      expect(scene.node.executed).toHaveLength(40);
    });

    it.each(["before", "after"] as const)("once, although the node breaks off %s it took one", async (fault) => {
      scene.node.fault = fault;
      await expect(scene.open(ids(3), { patienceMs: 1 })).rejects.toMatchObject({ code: "sdk/outcome-unknown" });
      scene.node.fault = null;
      expect((await scene.open(ids(3))).customers.every(({ account }) => account !== null)).toBe(true);
      expect(scene.node.executed).toHaveLength(3);
    });

    it("anew after a block was dropped or a node restored, whatever the storage says", async () => {
      const { customers } = await scene.open(ids(3));
      // Of three accounts one is gone, and another one has its index.
      const [first = 0, second = 0] = customers.map(({ account }) => account ?? 0);
      scene.node.accounts.delete(second);
      scene.put(first, { key: bigintToWord(BOB.key), owner: bigintToAddress(BOB.owner) });
      const again = await scene.open(ids(3));
      expect(again.opened).toBe(2);
      for (const { customer, account } of again.customers)
        expect(scene.node.accounts.get(account ?? 0)?.key).toBe(keyOf(customer));
    });

    it("not beyond what the main account holds or the fee that is allowed", async () => {
      scene.put(MAIN, { balance: String(9n * FEE) });
      await expect(scene.open(ids(10))).rejects.toMatchObject({ code: "sdk/insufficient-balance" });
      await expect(scene.open(ids(3), { maxFee: FEE - 1n })).rejects.toMatchObject({ code: "sdk/fee-too-high" });
      expect(scene.node.submitted).toBe(0);
      expect((await scene.open(ids(9))).opened).toBe(9);
    });

    it("with public keys alone, by a machine that can take nothing out", async () => {
      const watched = watchedCustomerKeys(new Map(ids(3).map((id) => [id, KEYS.publicKey(id) as bigint])));
      expect((await scene.open(ids(3), { keys: watched })).opened).toBe(3);
      scene.payAll(ids(3));
      await expect(scene.sweep({ keys: watched })).rejects.toMatchObject({ code: "sdk/no-signer" });
      await expect(scene.find(["stranger"], watched)).rejects.toMatchObject({ code: "sdk/unknown-customer" });
      expect((await scene.sweep()).counts).toEqual({ confirmed: 3 });
    });

    it("not with the keys of another secret", async () => {
      await scene.open(ids(3));
      const others = customerKeys(BOB.secretKey, DOMAIN);
      await expect(scene.open(ids(3), { keys: others })).rejects.toMatchObject({ code: "sdk/request-conflict" });
      expect(scene.node.executed).toHaveLength(3);
    });
  });

  describe("strangers", () => {
    it("who open accounts of the same owner with other keys are not taken for customers", async () => {
      for (let i = 0; i < 100; i++) scene.put(100 + i, { key: bigintToWord(BigInt(i + 1)), balance: "777777" });
      await scene.open(ids(3));
      expect((await scene.find()).map(({ others, balance }) => [others, balance])).toEqual(Array(3).fill([[], 0n]));
      expect((await scene.sweep()).counts).toEqual({ empty: 3 });
      expect(scene.balanceOf(100)).toBe(777_777n);
    });

    it("who open accounts with a customer's key give away what they put there", async () => {
      await scene.open(["anna"]);
      for (let i = 0; i < 40; i++) scene.put(200 + i, { key: keyOf("anna"), balance: i === 0 ? "5000" : "7" });
      const [anna] = await scene.find();
      expect([anna?.account, anna?.others.length]).toEqual([66, 40]);
      const report = await scene.sweep();
      expect(report).toMatchObject({ counts: { confirmed: 1, empty: 1, left: 39 }, amount: 4_900n, left: 39n * 7n });
    });

    it("who make the owner's list long do not hide accounts that are known", async () => {
      await scene.open(ids(60));
      const sum = scene.payAll(ids(60));
      let pages = 0;
      const strangers = Array.from({ length: 100 }, () => accountOf(ALICE, { index: 9_000, key: bigintToWord(1n) }));
      scene.node.lies = {
        ...scene.node.lies,
        accounts: (async () => ({ accounts: strangers, next: String(++pages) })) as unknown as NodeClient["accounts"],
      };
      // The list never ends, so the customers' accounts are read by their indices.
      expect((await scene.sweep({ to: MAIN })).amount).toBe(sum - 60n * FEE);
      expect(pages).toBeLessThan(100);
    });

    it("who dust every account cost nobody else anything", async () => {
      await scene.open(ids(40));
      for (const id of ids(40)) scene.put(scene.indexOf(id), { balance: "150" });
      const before = scene.node.submitted;
      const report = await scene.sweep();
      expect([report.counts, report.left, scene.node.submitted]).toEqual([{ left: 40 }, 40n * 150n, before]);
      expect((await scene.sweep({ minimum: 0n })).amount).toBe(40n * 50n);
    });
  });
});
