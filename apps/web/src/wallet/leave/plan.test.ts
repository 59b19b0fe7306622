import { type AccountIndex, accountIndex, tokenId } from "@cairn/protocol";
import type { EscapeLadder, Holdings } from "@cairn/verify";
import { describe, expect, it } from "vitest";
import { accountsToLeave, isEmpty, leavePlan, leavingTogether, offered } from "./plan.ts";

const DAY = 86_400;
const l1 = { block: 9, hash: "0x11", parentHash: "0x10", timestamp: 1000 } as const;

function held(index: number, token: number, balance: bigint, isExited = false): Holdings["accounts"][number] {
  const account = { owner: 1n, tokenId: tokenId(token), nonce: 0, ownerKey: true, balance, key: 2n };
  return { index: accountIndex(index), account, isExited };
}

const NOTHING: Holdings = { accounts: [], entries: [], payouts: [], claims: [], isFrozen: false, l1 };
const ladder = (change: Partial<EscapeLadder> = {}): EscapeLadder => ({
  ...{ isFrozen: false, isSubmissionOpen: false, now: 1000, inclusionDelay: DAY, freezeDelay: 7 * DAY },
  ...{ idleDelay: DAY, oldestEnqueuedAt: null, overdueAt: null, idleAt: null, freezableAt: null, queueFeeWei: 5n },
  ...{ nextIndex: 70, queueHead: 0, queueTail: 0, l1 },
  ...change,
});
const types = (plan: ReturnType<typeof leavePlan>) => Object.values(plan).map(({ type }) => type);

describe("the plan of leaving", () => {
  const mine: Holdings = { ...NOTHING, accounts: [held(64, 0, 5n)] };

  it("begins with a request, which lets the clock run", () => {
    expect(types(leavePlan(mine, ladder()))).toEqual(["now", "afterRequest", "afterFreeze", "none", "none", "none"]);
    const waiting = ladder({ oldestEnqueuedAt: 900, freezableAt: 900 + 7 * DAY });
    expect(leavePlan(mine, waiting)).toMatchObject({
      request: { type: "done" },
      freeze: { type: "opensAt", at: 900 + 7 * DAY },
    });
  });

  it("offers the freeze from the very second on that the contract says, and exits after it", () => {
    const at = 900 + 7 * DAY;
    const clock = { oldestEnqueuedAt: 900, freezableAt: at };
    expect(leavePlan(mine, ladder({ ...clock, now: at - 1 })).freeze.type).toBe("opensAt");
    expect(leavePlan(mine, ladder({ ...clock, now: at })).freeze.type).toBe("now");
    const frozen = leavePlan({ ...mine, isFrozen: true }, ladder({ ...clock, isFrozen: true, now: at + 9 }));
    expect(types(frozen)).toEqual(["done", "done", "now", "none", "none", "none"]);
  });

  it("has nothing to do for whom the rollup has nothing", () => {
    expect(isEmpty(NOTHING)).toBe(true);
    expect(isEmpty({ ...NOTHING, accounts: [held(64, 0, 5n, true), held(65, 1, 0n)] })).toBe(true);
    expect(isEmpty(mine)).toBe(false);
    expect(types(leavePlan(NOTHING, ladder()))).toEqual(["none", "none", "none", "none", "none", "none"]);
  });

  it("takes few accounts out together, ETH first; of many that others may have opened, each alone", () => {
    const few = { accounts: [held(64, 2, 9n), held(65, 0, 1n), held(66, 0, 3n)] };
    expect(accountsToLeave(few).map(({ index }) => index)).toEqual([66, 65, 64] as AccountIndex[]);
    expect(leavingTogether(few)).toEqual([[66, 65, 64]]);
    const dust = Array.from({ length: 100 }, (_, i) => held(70 + i, 5, 1n));
    const many = leavingTogether({ accounts: [...dust, held(500, 0, 1n)] });
    expect([many.length, many[0]]).toEqual([40, [500]]);
    expect(many.every((indices) => indices.length === 1)).toBe(true);
    const payouts = [
      { tokenId: 3, amount: 9n },
      { tokenId: 0, amount: 1n },
      { tokenId: 0, amount: 2n },
    ];
    expect(offered(payouts).map(({ amount }) => amount)).toEqual([2n, 1n, 9n]);
  });
});
