import { CairnError } from "@cairn/protocol";
import { pino } from "pino";
import { HttpRequestError } from "viem";
import { describe, expect, it } from "vitest";
import { loggerOptions } from "./logger.ts";

const URL = "https://user:PaSsWoRd@rpc.example/v2/SeCrEtKeY?k=SeCrEtKeY";

describe("the node's log", () => {
  it("writes no secrets of URLs in an error, its details or its causes", () => {
    const lines: string[] = [];
    const logger = pino(loggerOptions("info"), { write: (line) => lines.push(line) });
    const cause = new HttpRequestError({ url: URL, body: { method: "eth_call" }, details: `bad ${URL}` });
    logger.error({ err: new CairnError("node/l1-unavailable", `no ${URL}`, { cause, details: { URL } }) }, "failed");
    const { err } = JSON.parse(lines.join(""));
    expect(err.message).toMatch(/^no https:\/\/rpc\.example\/…/);
    expect(err.stack).toContain("logger.test.ts");
    expect(err.code).toBe("node/l1-unavailable");
    expect(lines.join("")).not.toMatch(/SeCrEt|PaSsWoRd/);
  });
});
