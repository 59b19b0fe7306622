import { readFileSync } from "node:fs";
import { join } from "node:path";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { explain, makeWallet, paymentCode } from "../test/examples.ts";
import { withExamples } from "../test/readme.ts";
import { encodeAmount, parsePaymentCode } from "./index.ts";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "..", path), "utf8");

describe("the examples of the README", () => {
  it("are the checked source", () => {
    const document = read("README.md");
    expect(document.match(/```ts\n/g)).toHaveLength(7);
    expect(withExamples(document, read("test/examples.ts"))).toBe(document);
  });

  it("work", async () => {
    const signer = privateKeyToAccount(`0x${"5".repeat(64)}`);
    const wallet = await makeWallet(signer);
    expect((await makeWallet(signer)).key).toBe(wallet.key);
    expect((await makeWallet(null)).key).not.toBe(wallet.key);
    expect(parsePaymentCode(paymentCode(wallet, 5n), wallet.domain)).toEqual({ owner: 5n, key: wallet.key });
    const advice = (() => {
      try {
        return String(encodeAmount(34359738369n));
      } catch (error) {
        return explain(error);
      }
    })();
    expect(advice).toBe("try 34359738367 or 34359738370");
  });
});
