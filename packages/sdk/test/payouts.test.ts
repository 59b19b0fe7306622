import { bigintToAddress } from "@cairn/protocol";
import { bigintToWord, type SignedTransactionJson, signedTransactionFromJson } from "@cairn/rpc";
import { personOf } from "@cairn/testkit";
import { createClient, custom } from "viem";
import { beforeEach, describe, expect, it } from "vitest";
import { cairnActions, memoryStorage, type NodeClient, type RequestStorage, secretSigner } from "../src/index.ts";
import {
  checkPayout,
  type PayoutParameters,
  type PayoutReport,
  parsePayoutList,
  payout,
  payoutReportToCsv,
  payoutStatus,
} from "../src/payouts/index.ts";
import { idOf } from "../src/requests/l2-forms.ts";
import { type FakeNode, fakeNode, viewOf } from "./fake-node.ts";
import { ALICE, accountOf, BOB, DOMAIN } from "./people.ts";
import { mortal, ProcessEnded } from "./storages.ts";

type Submitted = { readonly transactions: readonly SignedTransactionJson[] };

const ETH = 10n ** 18n;
const HEADER = "id,payee,amount";
const NEWCOMER = bigintToAddress(personOf("newcomer").owner);

describe("a payout", () => {
  let node: FakeNode;
  let storage: RequestStorage;
  let seconds = 1_000;

  const connect = (change: { storage?: RequestStorage; person?: typeof ALICE } = {}) => {
    const { person = ALICE } = change;
    const request = async ({ method }: { method: string }) => {
      if (method === "eth_chainId") return "0x7a69";
      throw new TypeError(`L1 was asked for ${method}`);
    };
    const config = {
      rollup: bigintToAddress(DOMAIN.rollup),
      node: node.client,
      signer: secretSigner(person.secretKey),
      owner: bigintToAddress(person.owner),
      storage: change.storage ?? storage,
      nowSeconds: () => ++seconds,
    };
    return createClient({ transport: custom({ request }), pollingInterval: 10 }).extend(cairnActions(config));
  };
  const listOf = (...rows: string[]) => parsePayoutList([HEADER, ...rows].join("\n"), { format: "csv" });
  const pay = (rows: readonly string[], change: Partial<PayoutParameters> & { storage?: RequestStorage } = {}) => {
    const { storage: own, ...parameters } = change;
    const client = connect(own === undefined ? {} : { storage: own });
    return payout(client, { name: "salaries", list: listOf(...rows), patienceMs: 20_000, ...parameters });
  };
  /** One payment of 1, 2, 3 … thousandths to account 65 for each id. */
  const lines = (count: number) =>
    Array.from({ length: count }, (_, i) => `p${i + 1},65,0.${String(i + 1).padStart(3, "0")}`);
  const sumOf = (count: number) => (BigInt(count * (count + 1)) / 2n) * 10n ** 15n;
  const received = () => BigInt(node.accounts.get(65)?.balance ?? 0);
  const statuses = (report: PayoutReport) => report.lines.map(({ id, status }) => `${id} ${status}`);

  const begin = () => {
    storage = memoryStorage();
    node = fakeNode(DOMAIN, [
      accountOf(ALICE, { nonce: 0, balance: String(1_000n * ETH) }),
      accountOf(BOB, { index: 65, nonce: 0, balance: "0" }),
    ]);
  };
  beforeEach(begin);

  it("pays each line once, and reports each with its transaction", async () => {
    const progress: number[] = [];
    const report = await pay(lines(70), { onProgress: ({ paid }) => progress.push(paid) });
    expect([report.isComplete, report.counts, received()]).toEqual([true, { confirmed: 70 }, sumOf(70)]);
    expect(report.lines.map(({ id }) => id)).toEqual(lines(70).map((line) => line.split(",")[0]));
    expect(new Set(report.lines.map(({ transaction }) => transaction))).toEqual(new Set(node.executed));
    expect([progress[0], progress.at(-1)]).toEqual([0, 70]);
  });

  it("pays nothing when the same list is run again, also in another form", async () => {
    const report = await pay(lines(40));
    const again = await pay(lines(40));
    expect([again.lines, received(), node.submitted]).toEqual([report.lines, sumOf(40), 40]);
    const reformatted = parsePayoutList(
      `\ufeffamount;payee;id\r\n${lines(40)
        .map((line) => line.split(",").reverse().join(";"))
        .join("\r\n")}`,
      { format: "csv" },
    );
    await payout(connect(), { name: "salaries", list: reformatted });
    expect(received()).toBe(sumOf(40));
  });

  it("is not begun again under another name, unless that is meant", async () => {
    await pay(lines(3));
    await expect(pay(lines(3), { name: "copy of salaries" })).rejects.toMatchObject({ code: "sdk/bad-request" });
    await expect(pay(lines(3), { name: "copy" })).rejects.toMatchObject({
      code: "sdk/request-conflict",
      details: { name: "salaries" },
    });
    expect(received()).toBe(sumOf(3));
    await pay(lines(3), { name: "copy", isRepetition: true });
    expect(received()).toBe(2n * sumOf(3));
  });

  it("is refused when its list was edited, and says which lines", async () => {
    await pay(lines(5));
    const edited = ["p1,65,9", ...lines(5).slice(1, 4), "p6,65,1"];
    await expect(pay(edited)).rejects.toMatchObject({
      code: "sdk/request-conflict",
      details: { changed: ["p1"], added: ["p6"], removed: ["p5"] },
    });
    await expect(pay(lines(5).reverse())).rejects.toMatchObject({ code: "sdk/request-conflict" });
    await expect(
      payout(connect({ person: BOB }), { name: "salaries", list: listOf(...lines(5)) }),
    ).rejects.toMatchObject({ code: "sdk/request-conflict" });
    expect(received()).toBe(sumOf(5));
  });

  it("that ends at any write goes on where it stopped: nothing twice, nothing lost", async () => {
    for (let last = 0; ; last++) {
      begin();
      const dying = mortal(storage);
      let writes = 0;
      dying.dieAfter = () => writes++ === last;
      const outcome = await pay(lines(35), { storage: dying }).catch((error: unknown) => error);
      if (!(outcome instanceof ProcessEnded)) {
        // The last run wrote everything: ten writes or so for two parts.
        expect(last).toBeGreaterThan(7);
        return;
      }
      const report = await pay(lines(35));
      expect([report.isComplete, received(), node.executed.length], `after write ${last}`).toEqual([
        true,
        sumOf(35),
        35,
      ]);
    }
  });

  it("by two processes at once pays each line once", async () => {
    const reports = await Promise.all([pay(lines(70)), pay(lines(70)), pay(lines(70))]);
    expect(reports.map(({ isComplete }) => isComplete)).toEqual([true, true, true]);
    expect([received(), node.executed.length]).toEqual([sumOf(70), 70]);
  });

  it.each(["before", "after"] as const)("goes on when the node breaks off %s it took a line", async (fault) => {
    node.fault = fault;
    await expect(pay(lines(3), { patienceMs: 1 })).rejects.toMatchObject({ code: "sdk/outcome-unknown" });
    node.fault = null;
    const report = await pay(lines(3));
    expect([report.isComplete, received(), node.executed.length]).toEqual([true, sumOf(3), 3]);
  });

  it("signs a line that has failed again, and only that one", async () => {
    const submit = node.client.submit as unknown as (body: Submitted) => Promise<unknown>;
    /** Takes the last line, and drops it. */
    const dropping = async (body: Submitted) => {
      const [json] = body.transactions;
      if (json?.nonce !== 2) return submit(body);
      const id = idOf(signedTransactionFromJson(json), DOMAIN);
      node.known.set(id, viewOf(id, json, { status: "expired" }));
      return { transactions: [{ id, status: "received", inclusion: null }] };
    };
    node.lies = { submit: dropping as unknown as NodeClient["submit"] };
    const first = await pay(lines(3));
    expect([first.isComplete, statuses(first)]).toEqual([false, ["p1 confirmed", "p2 confirmed", "p3 expired"]]);
    node.lies = {};
    const second = await pay(lines(3));
    expect([second.isComplete, received(), node.executed.length]).toEqual([true, sumOf(3), 3]);
    expect(second.lines[2]?.transaction).not.toBe(first.lines[2]?.transaction);
    expect((await payoutStatus(connect(), { name: "salaries", list: listOf(...lines(3)) })).counts).toEqual({
      confirmed: 3,
    });
  });

  it("does not pay again what an application has forgotten", async () => {
    await pay(lines(3));
    for (const handle of await connect().requests()) await handle.forget();
    const report = await pay(lines(3));
    expect([report.isComplete, received()]).toEqual([true, sumOf(3)]);
    expect((await payoutStatus(connect(), { name: "salaries", list: listOf(...lines(3)) })).isComplete).toBe(true);
  });

  it("opens one account for several lines to the same newcomer", async () => {
    const rows = [`a,${NEWCOMER},1`, "b,65,1", `c,${NEWCOMER.toLowerCase()},2`, `d,${NEWCOMER},3`];
    const { totals } = await checkPayout(connect(), { name: "salaries", list: listOf(...rows) });
    expect(totals).toMatchObject([{ lines: 4, newAccounts: 1, amount: 7n * ETH }]);
    const report = await pay(rows);
    expect(report.isComplete).toBe(true);
    const opened = [...node.accounts.values()].filter(({ owner }) => owner === NEWCOMER);
    expect(opened.map(({ balance }) => balance)).toEqual([String(6n * ETH)]);
  });

  it("pays an address with a key to an account with that key", async () => {
    const list = parsePayoutList(`id,payee,amount,key\na,${NEWCOMER},1,${bigintToWord(BOB.key)}`, { format: "csv" });
    await payout(connect(), { name: "salaries", list });
    expect([...node.accounts.values()].find(({ owner }) => owner === NEWCOMER)?.key).toBe(bigintToWord(BOB.key));
    const wrong = parsePayoutList(`id,payee,amount,key\na,${NEWCOMER},1,0x${"ff".repeat(32)}`, { format: "csv" });
    expect((await checkPayout(connect(), { name: "b", list: wrong })).problems).toMatchObject([{ code: "bad-payee" }]);
  });

  describe("is checked before anything is signed", () => {
    const problemsOf = async (...rows: string[]) =>
      (await checkPayout(connect(), { name: "salaries", list: listOf(...rows) })).problems;

    it("for payees, amounts and tokens", async () => {
      expect(await problemsOf("a,99,1", "b,64,1", "c,65,1.0000000000001", "d,65,0.0000000000000000001")).toMatchObject([
        { code: "bad-amount", at: 4, message: expect.stringContaining("nearest: 1 and 1.0000000001") },
        { code: "bad-amount", at: 5 },
      ]);
      expect(await problemsOf("a,99,1", "b,64,1", `c,cairn1${"a".repeat(90)},1`)).toMatchObject([
        { code: "bad-payee", at: 2 },
        { code: "bad-payee", at: 3, message: expect.stringContaining("itself") },
        { code: "bad-payee", at: 4 },
      ]);
      const list = parsePayoutList(`${HEADER},token\na,65,1,EUR`, { format: "csv" });
      expect((await checkPayout(connect(), { name: "x", list })).problems).toMatchObject([{ code: "bad-token" }]);
    });

    it("for its sum with the fees, and those of new accounts", async () => {
      const quote = async ({ kind }: { kind: string }) => ({ fee: String(kind === "transfer" ? ETH : 5n * ETH) });
      node.lies = { quote: quote as unknown as NodeClient["quote"] };
      expect(await problemsOf("a,65,100", `b,${NEWCOMER},894`)).toEqual([]);
      expect(await problemsOf("a,65,100", `b,${NEWCOMER},894.1`)).toMatchObject([
        { code: "not-covered", message: expect.stringContaining("but 1000.1 is needed: 994.1 and fees of 6") },
      ]);
      await expect(pay(["a,65,100", `b,${NEWCOMER},895`])).rejects.toMatchObject({ code: "sdk/bad-payout-list" });
      expect(node.submitted).toBe(0);
    });

    it("again for what is left, when it goes on", async () => {
      const rows = ["a,65,300", "b,65,300", "c,65,300"];
      const submit = async () => {
        throw new ProcessEnded("killed");
      };
      node.lies = { submit };
      await expect(pay(rows)).rejects.toBeInstanceOf(ProcessEnded);
      node.lies = {};
      await pay(rows);
      expect(await checkPayout(connect(), { name: "salaries", list: listOf(...rows) })).toMatchObject({
        problems: [],
        paid: 3,
        lines: 3,
      });
    });

    it("with 10,000 lines", async () => {
      const rows = Array.from({ length: 10_000 }, (_, i) => `p${i},65,0.01`);
      expect(await checkPayout(connect(), { name: "salaries", list: listOf(...rows) })).toMatchObject({
        problems: [],
        totals: [{ lines: 10_000, amount: 100n * ETH }],
      });
    });
  });

  it("does not pay fees that have risen since the check", async () => {
    let fee = 1_000n;
    const quote = async () => ({ fee: String(fee) });
    node.lies = { quote: quote as unknown as NodeClient["quote"] };
    const onProgress = ({ paid }: { paid: number }) => {
      if (paid > 0) fee = 3_000n;
    };
    const rising = pay(lines(70), { onProgress });
    await expect(rising).rejects.toMatchObject({ code: "sdk/fee-too-high" });
    await pay(lines(70));
    expect(received()).toBe(sumOf(70));
  });

  it("is reported as CSV with the list's amounts, that no spreadsheet runs", () => {
    const line = {
      at: 2,
      payee: "65",
      token: 0,
      amount: 1_500_000n,
      decimals: 6,
      transaction: null,
      reason: { text: 'no, "really"' },
    };
    const report: PayoutReport = {
      name: "x",
      counts: {},
      isComplete: false,
      lines: [{ ...line, id: "a", reference: "=1+1", status: "rejected" }],
    };
    expect(payoutReportToCsv(report)).toBe(
      'line,id,payee,token,amount,reference,status,transaction,reason\r\n2,a,65,0,1.5,\'=1+1,rejected,,"{""text"":""no, \\""really\\""""}"\r\n',
    );
  });
});
