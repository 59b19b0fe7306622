import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CairnError } from "@cairn/protocol";
import { ROUTES, type RouteDefinition, STREAM_PATH } from "@cairn/rpc";
import { describe, expect, it } from "vitest";
import { explainedCodes, readErrorPage } from "../../apps/cli/src/explain/codes.ts";
import { parseErrorPage } from "../../apps/cli/src/explain/page.ts";
import { isRetryable } from "../../packages/sdk/src/errors.ts";
import { root, trackedFiles } from "../lib/workspace.ts";
import { type ErrorCode, errorCatalogue } from "./catalogue.ts";
import { pageProblems } from "./check.ts";
import { FOLDERS, indexOf, withHead } from "./write.ts";

const codes = errorCatalogue();
const pages = new Map(explainedCodes().map((code) => [code, readErrorPage(code)]));
const sources = trackedFiles()
  .filter((path) => /^(?:packages|apps)\/.*\.(?:ts|sol)$/.test(path) && !path.endsWith(".test.ts"))
  .map((path) => readFileSync(join(root, path), "utf8"));
const words = new Set(sources.flatMap((source) => source.match(/\w+/g) ?? []));

/** Everything that pages write as code, with the page. */
const spans = [...pages].flatMap(([code, text]) =>
  [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => [code, span] as const),
);

describe("pages of errors", () => {
  it("are there for every code, with every part, and say of a repetition what the code says", () => {
    expect(pageProblems(codes, pages)).toEqual([]);
  });

  it("begin as the code describes the error, and are all in the index", () => {
    for (const code of codes) expect(withHead(pages.get(code.code) ?? "", code)).toBe(pages.get(code.code));
    expect(readFileSync(join(root, "docs/errors/README.md"), "utf8")).toBe(indexOf(codes, pages));
    for (const { code } of codes) expect(Object.keys(FOLDERS)).toContain(code.split("/")[0]);
  });

  it("are short", () => {
    for (const [code, text] of pages) expect(text.split("\n").length, code).toBeLessThan(22);
  });

  it("name only codes, settings and functions that exist", () => {
    for (const [page, span] of spans) {
      if (/^[a-z0-9]+\/[a-z-]+$/.test(span) && span.split("/")[0] !== "docs" && (span.split("/")[0] ?? "") in FOLDERS)
        expect(pages.has(span), `${page}: ${span}`).toBe(true);
      const names = span.match(/\bCAIRN_[A-Z_]+\b|\b[a-z]+[A-Z]\w*(?=\W|$)|\b\w+(?=\()/g) ?? [];
      for (const name of names) expect(words.has(name), `${page}: ${name} in ${span}`).toBe(true);
    }
    expect(spans.length).toBeGreaterThan(500);
  });

  it("name only operations that the API has", () => {
    const own = ["GET /docs/errors", "GET /openapi.json", `GET ${STREAM_PATH}`];
    const known = [...Object.values<RouteDefinition>(ROUTES).map(({ method, path }) => `${method} ${path}`), ...own];
    const patterns = known.map((line) => new RegExp(`^${line.replaceAll(/:\w+/g, "[^/]+")}$`));
    const named = spans.filter(([, span]) => /^(?:GET|POST) \//.test(span));
    for (const [page, span] of named)
      expect(
        patterns.some((pattern) => pattern.test(span.split("?")[0] ?? "")),
        `${page}: ${span}`,
      ).toBe(true);
    expect(named.length).toBeGreaterThan(30);
  });

  it.each([
    ["sdk/not-sponsored", "packages/sdk/src/sponsoring", /notSponsored\([^)]*, "(\w+)"|limitReached\([^)]*, "(\w+)"/g],
    ["sdk/bad-payout-list", "packages/sdk/src/payouts/problems.ts", /^ {2}\| "([\w-]+)"/gm],
  ])("%s names every reason", (code, source, reasons) => {
    const text = trackedFiles()
      .filter((path) => path.startsWith(source) && path.endsWith(".ts") && !path.endsWith(".test.ts"))
      .map((path) => readFileSync(join(root, path), "utf8"))
      .join("\n");
    const names = new Set([...text.matchAll(reasons)].map(([, first, second]) => first ?? second));
    expect(names.size).toBeGreaterThan(5);
    for (const name of names) expect(pages.get(code), name).toContain(`\`${name}\``);
  });

  it("l1/transaction-refused names every clear refusal", async () => {
    const { isClearRefusal } = await import("../../packages/l1/src/sending/refusal.ts");
    const text = readFileSync(join(root, "packages/l1/src/sending/refusal.ts"), "utf8");
    const all = [...text.matchAll(/^ {2}\| "(\w+)"/gm)].map(([, name = ""]) => name);
    const clear = all.filter((name) => isClearRefusal(name as Parameters<typeof isClearRefusal>[0]));
    expect(clear.length).toBeGreaterThan(5);
    for (const name of clear) expect(pages.get("l1/transaction-refused"), name).toContain(`\`${name}\``);
  });
});

describe("the check of pages", () => {
  const code: ErrorCode = {
    code: "sdk/x",
    meaning: "It is so.",
    source: "packages/sdk/src/errors.ts",
    verdicts: ["no"],
  };
  const page = withHead("**Cause.** A.\n\n**Retry: no.** B.\n\n**Remedy.** C.\n\n**Seen in.** D.\n", code);

  it("accepts a whole page", () => {
    expect(pageProblems([code], new Map([["sdk/x", page]]))).toEqual([]);
    expect(parseErrorPage(page)).toEqual({
      ...{ code: "sdk/x", meaning: "It is so.", cause: "A.", verdict: "no", retry: "B.", remedy: "C.", seenIn: "D." },
    });
  });

  it.each([
    ["a code without a page", undefined, /is missing/],
    ["a page without causes", page.replace("**Cause.** A.\n\n", ""), /\*\*Cause\.\*\*/],
    ["a page without a remedy", page.replace("**Remedy.** C.\n\n", ""), /\*\*Remedy\.\*\*/],
    ["another answer about a repetition", page.replace("Retry: no", "Retry: yes"), /"yes".*"no"/],
    ["an answer that is none", page.replace("Retry: no", "Retry: perhaps"), /\*\*Retry: …\*\*/],
    ["the page of another code", page.replace("sdk/x", "sdk/y"), /page of sdk\/y/],
  ])("refuses %s", (_what, text, problem) => {
    expect(pageProblems([code], new Map(text === undefined ? [] : [["sdk/x", text]]))).toEqual([
      expect.stringMatching(problem),
    ]);
  });

  it("refuses a page of a code that no longer exists", () => {
    expect(pageProblems([], new Map([["sdk/x", page]]))).toEqual([expect.stringMatching(/no error has this code/)]);
  });
});

describe("the catalogue of errors", () => {
  const of = (name: string) => codes.find(({ code }) => code === name);

  it("has the codes of every package, the API, the rules and the contracts, each once", () => {
    expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length);
    for (const folder of Object.keys(FOLDERS))
      expect(
        codes.some(({ code }) => code.startsWith(`${folder}/`)),
        folder,
      ).toBe(true);
  });

  it("has every code that is thrown, except those of tests and scripts", () => {
    const thrown = sources.flatMap((source) =>
      [...source.matchAll(/(?:CairnError(?:<\w+>)?|\b[a-z0-9]+Error)\(\s*"([a-z0-9]+\/[a-z-]+)"/g)].map(
        ([, code = ""]) => code,
      ),
    );
    expect(thrown.length).toBeGreaterThan(200);
    const unknown = [...new Set(thrown)].filter((code) => of(code) === undefined && !/^test(?:kit)?\//.test(code));
    expect(unknown).toEqual([]);
  });

  it("takes what may be answered from where the code decides it", () => {
    expect(of("api/overloaded")?.verdicts).toEqual(["yes"]);
    expect(of("api/rejected")?.verdicts).not.toContain("yes");
    expect(of("rejected/nonceTooLow")?.verdicts).not.toContain("yes");
    expect(of("rejected/insufficientBalance")?.verdicts).not.toContain("no");
    expect(of("verify/l1-moved")?.verdicts).not.toContain("no");
    expect(of("protocol/bad-hex")?.verdicts).not.toContain("yes");
    for (const { code, verdicts } of codes.filter(({ code }) => code.startsWith("sdk/")))
      expect(verdicts.includes("yes"), code).toBe(isRetryable(new CairnError(code, "")));
  });
});
