import { bigintToWord } from "@cairn/rpc";
import { beforeEach, describe, expect, it } from "vitest";
import { type SweepParameters, sweepCustomers } from "../src/customers/index.ts";
import { memoryStorage, type NodeClient, type RequestStorage } from "../src/index.ts";
import { customersScene, ETH, FEE, ids, KEYS, keyOf, MAIN } from "./customers-scene.ts";
import { apiError } from "./fake-node.ts";
import { ALICE } from "./people.ts";
import { mortal, ProcessEnded } from "./storages.ts";

describe("customers", () => {
  const scene = customersScene();
  beforeEach(scene.begin);

  describe("are swept in a token in which the node takes no fees", () => {
    const USD = 1;
    beforeEach(async () => {
      const quote = async ({ tokenId }: { tokenId: number }) => {
        if (tokenId === 0) return { fee: String(FEE) };
        throw apiError("not-found", {});
      };
      scene.node.lies = { quote: quote as unknown as NodeClient["quote"] };
      scene.put(70, { tokenId: USD, key: bigintToWord(ALICE.key), ownerKey: true });
      for (const [i, id] of ids(10).entries())
        scene.put(71 + i, { tokenId: USD, key: keyOf(id), balance: String(1_000 * (i + 1)) });
    });
    /** Tokens are found without L1. */
    const usd = { to: 70, customers: ids(10) };
    const inUsd = (change: Partial<SweepParameters> & { storage?: RequestStorage } = {}) => {
      const { storage: own, ...parameters } = change;
      const client = scene.connect(own === undefined ? {} : { storage: own });
      const l1 = client.cairn.l1;
      const readContract = async () => "0x0000000000000000000000000000000000000001";
      const cairn = {
        ...client.cairn,
        l1: async () => {
          const connection = await l1();
          return { ...connection, reader: { ...connection.reader, readContract } };
        },
      } as unknown as typeof client.cairn;
      return sweepCustomers(Object.assign(Object.create(client), { cairn }) as typeof client, {
        keys: KEYS,
        token: USD,
        patienceMs: 20_000,
        ...usd,
        ...parameters,
      });
    };

    it("by groups in which the main account pays for three at a time", async () => {
      const report = await inUsd();
      expect(report).toMatchObject({
        counts: { confirmed: 10 },
        amount: 55_000n,
        fees: 0n,
        // Three groups of four transfers, and one of two.
        payerFees: [{ tokenId: 0, fee: 14n * FEE }],
        isComplete: true,
      });
      expect(scene.balanceOf(70)).toBe(55_000n);
      expect(scene.balanceOf(MAIN)).toBe(1_000n * ETH - 14n * FEE);
      expect(await scene.connect().requests()).toEqual([]);
    });

    it("once, and paid for once, although the process ends at any write", async () => {
      const accounts = new Map(scene.node.accounts);
      for (let last = 0; ; last++) {
        scene.storage = memoryStorage();
        scene.node.accounts.clear();
        for (const [index, account] of accounts) scene.node.accounts.set(index, account);
        scene.node.known.clear();
        scene.node.executed.length = 0;
        const dying = mortal(scene.storage);
        let writes = 0;
        dying.dieAfter = () => writes++ === last;
        const outcome = await inUsd({ storage: dying }).catch((error: unknown) => error);
        if (!(outcome instanceof ProcessEnded)) {
          expect(last).toBeGreaterThan(12);
          return;
        }
        await inUsd();
        expect([scene.balanceOf(70), scene.balanceOf(MAIN), scene.node.executed.length], `after write ${last}`).toEqual(
          [55_000n, 1_000n * ETH - 14n * FEE, 14],
        );
      }
    });

    it("not at all when the payer is short, and the same sweep goes on when it is not", async () => {
      scene.put(MAIN, { balance: String(7n * FEE) });
      await expect(inUsd()).rejects.toMatchObject({ code: "sdk/insufficient-balance" });
      expect(scene.balanceOf(70)).toBe(6_000n);
      scene.put(MAIN, { balance: String(100n * FEE) });
      expect(await inUsd()).toMatchObject({ number: 1, amount: 55_000n });
    });

    it("by another payer, when a process ended after it had signed for one that has nothing any more", async () => {
      const dying = mortal(scene.storage);
      dying.dieAfter = (name) => /-1-0$/.test(name);
      await expect(inUsd({ storage: dying })).rejects.toBeInstanceOf(ProcessEnded);
      scene.put(MAIN, { balance: "0" });
      scene.put(90, { key: bigintToWord(ALICE.key), balance: String(100n * FEE) });
      expect(await inUsd({ feesFrom: 90 })).toMatchObject({ number: 1, counts: { confirmed: 10 }, amount: 55_000n });
      expect(scene.balanceOf(90)).toBe(86n * FEE);
    });

    it("in smaller groups where one of them has been swept by another", async () => {
      const other = inUsd({ storage: memoryStorage(), customers: ["customer-2"] });
      const [report] = await Promise.all([inUsd(), other]);
      expect(scene.balanceOf(70)).toBe(55_000n);
      expect(report.counts.confirmed).toBeGreaterThanOrEqual(9);
    });
  });
});
