import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signedTransactionFromJson } from "@cairn/rpc";
import { keyFromSigner, publicKeyFromSecret } from "@cairn/sdk";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE, BOB, createHome } from "../../test/home.ts";
import { type L1Double, startL1Double } from "../../test/l1-double.ts";
import { DOMAIN, type NodeDouble, startNodeDouble } from "../../test/node-double.ts";
import { runInTest } from "../../test/run.ts";

const ETH = 10n ** 18n;
const HEADER = "id,payee,amount,reference";

describe("payout", () => {
  let node: NodeDouble;
  let l1: L1Double;
  let home: ReturnType<typeof createHome>;

  beforeEach(async () => {
    [node, l1] = await Promise.all([startNodeDouble(), startL1Double()]);
    home = createHome(node.url, { l1RpcUrl: l1.url });
    const key = publicKeyFromSecret(await keyFromSigner(DOMAIN, privateKeyToAccount(ALICE.privateKey)));
    const common = { tokenId: 0, nonce: 7, ownerKey: true };
    node.state.accounts = [
      {
        ...common,
        index: 64,
        owner: ALICE.address,
        key: `0x${key.toString(16).padStart(64, "0")}`,
        balance: String(2n * ETH),
      },
      { ...common, index: 66, owner: BOB.address, key: `0x${"0".repeat(63)}1`, balance: "0" },
    ];
  });
  afterEach(async () => {
    await Promise.all([node.stop(), l1.stop()]);
    home.remove();
  });

  const fileOf = (text: string, name = "salaries.csv") => {
    const path = join(home.dir, name);
    writeFileSync(path, text);
    return path;
  };
  const cairn = async (...args: string[]) => {
    const result = join(home.dir, "result.csv");
    const { code, stdout } = await runInTest(["payout", ...args, "--result", result, "--json"], home.env);
    return { code, value: JSON.parse(stdout), result };
  };
  const transactions = () => node.submitted.flat().map((json) => signedTransactionFromJson(json).transaction);

  it("checks, pays each line once, and writes what became of each", async () => {
    const file = fileOf(`${HEADER}\r\na,66,0.5,rent\r\nb,${BOB.address},0.25,\r\n`);
    expect(await cairn(file, "--check")).toMatchObject({
      code: 0,
      value: { problems: [], lines: 2, paid: 0, totals: [{ account: 64, lines: 2, amount: String((3n * ETH) / 4n) }] },
    });
    expect(node.submitted).toEqual([]);
    const { code, value, result } = await cairn(file);
    expect([code, value.isComplete, value.counts]).toEqual([0, true, { confirmed: 2 }]);
    expect(readFileSync(result, "utf8").split("\r\n").slice(0, 2)).toEqual([
      "line,id,payee,token,amount,reference,status,transaction,reason",
      `2,a,66,0,0.5,rent,confirmed,${value.lines[0].transaction},`,
    ]);
    expect(await cairn(file)).toMatchObject({ code: 0, value: { isComplete: true } });
    expect(await cairn(file, "--status")).toMatchObject({ code: 0, value: { counts: { confirmed: 2 } } });
    expect(transactions().map(({ nonce }) => nonce)).toEqual([7, 8]);
  });

  it("takes JSON, symbols of the profile, and the account to pay from", async () => {
    const file = fileOf(JSON.stringify([{ id: "a", payee: "66", amount: "0.5", token: "eth" }]), "list.json");
    expect(await cairn(file, "--from", "64")).toMatchObject({ code: 0 });
    expect(await cairn(file, "--name", "other", "--from", "66", "--again")).toMatchObject({
      code: 2,
      value: { error: { code: "sdk/bad-payout-list", details: { problems: [{ code: "no-account" }] } } },
    });
    const usd = fileOf(`${HEADER},token\na,66,1.2345678,,USD\n`, "usd.csv");
    expect((await cairn(usd, "--check")).value.problems).toMatchObject([{ code: "bad-amount", at: 2 }]);
  });

  it("signs nothing of a list that is wrong, and says where", async () => {
    const wrong = async (code: string, ...args: string[]) => {
      const told = await cairn(...args);
      expect(told, args.join(" ")).toMatchObject({ code: 2, value: { error: { code } } });
      return told.value.error.details;
    };
    const file = fileOf(`${HEADER}\na,66,1e3,\na,67,1,\nc,66,3,\n`);
    expect((await wrong("sdk/bad-payout-list", file)).problems).toMatchObject([{ code: "bad-amount", at: 2, id: "a" }]);
    const poor = fileOf(`${HEADER}\na,66,3,\n`, "poor.csv");
    expect((await wrong("sdk/bad-payout-list", poor)).problems).toMatchObject([{ code: "not-covered" }]);
    const many = fileOf(
      [HEADER, ...Array.from({ length: 10_001 }, (_, i) => `${i},66,0.0001,`)].join("\n"),
      "many.csv",
    );
    expect((await wrong("sdk/bad-payout-list", many)).problems).toMatchObject([{ code: "bad-list" }]);
    await wrong("cli/bad-file", fileOf(`${HEADER}\na,66,1,${"x".repeat(9_000_000)}`, "long.csv"));
    await wrong("cli/bad-file", join(home.dir, "missing.csv"));
    writeFileSync(join(home.dir, "utf16.csv"), Buffer.from(`\ufeff${HEADER}\n`, "utf16le"));
    await wrong("cli/bad-file", join(home.dir, "utf16.csv"));
    mkdirSync(join(home.dir, "folder.csv"));
    await wrong("cli/bad-file", join(home.dir, "folder.csv"));
    const good = fileOf(`${HEADER}\na,66,1,\n`, "good.csv");
    await wrong("cli/unknown-token", good, "--from", "64", "--token", "EUR");
    expect(node.submitted).toEqual([]);
  });

  it("refuses a list under a name that stands for another one", async () => {
    const file = fileOf(`${HEADER}\na,66,0.5,\n`);
    await cairn(file);
    fileOf(`${HEADER}\na,66,0.6,\n`);
    expect(await cairn(file)).toMatchObject({ code: 1, value: { error: { code: "sdk/request-conflict" } } });
    const copy = fileOf(`${HEADER}\na,66,0.5,\n`, "copy.csv");
    expect(await cairn(copy)).toMatchObject({ code: 1, value: { error: { code: "sdk/request-conflict" } } });
    expect(node.submitted).toHaveLength(1);
    expect(await cairn(copy, "--again")).toMatchObject({ code: 0 });
    expect(node.submitted).toHaveLength(2);
  });
});

describe("requests and statements", () => {
  let node: NodeDouble;
  let l1: L1Double;
  let home: ReturnType<typeof createHome>;

  beforeEach(async () => {
    [node, l1] = await Promise.all([startNodeDouble(), startL1Double()]);
    home = createHome(node.url, { l1RpcUrl: l1.url });
    const people = [ALICE, BOB];
    node.state.accounts = await Promise.all(
      people.map(async ({ address, privateKey }, i) => {
        const key = publicKeyFromSecret(await keyFromSigner(DOMAIN, privateKeyToAccount(privateKey)));
        const hex = `0x${key.toString(16).padStart(64, "0")}`;
        return { index: 64 + i, owner: address, tokenId: 0, nonce: 0, balance: String(ETH), key: hex, ownerKey: true };
      }),
    );
  });
  afterEach(async () => {
    await Promise.all([node.stop(), l1.stop()]);
    home.remove();
  });
  const cairn = async (...args: string[]) => {
    const { code, stdout } = await runInTest([...args, "--json"], home.env);
    return { code, value: JSON.parse(stdout) };
  };

  it("are asked for, paid once, and looked at", async () => {
    const asked = await cairn("request", "new", "0.25", "ETH", "--key", "bob", "--reference", "order 17");
    expect(asked).toMatchObject({ code: 0, value: { account: 65, link: expect.stringMatching(/^cairn:cairn1/) } });
    const paid = await cairn("pay", asked.value.link, "--key", "alice");
    expect(paid).toMatchObject({ code: 0, value: { account: 65, amount: String(ETH / 4n), status: "confirmed" } });
    expect((await cairn("pay", asked.value.qrText, "--key", "alice")).value.id).toBe(paid.value.id);
    expect(node.submitted).toHaveLength(1);
    for (const name of [asked.value.id, asked.value.link, asked.value.qrText])
      expect(await cairn("request", "status", name)).toMatchObject({
        code: 0,
        value: { id: asked.value.id, status: "open" },
      });
  });

  it("that are wrong are refused", async () => {
    const refused = async (code: number, name: string, ...args: string[]) =>
      expect(await cairn(...args), args.join(" ")).toMatchObject({ code, value: { error: { code: name } } });
    const { value } = await cairn("request", "new", "0.25", "ETH", "--key", "bob");
    await refused(2, "sdk/bad-payment-request", "pay", value.link.replace("amount=25", "amount=26"), "--key", "alice");
    await refused(2, "cli/usage", "pay", value.link, "--dry-run", "--key", "alice");
    await refused(2, "cli/bad-amount", "request", "new", "0", "ETH", "--key", "bob");
    await refused(2, "cli/usage", "request", "new", "1", "ETH", "--key", "bob", "--expires-in", "soon");
    await refused(2, "cli/usage", "request", "status", "order 17");
    await refused(1, "sdk/unknown-account", "request", "new", "1", "ETH", "--key", "bob", "--account", "64");
    expect(node.submitted).toEqual([]);
  });

  it("of a month or a period are written as files", async () => {
    const nothing = { id: null, queuePosition: 0, from: null, fee: null, reference: null, key: null, payout: null };
    const timestamp = Date.UTC(2025, 10, 3) / 1000;
    node.state.history = [
      {
        ...nothing,
        type: "deposit",
        direction: "in",
        status: "final",
        atMs: timestamp * 1000,
        to: { account: 64, owner: ALICE.address },
        tokenId: 0,
        amount: String(ETH),
        outcome: "created",
        block: 1,
        slot: 0,
        timestamp,
        l1Transaction: `0x${"1".repeat(64)}`,
        rejection: null,
      },
    ];
    expect(await cairn("statement", "64", "--month", "2025-11")).toMatchObject({
      code: 0,
      value: { opening: "0", closing: String(ETH), movements: [{ type: "deposit", amount: String(ETH) }] },
    });
    expect((await cairn("statement", "64", "--month", "2025-12", "--format", "json")).value).toMatchObject({
      opening: String(ETH),
      movements: [],
    });
    const out = join(home.dir, "2025.xml");
    const flags = ["--from", "2025-01-01", "--to", "2025-12-01T00:00:00Z", "--format", "camt053", "--out", out];
    expect((await cairn("statement", "64", ...flags)).code).toBe(0);
    expect(readFileSync(out, "utf8")).toContain('<Amt Ccy="ETH">1.00</Amt>');
    for (const wrong of [
      ["--month", "2025-13"],
      ["--month", "2025-11", "--from", "2025-11-01"],
      ["--from", "2025-02-30"],
      ["--to", "tomorrow"],
    ])
      expect(await cairn("statement", "64", ...wrong), wrong.join(" ")).toMatchObject({
        code: 2,
        value: { error: { code: "cli/usage" } },
      });
  });
});
