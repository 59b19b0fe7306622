import { CairnError } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { askingWallet, isWalletRefusal } from "./wallet-failure.ts";

describe("what a wallet fails with", () => {
  it("is a refusal by the innermost code, however libraries wrap it", () => {
    const refusal = Object.assign(new Error("User rejected the request."), { code: 4001 });
    const wrapped = Object.assign(new Error("an internal error", { cause: refusal }), { code: -32603 });
    expect([refusal, wrapped, { code: 4100 }].map(isWalletRefusal)).toEqual([true, true, true]);
    const failure = Object.assign(new Error("boom"), { code: -32603 });
    const others = [failure, new Error("boom"), { code: "4001" }, "4001", null, undefined];
    expect(others.map(isWalletRefusal)).toEqual(others.map(() => false));
  });

  it("may name itself as its cause", () => {
    const error: Error & { cause?: unknown; code?: number } = new Error("round and round");
    error.cause = error;
    expect(isWalletRefusal(error)).toBe(false);
    error.code = 4001;
    expect(isWalletRefusal(error)).toBe(true);
  });

  it("keeps a code of Cairn's", async () => {
    const error = new CairnError("sdk/aborted", "the call was aborted");
    await expect(askingWallet("it", () => Promise.reject(error))).rejects.toBe(error);
    await expect(askingWallet("it", () => Promise.reject("no"))).rejects.toMatchObject({
      code: "sdk/signer-failed",
      cause: "no",
    });
  });
});
