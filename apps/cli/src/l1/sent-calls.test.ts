import { describe, expect, it } from "vitest";
import { type SentCall, sentRows } from "./sent-calls.ts";

const GWEI = 10n ** 9n;

function call(change: Partial<SentCall>): SentCall {
  return {
    name: "exit",
    l1Transaction: null,
    l1Block: null,
    gas: 394_175n,
    gasLimit: 606_362n,
    feeWei: 394_175n * GWEI,
    feeLimitWei: 606_362n * GWEI,
    isResumed: false,
    ...change,
  };
}

describe("rows about sent calls", () => {
  it("show what a dry run would use, separate from the limit", () => {
    expect(sentRows([call({})])).toEqual([
      ["DRY RUN", "nothing sent; would use about 394175 gas, 0.000394175 ETH; at most 606362 gas, 0.000606362 ETH"],
    ]);
  });

  it("show only the limit where the L1 node does not simulate", () => {
    const unknown = call({ gas: null, feeWei: null });
    const most = "at most 606362 gas, 0.000606362 ETH (this L1 node cannot say how much of it)";
    expect(sentRows([unknown])).toEqual([["DRY RUN", `nothing sent; would use ${most}`]]);
    expect(sentRows([unknown, call({})]).at(-1)).toEqual([
      "together",
      expect.stringMatching(/^at most 1212724 gas, 0.001212724 ETH/),
    ]);
  });

  it("show what was used, with a total for several", () => {
    const sent = call({ l1Transaction: "0x12", l1Block: 3 });
    expect(sentRows([sent])).toEqual([["L1 transaction", "0x12 (394175 gas, 0.000394175 ETH)"]]);
    expect(sentRows([sent, { ...sent, isResumed: true }])).toEqual([
      ["L1 transaction", "0x12 (394175 gas, 0.000394175 ETH)"],
      ["L1 transaction", "0x12 (394175 gas, 0.000394175 ETH), signed by an earlier run"],
      ["together", "788350 gas, 0.00078835 ETH"],
    ]);
    expect(sentRows([])).toEqual([]);
  });
});
