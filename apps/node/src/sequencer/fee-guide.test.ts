import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CELL_BYTES, EXTRA_BYTES, SLOT_BYTES, type SoloSize, tokenId } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { createFeePolicy } from "./fee-policy.ts";
import { feeSettingsOf } from "./fee-settings.ts";

const GUIDE = readFileSync(join(import.meta.dirname, "../../../../docs/guides/addresses-per-customer.md"), "utf8");
/** At a gas price of 1 wei, in a token whose units are wei, a fee is L1 gas. */
const COMMON = { feeTokens: [{ tokenId: 0, weiPer1e18: 10n ** 18n }], feeOperatorPercent: 0, maxPayoutGas: 0 };
/** What a node lets run together by default. */
const GROUP = 4;

const gasOf = (slots: SoloSize, batchBlocks: number, kind: "transfer" | "transferToNew"): bigint => {
  const settings = feeSettingsOf({ ...COMMON, batchBlocks, feeBatchBlocks: undefined }, slots);
  return createFeePolicy(settings, () => 1n).quote(kind, tokenId(0))?.fee ?? 0n;
};
const rowOf = (name: string): string[] => {
  const row = GUIDE.split("\n").find((line) => line.startsWith(`| ${name}`)) ?? "";
  return row
    .split("|")
    .slice(3, -1)
    .map((cell) => cell.trim().replaceAll(",", ""));
};

describe("the costs in the guide on customers", () => {
  const gas = (kind: "transfer" | "transferToNew") => [gasOf(64, 1, kind), gasOf(256, 64, kind)];

  it("of an opening are those of a transfer that creates an account", () => {
    expect(rowOf("open an account")).toEqual([String(SLOT_BYTES + EXTRA_BYTES), ...gas("transferToNew").map(String)]);
    expect(EXTRA_BYTES).toBe(2 * CELL_BYTES);
  });

  it("of a sweep are those of a transfer, and of one for each group that others pay for", () => {
    expect(rowOf("sweep an account")).toEqual([String(SLOT_BYTES), ...gas("transfer").map(String)]);
    const shared = gas("transfer").map((fee) => Math.round((Number(fee) * GROUP) / (GROUP - 1)));
    expect(rowOf("sweep in a token without fees")).toEqual([
      ((SLOT_BYTES * GROUP) / (GROUP - 1)).toFixed(1),
      ...shared.map(String),
    ]);
  });
});
