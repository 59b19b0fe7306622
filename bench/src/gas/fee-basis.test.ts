import { SOLO_SIZES, type SoloSize } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import type { BatchGas, BatchGasReport } from "../measure/batch-gas.ts";
import { feeBasis } from "./fee-basis.ts";

/** Of the header cell, which an empty block publishes too. */
const HEADER_BYTES = 26;

const report = (slots: SoloSize, kind: BatchGasReport["kind"], gasUsed: number): BatchGasReport => ({
  slots,
  kind,
  gasUsed,
  publishedBytes: kind === "empty" ? HEADER_BYTES : HEADER_BYTES + 13 * slots,
  dataZeroDiscount: kind === "empty" ? 0 : 100,
  calldataBytes: 0,
  base: 0,
  calldata: { proof: 0, data: 0, lists: 0, header: 0 },
  execution: { proof: 0, binding: 0, policy: 0, storage: 0, event: 0, reward: 0, rest: 0 },
  difference: 0,
  floor: 0,
});

const measured: BatchGas = {
  submissions: SOLO_SIZES.flatMap((slots) => [
    report(slots, "empty", 800_000),
    report(slots, "transfers", 800_900 + 16 * 13 * slots),
  ]),
  payments: [{ slots: 16, token: "ETH", payouts: 2, gasUsed: 90_001 }],
};

describe("the fee basis", () => {
  it("pays for a full block of transfers exactly, its data as if no byte were zero", () => {
    const basis = feeBasis(measured);
    expect(basis?.publishedByte).toBe(17);
    for (const slots of SOLO_SIZES) {
      const paid = (basis?.batch[slots] ?? 0) + (basis?.publishedByte ?? 0) * 13 * slots;
      expect(paid).toBe(800_900 + 16 * 13 * slots + 100);
    }
  });

  it("prices a payout as one to a new account", () => {
    expect(feeBasis(measured)?.payout).toBe(45_001 + 25_000);
  });

  it("needs figures of every size", () => {
    expect(feeBasis({ ...measured, submissions: measured.submissions.slice(0, 4) })).toBeNull();
  });
});
