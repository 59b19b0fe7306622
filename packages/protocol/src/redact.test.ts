import { describe, expect, it } from "vitest";
import { createRedactor, redactUrl, redactUrls } from "./redact.ts";

describe("URLs with secrets", () => {
  it.each([
    ["https://eth.example/v2/SeCrEtKeY123", "https://eth.example/…"],
    ["https://eth.example:8545/?apikey=SeCrEtKeY123", "https://eth.example:8545/…"],
    ["http://user:SeCrEtKeY123@localhost:3000", "http://localhost:3000"],
    ["http://user:SeCrEtKeY123@localhost:3000/", "http://localhost:3000"],
    ["https://c0ffee12c0ffee12c0ffee12.eth.example/", "https://[redacted].eth.example"],
    ["http://127.0.0.1:8545", "http://127.0.0.1:8545"],
    ["http://user:SeCrEtKeY123@", "(unreadable URL)"],
    ["user:SeCrEtKeY123@host", "(unreadable URL)"],
    ["postgres://cairn:SeCrEtKeY123@db/cairn", "postgres://db/…"],
  ])("%s is shown as %s", (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
    expect(redactUrls(`POST ${url} failed`)).not.toMatch(/localhost.*SeCrEtKeY123|v2/);
  });

  it.each([
    ["https://eth.example/v2/SeCrEtKeY123", "no access for SeCrEtKeY123"],
    ["https://eth.example/v2/SeCrEtKeY123", "POST /v2/SeCrEtKeY123 401"],
    ["https://eth.example/v2/SeCrEt%2FKeY123", "no access for SeCrEt/KeY123"],
    ["https://eth.example/?apikey=SeCrEtKeY123&x=1", "bad key 'SeCrEtKeY123'"],
    ["https://user:SeCrEtKeY123@eth.example/", "Authorization: Basic dXNlcjpTZUNyRXRLZVkxMjM="],
    ["https://user:SeCrEtKeY123@eth.example/", "user:SeCrEtKeY123 is unknown"],
    ["https://user:SeCrEt%21KeY123@eth.example/", "password SeCrEt!KeY123"],
  ])("secrets of %s are removed from: %s", (url, text) => {
    const shown = createRedactor(url)(text);
    expect(shown).toMatch(/\[redacted\]|…/);
    expect(shown).not.toMatch(/SeCrEt|dXNlcjp/);
  });

  it("leaves the files that a stack trace names alone, and nothing that only looks like one", () => {
    const { stack = "" } = new Error("no answer at https://eth.example/v2/SeCrEtKeY123");
    const shown = createRedactor("https://eth.example/v2/SeCrEtKeY123")(`${stack}\n    at file:///work/a%20b/x.ts:1:2`);
    expect(shown).toContain("redact.test.ts:");
    expect(shown).toContain("at file:///work/a%20b/x.ts:1:2");
    expect(shown).not.toMatch(/unreadable|SeCrEt/);
    for (const url of [
      "file://user:SeCrEtKeY123@host/x",
      "file:///x?key=SeCrEtKeY123",
      "postgres:///db?password=SeCrEtKeY123",
    ]) {
      expect(redactUrls(`at ${url} now`)).not.toContain("SeCrEt");
    }
  });

  it("leaves everything else alone", () => {
    const text = "execution reverted: the L1 node at http://127.0.0.1:8545 refuses block 12";
    expect(createRedactor("https://eth.example/v2/SeCrEtKeY123")(text)).toBe(text);
    expect(createRedactor("http://127.0.0.1:8545")(text)).toBe(text);
  });
});
