import { bigintToAddress, referenceToHex, textReference } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  readStatement,
  type Statement,
  type StatementNode,
  type StatementParameters,
  statementToCamt053,
  statementToCsv,
  statementToJson,
} from "../src/statements/index.ts";
import type { HistoryEntry } from "../src/statements/movements.ts";
import { at, camtProblems, readXml } from "../src/testing/index.ts";
import { ALICE, accountOf } from "./people.ts";

const OTHER = { account: 70, owner: bigintToAddress(0xbeefn) };
const OWN = { account: 64, owner: bigintToAddress(ALICE.owner) };
const NOW = 10_000;

const NOTHING = {
  id: null,
  queuePosition: null,
  from: null,
  to: null,
  tokenId: 0,
  amount: null,
  fee: null,
  reference: null,
  key: null,
  outcome: null,
  slot: null,
  payout: null,
  l1Transaction: null,
  rejection: null,
} as const;

/** An entry in a block; every block takes 10 seconds. */
function entry(block: number, change: Partial<HistoryEntry>): HistoryEntry {
  const timestamp = block * 10;
  const base = {
    type: "transfer",
    direction: "in",
    status: "final",
    atMs: timestamp * 1000,
    block,
    timestamp,
  } as const;
  return { ...NOTHING, ...base, ...change };
}
const word = (n: number) => `0x${n.toString(16).padStart(64, "0")}`;
const deposit = (block: number, amount: bigint, change: Partial<HistoryEntry> = {}) =>
  entry(block, {
    type: "deposit",
    to: OWN,
    amount: String(amount),
    slot: 0,
    outcome: "toppedUp",
    l1Transaction: word(block),
    ...change,
  });
const paid = (block: number, slot: number, amount: bigint, fee: bigint, change: Partial<HistoryEntry> = {}) =>
  entry(block, {
    direction: "out",
    from: OWN,
    to: OTHER,
    amount: String(amount),
    fee: String(fee),
    slot,
    id: word(block * 100 + slot),
    ...change,
  });

/** A node with a history, newest first, in pages of three. */
function nodeOf(entries: readonly HistoryEntry[], balance?: bigint): StatementNode {
  const sum = entries.reduce((total, one) => {
    if (one.block === null) return total;
    const amount = BigInt(one.amount ?? 0);
    const out = one.from?.account === 64 ? amount + BigInt(one.fee ?? 0) : 0n;
    const isIn = one.type === "fees" || one.to?.account === 64;
    return total + (isIn ? amount : 0n) - out;
  }, 0n);
  const newest = [...entries].reverse();
  return {
    rollup: (async () => ({
      chainId: 31337,
      rollup: `0x${"ab".repeat(20)}`,
    })) as unknown as StatementNode["rollup"],
    account: async () => accountOf(ALICE, { index: 64, balance: String(balance ?? sum) }),
    accountHistory: async ({ cursor }) => {
      const from = Number(cursor ?? 0);
      return { entries: newest.slice(from, from + 3), next: from + 3 < newest.length ? String(from + 3) : null };
    },
  };
}
const read = (entries: readonly HistoryEntry[], change: Partial<StatementParameters> = {}) =>
  readStatement(nodeOf(entries), { account: 64, ...change }, NOW);
const brief = ({ movements }: Statement) => movements.map(({ type, amount, balance }) => [type, amount, balance]);

describe("a statement", () => {
  const year = [
    deposit(1, 1_000n),
    paid(2, 1, 100n, 3n, { reference: referenceToHex(textReference("rent")) }),
    entry(2, { from: OTHER, to: OWN, amount: "50", fee: "9", slot: 4 }),
    paid(3, 0, 200n, 0n, { type: "withdraw", to: { account: null, owner: OTHER.owner } }),
    paid(4, 2, 10n, 1n, { direction: "both", to: OWN }),
    entry(4, { type: "fees", amount: "7", to: OWN }),
    entry(5, { type: "setKey", direction: "none", from: OWN, slot: 0, outcome: "keySet" }),
  ];

  it("has the fees as movements of their own, and adds up", async () => {
    const statement = await read(year);
    expect(brief(statement)).toEqual([
      ["deposit", 1_000n, 1_000n],
      ["transfer", -100n, 900n],
      ["fee", -3n, 897n],
      ["transfer", 50n, 947n],
      ["withdraw", -200n, 747n],
      ["transfer", -10n, 737n],
      ["fee", -1n, 736n],
      ["transfer", 10n, 746n],
      ["fees", 7n, 753n],
    ]);
    expect(statement).toMatchObject({ opening: 0n, closing: 753n, from: 10, to: NOW, leftOut: 0 });
    expect(statement.movements[1]).toMatchObject({ reference: "rent", counterparty: OTHER, slot: 1, timestamp: 20 });
  });

  it("of a period begins with what was there before, and ends before the second that it names", async () => {
    const statement = await read(year, { from: 20, to: 40 });
    expect([statement.opening, statement.closing, statement.movements.length]).toEqual([1_000n, 747n, 4]);
    expect(await read(year, { from: 25, to: 29 })).toMatchObject({ opening: 947n, closing: 947n, movements: [] });
  });

  it("has only what is certain enough, and says how much is left out", async () => {
    const open = [
      ...year,
      paid(6, 0, 1n, 0n, { status: "proven" }),
      paid(7, 0, 2n, 0n, { status: "confirmed" }),
      { ...paid(8, 0, 4n, 0n, { status: "received" }), block: null, timestamp: null },
      { ...paid(8, 0, 8n, 0n, { status: "rejected" }), block: null, timestamp: null },
    ];
    expect(await read(open)).toMatchObject({ closing: 753n, leftOut: 2 });
    expect(await read(open, { status: "proven" })).toMatchObject({ closing: 752n, leftOut: 1 });
    expect(await read(open, { status: "confirmed" })).toMatchObject({ closing: 750n, leftOut: 0 });
  });

  it("has forced withdrawals and refunds as what they did to the account", async () => {
    const entries = [
      deposit(1, 10n),
      deposit(2, 5n, { outcome: "refunded", to: { account: null, owner: OWN.owner } }),
      entry(3, { type: "forcedWithdraw", direction: "out", from: OWN, amount: "10", slot: 0, outcome: "exited" }),
    ];
    expect(brief(await readStatement(nodeOf(entries, 0n), { account: 64 }, NOW))).toEqual([
      ["deposit", 10n, 10n],
      ["forcedWithdraw", -10n, 0n],
    ]);
  });

  it("is refused when the history does not add up, repeats a page, or the period is not over", async () => {
    await expect(readStatement(nodeOf(year, 754n), { account: 64 }, NOW)).rejects.toMatchObject({
      code: "sdk/bad-answer",
    });
    const looping = { ...nodeOf(year), accountHistory: async () => ({ entries: [], next: "a" }) };
    await expect(readStatement(looping, { account: 64 }, NOW)).rejects.toMatchObject({ code: "sdk/bad-answer" });
    for (const [from, to] of [
      [0, NOW + 1],
      [50, 50],
    ] as const)
      await expect(read(year, { from, to })).rejects.toMatchObject({ code: "sdk/bad-request" });
  });

  it("is read again when blocks were built again meanwhile", async () => {
    let reads = 0;
    const node = nodeOf(year);
    const moving = {
      ...node,
      accountHistory: async (query: Parameters<StatementNode["accountHistory"]>[0]) => {
        const page = await node.accountHistory(query);
        return query.cursor === undefined && ++reads === 1 ? { ...page, entries: page.entries.slice(1) } : page;
      },
      account: async () => accountOf(ALICE, { index: 64, balance: "753" }),
    };
    const first = year.filter(({ type }) => type !== "setKey");
    expect(first).toHaveLength(6);
    expect(await readStatement(moving, { account: 64 }, NOW)).toMatchObject({ closing: 753n });
  });

  describe("as a table", () => {
    it("has a row for each movement between the balances, and nothing that a spreadsheet runs", async () => {
      const statement = await read([
        deposit(1, 1_000n),
        entry(2, { from: OTHER, to: OWN, amount: "50", slot: 4, reference: referenceToHex(textReference("=1+1")) }),
        paid(3, 1, 5n, 0n, { reference: referenceToHex(textReference('a,"b"\n-c')) }),
      ]);
      const rows = statementToCsv(statement, { decimals: 2 }).split("\r\n");
      expect(rows).toHaveLength(7);
      expect(rows[1]).toBe("1970-01-01T00:00:10Z,opening,,,0,,,,,,,,");
      expect(rows[3]).toMatch(/^1970-01-01T00:00:20Z,transfer,,0\.5,10\.5,70,0x0{36}bEEF,'=1\+1,final,2,4,,$/i);
      expect(rows[4]).toContain('"a,""b"" -c"');
      expect(rows[5]).toMatch(/^1970-01-01T02:46:40Z,closing,,,10\.45,/);
    });

    it("is plain JSON", async () => {
      const json = JSON.parse(JSON.stringify(statementToJson(await read(year))));
      expect(json).toMatchObject({ opening: "0", closing: "753", movements: { length: 9, 0: { amount: "1000" } } });
    });
  });

  describe("as camt.053.001.08", () => {
    const problemsOf = (xml: string) => camtProblems(readXml(xml));

    it("keeps the schema's order and facets", async () => {
      const xml = statementToCamt053(await read(year), {
        decimals: 2,
        currency: "USD",
        ownerName: "Meyer & Söhne <GmbH>",
      });
      expect(problemsOf(xml)).toEqual([]);
      const [statement] = at(readXml(xml), "BkToCstmrStmt", "Stmt");
      if (statement === undefined) throw new TypeError("no statement");
      expect(at(statement, "Acct", "Ownr", "Nm").map(({ text }) => text)).toEqual(["Meyer & Söhne <GmbH>"]);
      expect(at(statement, "Ntry", "BkTxCd", "Prtry", "Cd").map(({ text }) => text)).toEqual([
        ...["deposit", "transfer", "fee", "transfer", "withdraw", "transfer", "fee", "transfer", "fees"],
      ]);
      expect(at(statement, "Ntry", "NtryDtls", "TxDtls", "RmtInf", "Ustrd").map(({ text }) => text)).toEqual(["rent"]);
    });

    it("is refused by these rules where it breaks one", async () => {
      const xml = statementToCamt053(await read(year), { decimals: 2 });
      for (const [from, to] of [
        [/<CdtDbtInd>CRDT<\/CdtDbtInd>\s+<Dt>/, "<Dt>"],
        ["<Cd>OPBD</Cd>", "<Cd>OPENING</Cd>"],
        ["<NtryRef>1</NtryRef>", `<NtryRef>${"1".repeat(36)}</NtryRef>`],
        [/<Amt Ccy="ETH">[0-9.]+/, '<Amt Ccy="ETH">1.000001'],
        [/<Amt Ccy="ETH">/, "<Amt>"],
        ["camt.053.001.08", "camt.053.001.02"],
      ] as const)
        expect(problemsOf(xml.replace(from, to)), String(from)).not.toEqual([]);
      expect(() => readXml(xml.replace("</Stmt>", "</Acct>"))).toThrow(SyntaxError);
    });

    it("refuses currencies and amounts that ISO does not have", async () => {
      for (const currency of ["", "usd", "USDC", "<>&"])
        expect(() => statementToCamt053({ ...LARGE, closing: 1n }, { decimals: 2, currency })).toThrow(/currency/);
      expect(() => statementToCamt053(LARGE, { decimals: 0 })).toThrow(/18 digits/);
    });

    it("rounds down below zero too, so that no amount is off by its last digit", async () => {
      const history = [
        paid(1, 1, 0n, 1n, { type: "withdraw" }),
        entry(1, { type: "fees", amount: "68361290000000000000", to: OWN }),
      ];
      const statement = await read(history);
      const xml = statementToCamt053(statement, { decimals: 18 });
      assertAddsUp(xml, statement, 18);
    });

    it("adds up for any history, exactly and in ISO's decimals, whatever others wrote into it", async () => {
      const text = fc.string({
        unit: fc.constantFrom("a", "&", "<", '"', "\u0001", "\u{1f600}", "é", "=", "]]>", "\n"),
        maxLength: 7,
      });
      const step = fc.record({
        kind: fc.constantFrom("deposit", "pay", "receive", "withdraw", "fees"),
        amount: fc.bigInt(0n, 10n ** 20n),
        fee: fc.bigInt(0n, 10n ** 15n),
        reference: text,
        gap: fc.integer({ min: 0, max: 2 }),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 12 }),
          fc.integer({ min: 0, max: 30 }),
          fc.integer({ min: 1, max: 30 }),
          fc.constantFrom(0, 2, 6, 18),
          async (steps, first, length, decimals) => {
            let [block, balance] = [1, 0n];
            const entries = steps.flatMap(({ kind, amount, fee, reference, gap }, i): HistoryEntry[] => {
              block += gap;
              const bytes = new TextEncoder().encode(reference).slice(0, 31);
              const said = referenceToHex(
                BigInt(
                  `0x${[...bytes]
                    .map((byte) => byte.toString(16).padStart(2, "0"))
                    .join("")
                    .padEnd(62, "0")}`,
                ),
              );
              if (kind === "pay" || kind === "withdraw") {
                if (amount + fee > balance) return [];
                balance -= amount + fee;
                return [
                  paid(block, i, amount, fee, { type: kind === "pay" ? "transfer" : "withdraw", reference: said }),
                ];
              }
              balance += amount;
              if (kind === "deposit") return [deposit(block, amount, { slot: i })];
              if (kind === "fees") return [entry(block, { type: "fees", amount: String(amount), to: OWN })];
              return [entry(block, { from: OTHER, to: OWN, amount: String(amount), slot: i, reference: said })];
            });
            const statement = await read(entries, { from: first * 10, to: (first + length) * 10 });
            const moved = statement.movements.reduce((sum, { amount }) => sum + amount, 0n);
            expect(statement.opening + moved).toBe(statement.closing);
            if (statement.closing / 10n ** BigInt(decimals) >= 10n ** 13n) return;
            if (statement.opening / 10n ** BigInt(decimals) >= 10n ** 13n) return;
            if (statement.movements.some((one) => one.balance / 10n ** BigInt(decimals) >= 10n ** 12n)) return;
            const xml = statementToCamt053(statement, { decimals });
            expect(problemsOf(xml)).toEqual([]);
            assertAddsUp(xml, statement, decimals);
          },
        ),
        { numRuns: 150 },
      );
    });
  });
});

const LARGE: Statement = {
  chainId: 1,
  rollup: `0x${"ab".repeat(20)}`,
  account: 64,
  owner: OWN.owner,
  token: 1,
  from: 0,
  to: 1,
  status: "final",
  createdAt: 2,
  opening: 0n,
  closing: 10n ** 18n,
  movements: [],
  leftOut: 0,
};

/** Opening balance and entries make the closing balance, and no amount is off by more than its last digit. */
function assertAddsUp(xml: string, { movements, opening, closing }: Statement, decimals: number): void {
  const units = (text: string | undefined) => {
    const [whole = "0", part = ""] = (text ?? "").split(".");
    return BigInt(whole + part.padEnd(5, "0"));
  };
  const [statement] = at(readXml(xml), "BkToCstmrStmt", "Stmt");
  if (statement === undefined) throw new TypeError("no statement");
  const [open, close] = at(statement, "Bal", "Amt").map(({ text }) => units(text));
  const signs = at(statement, "Ntry", "CdtDbtInd").map(({ text }) => (text === "CRDT" ? 1n : -1n));
  const amounts = at(statement, "Ntry", "Amt").map(({ text }, i) => units(text) * (signs[i] ?? 0n));
  expect(amounts).toHaveLength(movements.length);
  expect((open ?? 0n) + amounts.reduce((sum, amount) => sum + amount, 0n)).toBe(close);
  const isNear = (shown: bigint, exact: bigint) => {
    const difference = shown * 10n ** BigInt(decimals) - exact * 10n ** 5n;
    return (difference < 0n ? -difference : difference) < 10n ** BigInt(decimals) || difference === 0n;
  };
  expect([isNear(open ?? 0n, opening), isNear(close ?? 0n, closing)]).toEqual([true, true]);
  for (const [i, { amount }] of movements.entries()) expect(isNear(amounts[i] ?? 0n, amount)).toBe(true);
}
