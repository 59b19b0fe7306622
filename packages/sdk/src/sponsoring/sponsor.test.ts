import { messageHash } from "@cairn/crypto";
import { CairnError, messageWords } from "@cairn/protocol";
import { bigintToWord, type SignedTransactionJson, signedTransactionToJson } from "@cairn/rpc";
import { beforeEach, describe, expect, it } from "vitest";
import { ALICE, accountOf, BOB, CAROL, DOMAIN } from "../../test/people.ts";
import { existingPayee } from "../payee.ts";
import { memoryStorage, type RequestStorage } from "../storage/storage.ts";
import { createWallet } from "../wallet.ts";
import { createSponsor, type Sponsor, type SponsorConfig } from "./sponsor.ts";
import { type SponsorTerms, signSponsored, sponsorTermsFromJson, sponsorTermsToJson } from "./terms.ts";

const NOW = 1_700_000_000;
const DAY = 86_400;
const user = createWallet({ secret: ALICE.secretKey, domain: DOMAIN }, { nowSeconds: () => NOW });
const SPONSOR = accountOf(BOB, { index: 70, tokenId: 0 });
const RECEIVER = existingPayee(accountOf(CAROL, { index: 80, tokenId: 1 }));
const LIMITS = { feesPerDay: 100n, paymentsPerAccount: 3, triesPerClient: 8 };
const refused = (reason: string) =>
  expect.objectContaining({ code: "sdk/not-sponsored", details: expect.objectContaining({ reason }) });

describe("a sponsor", () => {
  /** Accounts as the node has them, and the groups that it got. */
  let accounts: Map<number, ReturnType<typeof accountOf>>;
  let submitted: SignedTransactionJson[][];
  let failure: Error | null;
  let now: number;
  let price: bigint;
  let storage: RequestStorage;
  let sponsor: Sponsor;
  let terms: SponsorTerms;

  const missing = () =>
    new CairnError("sdk/api-error", "there is no such account", { details: { apiCode: "not-found", status: 404 } });
  const rejected = () =>
    new CairnError("sdk/api-error", "nonceTooLow", { details: { apiCode: "rejected", status: 422 } });
  const node: SponsorConfig["node"] = {
    account: async ({ index }) => accounts.get(Number(index)) ?? Promise.reject(missing()),
    quote: async ({ kind, tokenId }) => ({
      kind,
      tokenId: Number(tokenId),
      fee: kind === "transfer" ? price.toString() : "20",
      minimumFee: "4",
      parts: { data: "1", proof: "1", operator: "1" },
      gasPriceWei: "1",
    }),
    submit: async (group) => {
      if (failure !== null) throw failure;
      const signed = (group as Parameters<typeof signedTransactionToJson>[0][]).map(signedTransactionToJson);
      submitted.push(signed);
      const idOf = (one: Parameters<typeof signedTransactionToJson>[0]) =>
        bigintToWord(messageHash(messageWords(one.transaction, DOMAIN)));
      for (const { transaction } of group as Parameters<typeof signedTransactionToJson>[0][]) {
        const account = accounts.get(transaction.from);
        if (account !== undefined) accounts.set(transaction.from, { ...account, nonce: account.nonce + 1 });
      }
      return {
        transactions: (group as Parameters<typeof signedTransactionToJson>[0][]).map((one) => ({
          id: idOf(one),
          status: "confirmed" as const,
          inclusion: { block: 1, slot: 0 },
        })),
      };
    },
  };
  const begin = (change: Partial<SponsorConfig> = {}): Sponsor => {
    const wallet = createWallet({ secret: BOB.secretKey, domain: DOMAIN }, { nowSeconds: () => now });
    return createSponsor({ wallet, account: 70, node, limits: LIMITS, storage, nowSeconds: () => now, ...change });
  };
  const payment = (change: Partial<Parameters<typeof signSponsored>[1]> = {}, wallet = user) => {
    const from = accounts.get(64) ?? expect.unreachable();
    const draft = { from, to: RECEIVER, amount: 10n, validUntil: now + 600, ...change };
    return signedTransactionToJson(signSponsored(wallet, draft, terms));
  };

  beforeEach(async () => {
    accounts = new Map([
      [64, { ...accountOf(ALICE, { index: 64, tokenId: 1 }), balance: "1000" }],
      [70, { ...SPONSOR, balance: "1000" }],
    ]);
    [submitted, failure, now, price, storage] = [[], null, NOW, 5n, memoryStorage()];
    sponsor = begin();
    terms = sponsorTermsFromJson(JSON.parse(JSON.stringify(sponsorTermsToJson(await sponsor.terms()))));
  });

  it("pays for a payment and for its own transfer, which names the payment and moves nothing", async () => {
    expect(terms.fees).toEqual({ transfer: 10n, transferToNew: 25n });
    const signed = payment();
    const { id, sponsorId, status } = await sponsor.pay(signed, "client");
    expect([status, id === sponsorId]).toEqual(["confirmed", false]);
    const [group] = submitted;
    expect(group?.[0]).toEqual(signed);
    expect(group?.[1]).toMatchObject({ from: 70, to: 70, fee: expect.anything(), link: { offset: -1 } });
    expect(group).toHaveLength(2);
  });

  it("creates accounts at the price of a new account", async () => {
    const to = { type: "new" as const, owner: CAROL.owner, key: CAROL.key };
    await sponsor.pay(payment({ to }), "client");
    expect(submitted).toHaveLength(1);
  });

  it("submits the same group again when it is asked again, also after a restart, and uses up nothing more", async () => {
    failure = new CairnError("sdk/timeout", "no answer");
    const signed = payment();
    await expect(sponsor.pay(signed, "client")).rejects.toThrow(failure);
    failure = null;
    sponsor = begin();
    await sponsor.pay(signed, "client");
    await sponsor.pay(signed, "client");
    expect(submitted[0]).toEqual(submitted[1]);
    expect(JSON.parse((await storage.read(`sponsor/day/${Math.floor(NOW / DAY)}`)) ?? "{}")).toMatchObject({
      fees: "10",
      accounts: { 64: 1 },
    });
  });

  it("signs anew when its nonce was used by another payment before the first one arrived", async () => {
    failure = new CairnError("sdk/timeout", "no answer");
    const signed = payment();
    await expect(sponsor.pay(signed, "client")).rejects.toThrow(failure);
    const used = accounts.get(70) ?? expect.unreachable();
    accounts.set(70, { ...used, nonce: used.nonce + 1 });
    let calls = 0;
    const flaky = {
      ...node,
      submit: (group: Parameters<typeof node.submit>[0]) =>
        calls++ === 0 ? Promise.reject(rejected()) : node.submit(group),
    };
    failure = null;
    sponsor = begin({ node: flaky });
    await sponsor.terms();
    expect(await sponsor.pay(signed, "client")).toMatchObject({ status: "confirmed" });
    expect(submitted[0]?.[1]?.nonce).toBe(used.nonce + 1);
  });

  it("gives back what a refused payment had taken", async () => {
    failure = rejected();
    for (let i = 0; i < 4; i++)
      await expect(sponsor.pay(payment({ amount: BigInt(i + 1) }), "client")).rejects.toThrow(failure);
    failure = null;
    await sponsor.pay(payment(), "client");
  });

  it("gives back nothing twice, whenever it crashes while it gives back", async () => {
    for (let crashAt = 1; crashAt < 12; crashAt++) {
      storage = memoryStorage();
      sponsor = begin();
      terms = await sponsor.terms();
      failure = null;
      await sponsor.pay(payment(), "1.2.3.4");
      const second = payment();
      failure = new TypeError("socket closed");
      await expect(sponsor.pay(second, "1.2.3.4")).rejects.toThrow("socket closed");
      failure = rejected();
      let steps = 0;
      const step = () => (++steps === crashAt ? Promise.reject(new TypeError("crash")) : Promise.resolve());
      const crashing: RequestStorage = {
        ...storage,
        write: (name, text) => step().then(() => storage.write(name, text)),
        remove: (name) => step().then(() => storage.remove(name)),
      };
      await expect(begin({ storage: crashing }).pay(second, "1.2.3.4")).rejects.toThrow();
      await expect(begin().pay(second, "1.2.3.4")).rejects.toThrow();
      const [day = ""] = await storage.names("sponsor/day/");
      const { fees, accounts: payments } = JSON.parse((await storage.read(day)) ?? "");
      // The one that was paid still counts.
      expect([BigInt(fees) >= 10n, payments[64] >= 1], `a crash at step ${crashAt}`).toEqual([true, true]);
    }
  });

  it("refuses what would hold its nonce: payments for later, or behind a nonce that is missing", async () => {
    const from = accounts.get(64) ?? expect.unreachable();
    await expect(sponsor.pay(payment({ nonce: from.nonce + 1 }), "client")).rejects.toEqual(refused("nonce"));
    await expect(sponsor.pay(payment({ validUntil: now + 7200 }), "client")).rejects.toEqual(refused("validUntil"));
    expect(submitted).toEqual([]);
  });

  it("refuses what it did not offer: other fees, other rollups, unlinked payments, old terms", async () => {
    const cheaper = { ...terms, fees: { transfer: 9n, transferToNew: 9n } };
    const from = accounts.get(64) ?? expect.unreachable();
    const draft = { from, to: RECEIVER, amount: 10n, validUntil: now + 600 };
    const other = signedTransactionToJson(signSponsored(user, draft, cheaper));
    await expect(sponsor.pay(other, "client")).rejects.toEqual(refused("terms"));
    const alone = signedTransactionToJson(user.transfer({ ...draft, fee: 0n }));
    await expect(sponsor.pay(alone, "client")).rejects.toEqual(refused("link"));
    const foreign = { ...terms, domain: { ...DOMAIN, rollup: 1n } };
    expect(() => signSponsored(user, draft, foreign)).toThrow(expect.objectContaining({ code: "sdk/wrong-rollup" }));
    now += 601;
    await expect(sponsor.pay(payment(), "client")).rejects.toEqual(refused("terms"));
  });

  it("lets nobody use up the limits of somebody else: a signature by another key is refused before", async () => {
    const { signature } = payment({ amount: 11n });
    await expect(sponsor.pay({ ...payment(), signature }, "client")).rejects.toEqual(refused("signature"));
    const poor = accounts.get(64) ?? expect.unreachable();
    await expect(sponsor.pay(payment({ amount: 1001n }), "client")).rejects.toEqual(refused("balance"));
    accounts.set(64, { ...poor, tokenId: 2 });
    await expect(sponsor.pay({ ...payment({ from: poor }) }, "client")).rejects.toEqual(refused("token"));
  });

  it("stops at the limits of an account, of a client and of the day, and says when the day ends", async () => {
    for (let i = 0; i < 3; i++) await sponsor.pay(payment(), "client");
    await expect(sponsor.pay(payment(), "client")).rejects.toEqual(refused("paymentsPerAccount"));
    sponsor = begin({ limits: { ...LIMITS, paymentsPerAccount: 100, feesPerDay: 45n } });
    await sponsor.terms();
    await sponsor.pay(payment(), "client");
    const beyond = await sponsor.pay(payment(), "client").catch((error: CairnError) => error);
    expect(beyond).toEqual(refused("feesPerDay"));
    expect(beyond).toMatchObject({ details: { retryAfterSeconds: DAY - (NOW % DAY) } });
    for (let i = 0; i < 6; i++) await sponsor.pay(payment(), "client").catch(() => undefined);
    await expect(sponsor.pay(payment(), "client")).rejects.toEqual(refused("triesPerClient"));
    now += DAY;
    terms = await sponsor.terms();
    await sponsor.pay(payment(), "client");
  });

  it("lets no client lock others out: neither by its tries, nor by asking for terms all day", async () => {
    for (let i = 0; i < 20; i++) await sponsor.pay({ ...payment(), amount: -1 }, "flood").catch(() => undefined);
    await expect(sponsor.pay(payment(), "flood")).rejects.toEqual(refused("triesPerClient"));
    const early = payment();
    for (let i = 0; i < 200; i++) {
      now += 1;
      price = i % 2 === 0 ? 6n : 7n;
      await sponsor.terms();
    }
    expect(await sponsor.pay(early, "client")).toMatchObject({ status: "confirmed" });
    const stored = JSON.parse((await storage.read("sponsor/terms")) ?? "[]") as object[];
    expect(stored).toHaveLength(3);
  });

  it("knows the terms that were told before a restart, or by another process with its storage", async () => {
    const signed = payment();
    expect(await begin().pay(signed, "client")).toMatchObject({ status: "confirmed" });
  });

  it("checks a payment without making others wait", async () => {
    const slow = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const waiting: SponsorConfig["node"] = {
      ...node,
      account: async (args) => {
        if (Number(args.index) === 90) {
          asked.resolve();
          await slow.promise;
        }
        return node.account(args);
      },
    };
    sponsor = begin({ node: waiting });
    const from = accounts.get(64) ?? expect.unreachable();
    const stuck = sponsor.pay(payment({ from: { ...from, index: 90 } }), "flood").catch((error: unknown) => error);
    await asked.promise;
    expect(await sponsor.pay(payment(), "client")).toMatchObject({ status: "confirmed" });
    slow.resolve();
    expect(await stuck).toEqual(refused("account"));
  });

  it("pays only in the tokens that it names, and not from an account that it cannot sign for or that is empty", async () => {
    sponsor = begin({ limits: { ...LIMITS, tokens: [2] } });
    await sponsor.terms();
    await expect(sponsor.pay(payment(), "client")).rejects.toEqual(refused("token"));
    accounts.set(70, { ...SPONSOR, balance: "9" });
    sponsor = begin();
    await sponsor.terms();
    await expect(sponsor.pay(payment(), "other")).rejects.toEqual(refused("sponsor"));
    accounts.set(70, { ...accountOf(CAROL, { index: 70, tokenId: 0 }), balance: "1000" });
    now += 5;
    await expect(sponsor.terms()).rejects.toEqual(refused("sponsor"));
  });

  it("refuses what is no payment", async () => {
    for (const bad of [null, {}, { ...payment(), amount: -1 }, { ...payment(), type: "withdraw" }]) {
      await expect(sponsor.pay(bad as SignedTransactionJson, "client")).rejects.toMatchObject({
        code: "sdk/not-sponsored",
      });
    }
    for (const bad of [
      null,
      [],
      {},
      { ...sponsorTermsToJson(terms), version: 2 },
      { ...sponsorTermsToJson(terms), fees: {} },
    ]) {
      expect(() => sponsorTermsFromJson(bad)).toThrow(expect.objectContaining({ code: "sdk/not-sponsored" }));
    }
  });
});
