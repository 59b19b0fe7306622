import { NO_REFERENCE, textReference } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PAYOUT_CHARS, MAX_PAYOUT_LINES, parsePayoutList } from "./list.ts";

const ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const HEADER = "id,payee,amount";

const csv = (...rows: string[]) => parsePayoutList(rows.join("\n"), { format: "csv" }).lines;
const json = (payments: unknown) => parsePayoutList(JSON.stringify(payments), { format: "json" }).lines;

/** Codes, places and messages of what keeps a text from being paid. */
function problemsOf(read: () => unknown): { code: string; at: number | null; message: string }[] {
  try {
    read();
  } catch (error) {
    expect(error).toMatchObject({ code: "sdk/bad-payout-list" });
    return (error as { details: { problems: { code: string; at: number | null; message: string }[] } }).details
      .problems;
  }
  return [];
}
const firstProblem = (...rows: string[]) => problemsOf(() => csv(...rows))[0];

describe("a list of payments", () => {
  it("is read from CSV and JSON alike", () => {
    const fromCsv = csv("id,payee,amount,token,reference", `a,${ADDRESS},1.5,,rent`, "b,70,20,3,");
    const fromJson = json([
      { id: "a", payee: ADDRESS, amount: "1.5", reference: "rent" },
      { id: "b", payee: "70", amount: "20", token: "3" },
    ]);
    expect(fromCsv).toEqual([
      {
        at: 2,
        id: "a",
        payee: ADDRESS.toLowerCase(),
        key: null,
        amount: "1.5",
        token: null,
        reference: textReference("rent"),
      },
      { at: 3, id: "b", payee: "70", key: null, amount: "20", token: "3", reference: NO_REFERENCE },
    ]);
    expect(fromJson.map(({ at: _, ...line }) => line)).toEqual(fromCsv.map(({ at: _, ...line }) => line));
  });

  it.each([
    ["a byte-order mark", `\ufeff${HEADER}\na,70,1`],
    ["the line ends of Windows", `${HEADER}\r\na,70,1\r\n`],
    ["the line ends of old spreadsheets", `${HEADER}\ra,70,1\r`],
    ["semicolons", "id;payee;amount\na;70;1"],
    ["tabs", "id\tpayee\tamount\na\t70\t1"],
    ["quotes", '"id","payee","amount"\r\n"a","70","1"\r\n'],
    ["columns in another order, in capitals, with spaces", "Amount , ID,Payee\n 1 , a, 70"],
    ["empty rows", `${HEADER}\n\na,70,1\n,,\n\n`],
  ])("is the same with %s", (_, text) => {
    expect(parsePayoutList(text, { format: "csv" }).lines).toMatchObject([{ id: "a", payee: "70", amount: "1" }]);
  });

  it.each([
    ["1,5", "id;payee;amount", "a;70;1,5"],
    ["1e3", HEADER, "a,70,1e3"],
    ["thousands", "id;payee;amount", "a;70;1'000"],
    ["a sign", HEADER, "a,70,+5"],
    ["a negative amount", HEADER, "a,70,-5"],
    ["a formula", HEADER, "a,70,=2+3"],
    ["a currency", HEADER, "a,70,5 ETH"],
    ["digits of another script", HEADER, "a,70,٣"],
    ["hex", HEADER, "a,70,0x10"],
    ["nothing", HEADER, "a,70,"],
    ["zero", HEADER, "a,70,0.000"],
    ["no digit before the point", HEADER, "a,70,.5"],
    ["more digits than any token has", HEADER, `a,70,${"9".repeat(40)}`],
  ])("takes no amount with %s", (_, ...rows) => {
    expect(firstProblem(...rows)).toMatchObject({ code: "bad-amount", at: 2 });
  });

  it.each([
    ["an address with a wrong checksum", ADDRESS.replace("C8", "c8")],
    ["the address 0", `0x${"0".repeat(40)}`],
    ["a short address", ADDRESS.slice(0, -1)],
    ["a name", "alice.eth"],
    ["an index beyond the tree", "16777216"],
    ["a negative index", "-1"],
    ["an index as a spreadsheet rounds it", "7E+01"],
    ["nothing", ""],
    ["a very long text", "cairn1".repeat(100)],
  ])("takes no payee that is %s", (_, payee) => {
    expect(firstProblem(HEADER, `a,${payee},1`)).toMatchObject({ code: "bad-payee" });
  });

  it("takes an L2 key with an address, and with nothing else", () => {
    const key = `0x${"0A".repeat(32)}`;
    expect(csv("id,payee,amount,key", `a,${ADDRESS},1,${key}`)).toMatchObject([{ key: key.toLowerCase() }]);
    for (const row of [`a,70,1,${key}`, `a,cairn1${"a".repeat(90)},1,${key}`, `a,${ADDRESS},1,0x12`])
      expect(firstProblem("id,payee,amount,key", row), row).toMatchObject({ code: "bad-payee" });
  });

  it("has one id a line, and says where it was before", () => {
    expect(firstProblem(HEADER, "a,70,1", "b,70,1", "a,71,2")).toEqual({
      code: "repeated-id",
      at: 4,
      id: "a",
      message: "line 2 has the id a as well",
    });
    for (const id of ["", "a b", "-a", "=1+1", "x".repeat(65), "é"])
      expect(firstProblem(HEADER, `${id},70,1`), id).toMatchObject({ code: "bad-id" });
  });

  it("has references of 31 bytes at most, which no spreadsheet runs", () => {
    const header = `${HEADER},reference`;
    expect(csv(header, `a,70,1,${"é".repeat(15)}`)).toHaveLength(1);
    expect(csv(header, `a,70,1,0x${"3d".repeat(31)}`)).toHaveLength(1);
    for (const reference of ["é".repeat(16), "=HYPERLINK(1)", "+49", "-1", "@SUM(1)", '"a\tb"', '"a\nb"', "a\0b"])
      expect(firstProblem(header, `a,70,1,${reference}`), reference).toMatchObject({ code: "bad-reference" });
  });

  it.each([
    ["an open quote", `${HEADER}\na,"70,1\nb,71,2`],
    ["text behind a quote", `${HEADER}\na,"70"x,1\nb,71,2`],
    ["a cell too few", `${HEADER}\na,70`],
    ["a cell too many", `${HEADER}\na,70,1,2`],
  ])("is not read with %s", (_, text) => {
    expect(problemsOf(() => parsePayoutList(text, { format: "csv" }))[0]).toMatchObject({ code: "bad-line" });
  });

  it.each([
    ["nothing", ""],
    ["no header", "a,70,1"],
    ["a header alone", HEADER],
    ["an unknown column", `${HEADER},referense\na,70,1,rent`],
    ["a column twice", `${HEADER},amount\na,70,1,2`],
    ["no column for ids", "payee,amount\n70,1"],
    ["a page of HTML", "<html><body>Sign in</body></html>"],
    ["zeros", "\0".repeat(100)],
  ])("is refused as a whole with %s", (_, text) => {
    expect(problemsOf(() => parsePayoutList(text, { format: "csv" }))).toMatchObject([{ code: "bad-list" }]);
  });

  it.each([
    ["numbers, which JSON rounds", [{ id: "a", payee: "70", amount: 1.5 }]],
    ["other properties", [{ id: "a", payee: "70", amount: "1", memo: "x" }]],
    ["a missing property", [{ id: "a", payee: "70" }]],
    ["lists instead of objects", [["a", "70", "1"]]],
    ["null", [null]],
    ["an inherited property", [{ id: "a", payee: "70", toString: "1" }]],
  ])("is not read from JSON with %s", (_, payments) => {
    expect(problemsOf(() => json(payments))[0]).toMatchObject({ code: "bad-line", at: 1 });
  });

  it("is not read from JSON that is none, or no list", () => {
    for (const text of ["", "{", "{}", '"a"', "[".repeat(100_000)])
      expect(
        problemsOf(() => parsePayoutList(text, { format: "json" })),
        text.slice(0, 9),
      ).toMatchObject([{ code: "bad-list" }]);
  });

  it("has 10,000 lines at most, and no line that is longer than a list", () => {
    const rows = Array.from({ length: MAX_PAYOUT_LINES }, (_, i) => `${i},70,1`);
    expect(csv(HEADER, ...rows)).toHaveLength(MAX_PAYOUT_LINES);
    expect(firstProblem(HEADER, ...rows, "x,70,1")).toMatchObject({ code: "bad-list" });
    const objects = rows.map((_, i) => ({ id: `${i}`, payee: "70", amount: "1" }));
    expect(problemsOf(() => json([...objects, { id: "x", payee: "70", amount: "1" }]))).toMatchObject([
      { code: "bad-list" },
    ]);
    expect(firstProblem(HEADER, `a,${"7".repeat(MAX_PAYOUT_CHARS)},1`)).toMatchObject({ code: "bad-list" });
  });

  it("reports up to 100 problems at once, with their lines, in harmless words", () => {
    const problems = problemsOf(() => csv(HEADER, ...Array.from({ length: 500 }, (_, i) => `${i},nobody,1`)));
    expect(problems).toHaveLength(100);
    expect(problems[7]).toMatchObject({ at: 9, id: "7" });
    const hostile = firstProblem(HEADER, `a,\u001b[2J\u202e${"x".repeat(100)},1`);
    expect(hostile?.message).toMatch(/^[ -~…]+$/);
    expect(hostile?.message.length).toBeLessThan(200);
  });

  it("is read the same when it is written by anyone who quotes", () => {
    const cell = fc.constantFrom("a", "70", "1.5", "x y", 'q"q', "1;5", "2,5", "");
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
        const quoted = rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(","));
        const objects = rows
          .filter((row) => row.some((one) => one !== ""))
          .map(([id, payee, amount]) => ({ id, payee, amount }));
        const outcome = (read: () => readonly { id: string }[]) => {
          const codes = problemsOf(() => read()).map(({ code }) => code);
          return codes.length > 0 ? codes : read().map(({ id }) => id);
        };
        expect(outcome(() => csv(HEADER, ...quoted))).toEqual(outcome(() => json(objects)));
      }),
    );
  });
});
