import { describe, expect, it } from "vitest";
import { FAULTS, planTraffic, poorAccount, staleAccount } from "./traffic.ts";

const options = { seed: 7, accounts: 20, requests: 5000, invalidShare: 0.1 };

describe("a planned load", () => {
  const plan = planTraffic(options);

  it("follows from its seed", () => {
    expect(planTraffic(options)).toEqual(plan);
    expect(planTraffic({ ...options, seed: 8 })).not.toEqual(plan);
  });

  it("lets every account use its nonces in order, without gaps", () => {
    const next = new Map<number, number>();
    for (const { sender, receiver, nonce } of plan.filter(({ fault }) => fault === null)) {
      expect(nonce).toBe(next.get(sender) ?? 0);
      next.set(sender, nonce + 1);
      expect(receiver).not.toBe(sender);
    }
    expect(next.size).toBe(18);
  });

  it("contains wrong requests of every kind, in about the requested number", () => {
    const wrong = plan.flatMap(({ fault }) => fault ?? []);
    expect(wrong.length / plan.length).toBeCloseTo(0.1, 1);
    for (const fault of FAULTS) expect(wrong.filter((one) => one === fault).length).toBeGreaterThan(50);
  });

  it("never uses the nonces of the accounts whose requests must certainly be refused", () => {
    const valid = plan.filter(({ fault }) => fault === null);
    const special = [staleAccount(options), poorAccount(options)];
    expect(valid.filter(({ sender, receiver }) => special.includes(sender) || special.includes(receiver))).toEqual([]);
  });
});
