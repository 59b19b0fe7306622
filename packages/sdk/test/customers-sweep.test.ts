import { bigintToAddress, decodeFloat16 } from "@cairn/protocol";
import { type SignedTransactionJson, signedTransactionFromJson } from "@cairn/rpc";
import { beforeEach, describe, expect, it } from "vitest";
import { type SweepReport, sweepCustomers, sweepReportToCsv, sweepStatus } from "../src/customers/index.ts";
import { memoryStorage, type NodeClient, type RequestStorage } from "../src/index.ts";
import { customersScene, ETH, FEE, ids, KEYS, MAIN, quoting } from "./customers-scene.ts";
import { apiError } from "./fake-node.ts";
import { ALICE, accountOf } from "./people.ts";
import { mortal, ProcessEnded } from "./storages.ts";

type Submit = (body: { readonly transactions: readonly SignedTransactionJson[] }) => Promise<unknown>;

const statuses = ({ lines }: SweepReport) => lines.map(({ customer, status }) => `${customer} ${status}`);

describe("customers", () => {
  const scene = customersScene();
  beforeEach(scene.begin);

  describe("are swept", () => {
    it("each once, less the fee, into the main account, with a line for each", async () => {
      await scene.open(ids(70));
      const sum = scene.payAll(ids(69));
      const before = scene.balanceOf(MAIN);
      const progress: number[] = [];
      const report = await scene.sweep({ onProgress: ({ sent }) => progress.push(sent) });
      expect(report).toMatchObject({
        number: 1,
        isComplete: true,
        counts: { confirmed: 69, empty: 1 },
        amount: sum - 69n * FEE,
        fees: 69n * FEE,
        payerFees: [],
        left: 0n,
      });
      expect(scene.balanceOf(MAIN) - before).toBe(sum - 69n * FEE);
      expect(progress.at(-1)).toBe(69);
      const transactions = report.lines.flatMap(({ transaction }) => transaction ?? []);
      expect(new Set(transactions)).toEqual(new Set(scene.node.executed.slice(70)));
      expect(report.lines[0]).toMatchObject({ customer: "customer-1", balance: 1_000n, amount: 900n, fee: 100n });
      const [header, row] = sweepReportToCsv(report).split("\r\n");
      expect(header).toBe("customer,account,status,balance,amount,fee,transaction,reason");
      expect(row).toBe(`customer-1,66,confirmed,1000,900,100,${transactions[0]},`);
      expect(await sweepStatus(scene.connect(), { keys: KEYS })).toEqual(report);
    });

    it("again by the next sweep, of what came since", async () => {
      await scene.open(ids(3));
      await scene.sweep();
      scene.payAll(ids(2));
      expect(await scene.sweep()).toMatchObject({ number: 2, counts: { confirmed: 2, empty: 1 } });
      expect(await scene.sweep()).toMatchObject({ number: 3, counts: { empty: 3 } });
      expect(await scene.storage.names("")).not.toContainEqual(expect.stringMatching(/sweep-[0-9a-f]+-[12]-/));
    });

    it("of chosen customers only, from a minimum on", async () => {
      await scene.open(ids(5));
      scene.payAll(ids(5));
      const report = await scene.sweep({ customers: ids(4), minimum: 3_000n });
      expect(statuses(report)).toEqual([
        "customer-1 left",
        "customer-2 left",
        "customer-3 confirmed",
        "customer-4 confirmed",
      ]);
      expect(scene.balanceOf(scene.indexOf("customer-5"))).toBe(5_000n);
    });

    it("once, although the process ends at any write, between signing and sending as well", async () => {
      for (let last = 0; ; last++) {
        scene.begin();
        await scene.open(ids(35));
        const sum = scene.payAll(ids(35));
        const before = scene.balanceOf(MAIN);
        const dying = mortal(scene.storage);
        let writes = 0;
        dying.dieAfter = () => writes++ === last;
        const outcome = await scene.sweep({ storage: dying }).catch((error: unknown) => error);
        if (!(outcome instanceof ProcessEnded)) {
          expect(last).toBeGreaterThan(4);
          return;
        }
        const report = await scene.sweep();
        expect([report.number, report.amount], `after write ${last}`).toEqual([
          // The last write is the end: then a new one follows, of nothing.
          report.counts.empty === 35 ? 2 : 1,
          report.counts.empty === 35 ? 0n : sum - 35n * FEE,
        ]);
        expect([scene.balanceOf(MAIN) - before, scene.node.executed.length], `after write ${last}`).toEqual([
          sum - 35n * FEE,
          70,
        ]);
      }
    });

    it("once by two processes at a time, and by three", async () => {
      await scene.open(ids(100));
      const sum = scene.payAll(ids(100));
      const reports = await Promise.all([scene.sweep(), scene.sweep(), scene.sweep()]);
      expect(scene.node.executed).toHaveLength(200);
      expect(scene.balanceOf(MAIN)).toBe(1_000n * ETH - 100n * FEE + sum - 100n * FEE);
      for (const report of reports) expect(report.isComplete).toBe(true);
    });

    it("once, when a process lags behind another one that has ended the sweep", async () => {
      await scene.open(ids(40));
      const sum = scene.payAll(ids(40));
      const finished = Promise.withResolvers<void>();
      let locks = 0;
      const lagging: RequestStorage = {
        ...scene.storage,
        // It has found what is to be swept, and pauses before it signs.
        locked: async (name, work) => {
          if (name.includes("customers-sweep-") && ++locks === 2) await finished.promise;
          return scene.storage.locked(name, work);
        },
      };
      const late = scene.sweep({ storage: lagging });
      const early = await scene.sweep();
      finished.resolve();
      expect([early.amount, (await late).amount]).toEqual([sum - 40n * FEE, sum - 40n * FEE]);
      expect(scene.node.executed).toHaveLength(80);
    });

    it("once by two that share no storage: what the other one has swept is told as such", async () => {
      await scene.open(ids(40));
      const sum = scene.payAll(ids(40));
      const reports = await Promise.all([scene.sweep(), scene.sweep({ storage: memoryStorage(), customers: ids(40) })]);
      expect(reports[0].amount + reports[1].amount).toBe(sum - 40n * FEE);
      expect(scene.node.executed).toHaveLength(80);
      for (const { lines } of reports)
        for (const { status, reason } of lines)
          if (status !== "confirmed" && status !== "empty") expect(reason).toMatchObject({ type: "nonceTooLow" });
    });

    it.each(["before", "after"] as const)("once, although the node breaks off %s it took one", async (fault) => {
      await scene.open(ids(3));
      const sum = scene.payAll(ids(3));
      scene.node.fault = fault;
      await expect(scene.sweep({ patienceMs: 1 })).rejects.toMatchObject({ code: "sdk/outcome-unknown" });
      scene.node.fault = null;
      const report = await scene.sweep();
      expect([report.number, report.amount, scene.node.executed.length]).toEqual([1, sum - 3n * FEE, 6]);
    });

    it("again where a node that was restored from L1 has forgotten it: under the same nonce, so once", async () => {
      await scene.open(ids(3));
      const sum = scene.payAll(ids(3));
      const before = new Map(scene.node.accounts);
      const first = await scene.sweep();
      const [transaction = ""] = first.lines.flatMap((line) => line.transaction ?? []);
      const lost = scene.node.known.get(transaction)?.transaction;
      for (const [index, account] of before) scene.node.accounts.set(index, account);
      scene.node.known.clear();
      scene.node.executed.length = 3;
      const status = await sweepStatus(scene.connect(), { keys: KEYS });
      expect(status?.counts).toEqual({ signed: 3 });
      expect((await scene.sweep()).amount).toBe(sum - 3n * FEE);
      // Whoever has kept the first one cannot have it run as well.
      const submit = scene.node.client.submit as unknown as Submit;
      await expect(submit({ transactions: lost === undefined ? [] : [lost] })).rejects.toMatchObject({
        details: { apiDetails: { reason: { type: "nonceTooLow" } } },
      });
      expect(scene.node.executed).toHaveLength(6);
    });

    it("from no account that has changed hands, when indices have moved", async () => {
      await scene.open(ids(2));
      scene.payAll(ids(2));
      const [a, b] = ids(2).map((id) => scene.accountsOf(id)[0] ?? accountOf(ALICE));
      // A block was rebuilt: the two accounts have each other's index.
      scene.put(a?.index ?? 0, { ...b, index: a?.index ?? 0 });
      scene.put(b?.index ?? 0, { ...a, index: b?.index ?? 0 });
      expect(statuses(await scene.sweep())).toEqual(["customer-1 confirmed", "customer-2 confirmed"]);
    });

    it("again in the same run where the fee has risen, but not beyond the limit", async () => {
      await scene.open(ids(3));
      const sum = scene.payAll(ids(3));
      let fee = FEE;
      const submit = scene.node.client.submit as unknown as Submit;
      const rising: Submit = async (body) => {
        const [json] = body.transactions;
        if (fee === FEE) fee = 150n;
        const paid = json === undefined ? 0n : decodeFloat16(signedTransactionFromJson(json).transaction.fee);
        if (paid >= fee) return submit(body);
        throw apiError("rejected", { index: 0, reason: { type: "feeTooLow" } });
      };
      scene.node.lies = {
        ...quoting(() => fee),
        submit: rising as unknown as NodeClient["submit"],
      };
      await expect(scene.sweep({ maxFee: 120n })).rejects.toMatchObject({ code: "sdk/fee-too-high" });
      const report = await scene.sweep();
      expect([report.number, report.amount, report.fees]).toEqual([1, sum - 450n, 450n]);
    });

    it("without the main account's key, into an account that is named", async () => {
      await scene.open(ids(3));
      const sum = scene.payAll(ids(3));
      const cold = scene.connect({ signer: null });
      await expect(sweepCustomers(cold, { keys: KEYS })).rejects.toMatchObject({ code: "sdk/no-signer" });
      const report = await sweepCustomers(cold, { keys: KEYS, to: MAIN });
      expect(report.amount).toBe(sum - 3n * FEE);
      await expect(sweepCustomers(cold, { keys: KEYS, to: bigintToAddress(7n) })).rejects.toMatchObject({
        code: "sdk/bad-payee",
      });
    });
  });
});
