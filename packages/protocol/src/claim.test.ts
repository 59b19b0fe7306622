import { describe, expect, it } from "vitest";
import { type Claim, joinClaims } from "./claim.ts";

const state = (n: bigint) => ({ root: n, nextIndex: 64 + Number(n), history: 100n + n });
const claim = (n: bigint): Claim => ({
  domain: { chainId: 1n, rollup: 2n },
  firstBlock: n,
  lastBlock: n,
  firstTimestamp: 1000n * n,
  lastTimestamp: 1000n * n,
  before: state(n - 1n),
  after: state(n),
});
const [first, second, third] = [claim(1n), claim(2n), claim(3n)];
const refused = (claims: readonly Claim[], reason: RegExp) =>
  expect(() => joinClaims(claims)).toThrow(
    expect.objectContaining({ code: "protocol/not-consecutive", message: expect.stringMatching(reason) }),
  );

describe("claims together", () => {
  it("are from the first one's start to the last one's end, in whatever groups", () => {
    const all = joinClaims([first, second, third]);
    expect(all).toEqual({ ...first, lastBlock: 3n, lastTimestamp: 3000n, after: third.after });
    expect(joinClaims([joinClaims([first, second]), third])).toEqual(all);
    expect(joinClaims([first, joinClaims([second, third])])).toEqual(all);
    expect(joinClaims([first])).toEqual(first);
  });

  it("are refused when there is none, or one does not continue the one before it", () => {
    const { before, domain } = second;
    refused([], /no claims/);
    refused([first, third], /block number/);
    refused([first, first], /block number/);
    refused([first, { ...second, domain: { ...domain, rollup: 3n } }], /domain/);
    refused([first, { ...second, firstTimestamp: first.lastTimestamp - 1n }], /timestamp/);
    refused([first, { ...second, firstTimestamp: first.lastTimestamp + 2n ** 32n }], /timestamp/);
    refused([first, { ...second, before: { ...before, root: 9n } }], /root/);
    refused([first, { ...second, before: { ...before, nextIndex: 9 } }], /next index/);
    refused([first, { ...second, before: { ...before, history: 9n } }], /history/);
    refused([first, second, first], /block number/);
  });

  it("may follow each other in the same second, and after 2^32 - 1 seconds", () => {
    for (const seconds of [0n, 2n ** 32n - 1n]) {
      const next = { ...second, firstTimestamp: first.lastTimestamp + seconds };
      expect(joinClaims([first, next]).lastBlock).toBe(2n);
    }
  });
});
