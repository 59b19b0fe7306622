import { fixedOperatorAbi, payGasLimit, rollupAbi } from "@cairn/contracts";
import { MAX_TRANSACTION_GAS } from "@cairn/l1";
import { MAX_BATCH_PAYOUTS, type Payout, tokenId } from "@cairn/protocol";
import { encodeFunctionData, type Hex, toBytes, zeroHash } from "viem";
import { describe, expect, it } from "vitest";
import { PAYOUTS_PER_CALL } from "./batch-calls.ts";
import { placesOfCall, runsOf } from "./payments.ts";

const DEAR = 250_000;

/** A list of payouts, one letter each: owed, left to others while owed, paid, left and paid since. */
const listOf = (letters: string) =>
  [...letters].map((letter, batchPosition) => ({
    batchPosition,
    status: letter === "o" || letter === "l" ? ("owed" as const) : ("paid" as const),
    leftGas: letter === "l" || letter === "L" ? DEAR : null,
  }));

describe("runs of payouts", () => {
  it("name what is owed", () => {
    expect(runsOf(listOf("oooo"))).toEqual([{ first: 0, places: [0, 1, 2, 3] }]);
    expect(runsOf(listOf("popo"))).toEqual([{ first: 0, places: [1, 3] }]);
    expect(runsOf(listOf("pppp"))).toEqual([]);
    expect(runsOf([])).toEqual([]);
  });

  it("have fixed borders every 56 places", () => {
    const places = Array.from({ length: 64 }, (_, place) => place);
    expect(runsOf(listOf("o".repeat(64)))).toEqual([
      { first: 0, places: places.slice(0, 56) },
      { first: 56, places: places.slice(56) },
    ]);
    expect(runsOf(listOf(`${"p".repeat(56)}oo`))).toEqual([{ first: 56, places: [56, 57] }]);
  });

  it("pay everyone around payouts that burn gas in one transaction, but not those", () => {
    expect(runsOf(listOf("oololpo"))).toEqual([{ first: 0, places: [0, 1, 3, 6] }]);
    expect(runsOf(listOf("llll"))).toEqual([]);
    expect(runsOf(listOf("lopp"))).toEqual([{ first: 0, places: [1] }]);
    // Someone paid it.
    expect(runsOf(listOf("oLo"))).toEqual([{ first: 0, places: [0, 2] }]);
  });

  it("contain every owed payout that is not left, each once, and none that is left", () => {
    const letters = `${"olpL".repeat(20)}oooo`;
    const list = listOf(letters);
    const places = runsOf(list).flatMap((run) => run.places);
    expect(places).toEqual(list.flatMap(({ batchPosition }, i) => (letters[i] === "o" ? [batchPosition] : [])));
  });

  it("fit into a transaction at their worst: tokens that burn all they get, in the longest list", () => {
    const token: Payout = { recipient: 1n, tokenId: tokenId(1), amount: 1n };
    const run = Array.from({ length: PAYOUTS_PER_CALL }, () => token);
    expect(payGasLimit(run, MAX_BATCH_PAYOUTS)).toBeLessThanOrEqual(MAX_TRANSACTION_GAS);
  });

  it("are read from the transaction that pays them", () => {
    const header = {
      circuitType: 3,
      dataSource: 0,
      firstBlock: 1n,
      lastBlock: 2n,
      firstTimestamp: 1n,
      lastTimestamp: 1n,
      newNextIndex: 64,
      oldRoot: zeroHash,
      newRoot: zeroHash,
      newHistory: zeroHash,
      blocksRoot: zeroHash,
    };
    const pay = (firstWord: bigint, mask: readonly bigint[]): Hex =>
      encodeFunctionData({
        abi: rollupAbi,
        functionName: "pay",
        args: [1n, header, zeroHash, "0x", firstWord, mask],
      });
    expect(placesOfCall(toBytes(pay(0n, [0b1011n, 1n << 255n])))).toEqual([0, 1, 3, 511]);
    expect(placesOfCall(toBytes(pay(2n, [2n])))).toEqual([513]);
    expect(placesOfCall(toBytes(pay(0n, [])))).toEqual([]);
    expect(placesOfCall(toBytes(encodeFunctionData({ abi: rollupAbi, functionName: "freeze" })))).toEqual([]);
    const other = encodeFunctionData({ abi: fixedOperatorAbi, functionName: "burn" });
    expect(() => placesOfCall(toBytes(other))).toThrow();
  });
});
