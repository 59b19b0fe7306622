import { CairnError } from "@cairn/protocol";
import {
  type BaseError,
  HttpRequestError,
  InsufficientFundsError,
  NonceTooLowError,
  TransactionExecutionError,
} from "viem";
import { describe, expect, it } from "vitest";
import { cliError } from "./errors.ts";
import { createOutput, printFailure, table, toFailure } from "./output.ts";

function streams() {
  const written = { stdout: "", stderr: "" };
  return {
    written,
    stdout: (text: string) => {
      written.stdout += text;
    },
    stderr: (text: string) => {
      written.stderr += text;
    },
  };
}

const apiError = (
  apiCode: string,
  type?: string,
  retryAfterSeconds: number | null = null,
  reason: unknown = { type },
) => {
  const details = { apiCode, status: 422, apiDetails: { reason }, retryAfterSeconds };
  return new CairnError("sdk/api-error", "no", { details });
};

describe("output", () => {
  it("is one JSON document with --json, else text and progress", () => {
    const json = streams();
    const machine = createOutput(json, true);
    machine.progress("working");
    machine.result({ data: { amount: 10n ** 20n }, text: "much" });
    expect(json.written).toEqual({ stdout: '{\n  "amount": "100000000000000000000"\n}\n', stderr: "" });
    const plain = streams();
    const human = createOutput(plain, false);
    human.progress("working");
    human.result({ data: {}, text: "much" });
    expect(plain.written).toEqual({ stdout: "much\n", stderr: "working\n" });
  });

  it("aligns columns", () => {
    expect(table([["a", "bbb", "c"], ["aa"], ["", "b", "c"]])).toBe("a   bbb  c\naa\n    b    c");
  });
});

describe("failures", () => {
  it("have code, hint and exit code, even those of other packages", () => {
    expect(toFailure(cliError("cli/bad-amount", "x"))).toMatchObject({ exitCode: 2, hint: expect.any(String) });
    expect(toFailure(new CairnError("sdk/unreachable", "x"))).toMatchObject({ exitCode: 1, hint: /--node-url/ });
    expect(toFailure(new CairnError("sdk/bad-payment-code", "x"))).toMatchObject({ exitCode: 2 });
    expect(toFailure(new CairnError("db/wrong-chain", "x"))).toMatchObject({ exitCode: 2, hint: /this rollup/ });
    expect(toFailure(apiError("rejected", "nonceTooLow")).hint).toMatch(/faster/);
    expect(toFailure(apiError("overloaded")).hint).toMatch(/overloaded.* in a moment/);
    const busy = apiError("overloaded", undefined, 15);
    expect(toFailure(busy)).toMatchObject({
      hint: expect.stringMatching(/ in 15 s\./),
      details: { retryAfterSeconds: 15 },
    });
    expect(toFailure(apiError("unavailable", undefined, 2)).hint).toMatch(/ in 2 s;/);
    const closed = (reason: string) => toFailure(apiError("unavailable", undefined, null, reason)).hint;
    expect([closed("frozen"), closed("notOperator")]).toEqual(
      [/cairn exit/, /operator's node/].map((hint) => expect.stringMatching(hint)),
    );
    const reverted = new CairnError("l1/transaction-reverted", "x", { details: { reason: "TokenPullFailed" } });
    expect(toFailure(reverted).hint).toMatch(/approve/);
    expect(toFailure(new CairnError("other/unheard-of", "x"))).toMatchObject({ exitCode: 1, hint: null });
  });

  it("end with the command that explains them, by the rule, the node's code or the contract's error", () => {
    const explained = (error: unknown) => toFailure(error).explain;
    expect(explained(cliError("cli/bad-amount", "x"))).toBe("cli/bad-amount");
    expect(explained(apiError("rejected", "nonceTooLow"))).toBe("rejected/nonceTooLow");
    expect(explained(apiError("overloaded"))).toBe("api/overloaded");
    const notReached = new CairnError("sdk/not-reached", "x", { details: { reason: { type: "expired" } } });
    expect(explained(notReached)).toBe("rejected/expired");
    const reverted = new CairnError("l1/transaction-reverted", "x", { details: { reason: "RollupFrozen" } });
    expect(explained(reverted)).toBe("reverts/RollupFrozen");
    expect(explained(new TypeError("oops"))).toBe("cli/unexpected");
    const { written, ...to } = streams();
    printFailure(to, false, toFailure(apiError("overloaded")));
    expect(written.stderr).toMatch(/\nmore: cairn explain api\/overloaded\n$/);
  });

  it("never put what a node or a contract says into that command", () => {
    const hostile = "nonceTooLow; rm -rf ~";
    expect(toFailure(apiError("rejected", hostile)).explain).toBe("api/rejected");
    const reverted = new CairnError("l1/transaction-reverted", "x", { details: { reason: hostile } });
    expect(toFailure(reverted).explain).toBe("l1/transaction-reverted");
    const { written, ...to } = streams();
    printFailure(to, false, toFailure(new CairnError("other/unheard-of", "x")));
    expect(written.stderr).toBe("error: x (other/unheard-of)\n");
  });

  it("of L1 say what is wrong there", () => {
    const of = (cause: BaseError) => toFailure(new TransactionExecutionError(cause, { account: null })).code;
    expect(of(new InsufficientFundsError({}))).toBe("cli/insufficient-l1-balance");
    expect(of(new NonceTooLowError({}))).toBe("cli/l1-nonce");
    expect(toFailure(new HttpRequestError({ url: "http://l1" })).code).toBe("cli/l1-unreachable");
  });

  it("that are unexpected show where they come from", () => {
    const failure = toFailure(new TypeError("oops"));
    expect(failure).toMatchObject({ code: "cli/unexpected", exitCode: 1, stack: /output\.test\.ts/ });
    const { written, ...to } = streams();
    printFailure(to, true, failure);
    expect(JSON.parse(written.stdout)).toMatchObject({ error: { code: "cli/unexpected", message: "oops" } });
    expect(toFailure(new DOMException("nothing was entered", "AbortError")).code).toBe("cli/interrupted");
  });
});
