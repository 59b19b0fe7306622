import { HttpRequestError, RpcRequestError } from "viem";
import { describe, expect, it } from "vitest";
import { createSettledNonces } from "./settled-nonces.ts";

const pruned = () =>
  Promise.reject(new RpcRequestError({ body: {}, url: "http://l1", error: { code: -32000, message: "state pruned" } }));

describe("nonces at settled depth", () => {
  it("are those that the L1 node reports where it can", async () => {
    const nonces = createSettledNonces((block) => Promise.resolve(block + 1));
    nonces.note(9, 100);
    expect(await nonces.at(5)).toBe(6);
  });

  it("are those seen at heads where it keeps no old states", async () => {
    const nonces = createSettledNonces(pruned);
    expect(await nonces.at(9)).toBe(0);
    for (const [head, used] of [
      [10, 3],
      [11, 3],
      [12, 5],
      [14, 6],
    ] as const) {
      nonces.note(head, used);
    }
    expect(await Promise.all([9, 10, 11, 12].map(nonces.at))).toEqual([0, 3, 3, 5]);
    expect(await nonces.at(20)).toBe(6);
  });

  it("do not count what a reorg undid, even if it is mined again later", async () => {
    const nonces = createSettledNonces(pruned);
    nonces.note(10, 3);
    nonces.note(12, 4);
    nonces.note(13, 3);
    nonces.note(15, 4);
    expect(await Promise.all([10, 14, 15].map(nonces.at))).toEqual([3, 3, 4]);
    nonces.note(11, 4);
    expect(await Promise.all([10, 11].map(nonces.at))).toEqual([0, 4]);
  });

  it("are unknown while the L1 node does not answer", async () => {
    const nonces = createSettledNonces(() => Promise.reject(new HttpRequestError({ url: "http://l1", status: 503 })));
    nonces.note(10, 3);
    await expect(nonces.at(10)).rejects.toThrow(HttpRequestError);
  });
});
