import {
  CELL_BYTES,
  decodeFloat16,
  encodeFloat16,
  encodeFloat40,
  floorToFloat16,
  type L2Transaction,
  SLOT_BYTES,
  tokenId,
} from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import L1_GAS from "../../l1-gas.json" with { type: "json" };
import { loadConfig } from "../config/config.ts";
import { ceilToFloat16, createFeePolicy, type FeeSettings } from "./fee-policy.ts";
import { feeSettingsOf } from "./fee-settings.ts";

const GWEI = 10n ** 9n;
const ETH = tokenId(0);
const USD = tokenId(1);

const settings = (change: Partial<FeeSettings> = {}): FeeSettings => ({
  slotCount: 64,
  tokens: [
    { tokenId: ETH, weiPer1e18: 10n ** 18n },
    { tokenId: USD, weiPer1e18: 5n * 10n ** 26n },
  ],
  batchGas: BigInt(L1_GAS.batch[64]),
  blocksPerBatch: 1n,
  gasPerByte: BigInt(L1_GAS.publishedByte),
  payoutGas: BigInt(L1_GAS.payout),
  expectedFillPercent: 50n,
  operatorPercent: 10n,
  tolerancePercent: 80n,
  ...change,
});

const transfer = (fee: bigint, token = ETH): L2Transaction => ({
  type: "transfer",
  from: 64 as L2Transaction["from"],
  to: 65 as L2Transaction["from"],
  toOwner: 1n,
  toKey: 0n,
  nonce: 0,
  tokenId: token,
  amount: encodeFloat40(1n),
  fee: encodeFloat16(fee),
  validFrom: 0,
  validUntil: 2 ** 32 - 1,
  reference: 0n,
  link: null,
});

describe("fees", () => {
  it("of blocks as full as expected pay for their batch on L1", () => {
    const quote = createFeePolicy(settings(), () => 3n * GWEI).quote("transfer", ETH);
    const transfers = 32n;
    const spent = 3n * GWEI * (BigInt(L1_GAS.batch[64]) + transfers * BigInt(SLOT_BYTES * L1_GAS.publishedByte));
    expect((quote?.fee ?? 0n) * transfers).toBeGreaterThanOrEqual((spent * 110n) / 100n);
    expect((quote?.fee ?? 0n) * transfers).toBeLessThan((spent * 112n) / 100n);
  });

  it("of three blocks that share a batch pay for it once", () => {
    const policy = createFeePolicy(settings({ blocksPerBatch: 3n, operatorPercent: 0n }), () => GWEI);
    const quote = policy.quote("transfer", ETH);
    const [batch, slot] = [BigInt(L1_GAS.batch[64]), BigInt(SLOT_BYTES * L1_GAS.publishedByte)];
    // Three blocks filled as far as expected.
    const transfers = 3n * 32n;
    // Two more header cells.
    const spent = GWEI * (batch + transfers * slot + BigInt(2 * CELL_BYTES * L1_GAS.publishedByte));
    expect((quote?.fee ?? 0n) * transfers).toBeGreaterThanOrEqual(spent);
    expect((quote?.fee ?? 0n) * transfers).toBeLessThan((spent * 102n) / 100n);
    expect((quote?.minimumFee ?? 0n) * 3n * 64n).toBeGreaterThanOrEqual(GWEI * (batch + 3n * 64n * slot));
  });

  it("are worth the same in every token", () => {
    const policy = createFeePolicy(settings(), () => GWEI);
    const [inEth, inUsd] = [policy.quote("withdraw", ETH)?.fee ?? 0n, policy.quote("withdraw", USD)?.fee ?? 0n];
    const wei = (inUsd * 5n * 10n ** 26n) / 10n ** 18n;
    expect(Number((wei * 1000n) / inEth)).toBeCloseTo(1000, -1);
    expect(policy.quote("transfer", tokenId(2))).toBeNull();
  });

  it("may be below a quote by the tolerance, because the gas price moves", () => {
    const policy = createFeePolicy(settings(), () => GWEI);
    const quote = policy.quote("transfer", ETH);
    expect(policy.shortfall(transfer(quote?.fee ?? 0n))).toBeNull();
    expect(policy.shortfall(transfer(0n))).toBe(quote?.minimumFee);
    expect(policy.shortfall(transfer(10n ** 6n, tokenId(2)))).toBe("token");
  });

  it("can be encoded, also where the exponent grows", () => {
    for (const fee of [2046n, 2047n, 2048n, 2049n, 2050n, 20_475n, 20_480n, 20_499n, 20_501n, 204_701n * 10n ** 11n]) {
      const encodable = ceilToFloat16(fee);
      expect(decodeFloat16(encodeFloat16(encodable))).toBe(encodable);
      expect(encodable).toBeGreaterThanOrEqual(fee);
      expect(floorToFloat16(encodable - 1n)).toBeLessThan(fee);
    }
  });

  it("are not required when switched off", () => {
    const policy = createFeePolicy(settings({ operatorPercent: -100n }), () => GWEI);
    expect(policy.shortfall(transfer(0n))).toBeNull();
    expect(policy.shortfall(transfer(0n, tokenId(2)))).toBeNull();
  });

  it("are computed for half of the blocks that a batch may have, or for as many as the operator says", () => {
    const config = (change: Readonly<Record<string, string>>) =>
      loadConfig({
        CAIRN_CHAIN_ID: "1",
        CAIRN_ROLLUP: `0x${"11".repeat(20)}`,
        CAIRN_FEE_OWNER: `0x${"22".repeat(20)}`,
        CAIRN_ROLES: "sequencer",
        ...change,
      });
    const gas = BigInt(L1_GAS.batch[256] + 30_000);
    expect(feeSettingsOf(config({}), 64)).toMatchObject({ blocksPerBatch: 1n, batchGas: BigInt(L1_GAS.batch[64]) });
    expect(feeSettingsOf(config({ CAIRN_BATCH_BLOCKS: "7" }), 64)).toMatchObject({ blocksPerBatch: 4n, batchGas: gas });
    for (const [blocks, expected] of [
      ["1", 1n],
      ["6", 6n],
      ["9", 7n],
    ] as const) {
      const change = { CAIRN_BATCH_BLOCKS: "7", CAIRN_FEE_BATCH_BLOCKS: blocks };
      expect(feeSettingsOf(config(change), 64)).toMatchObject({ blocksPerBatch: expected, batchGas: gas });
    }
  });
});
