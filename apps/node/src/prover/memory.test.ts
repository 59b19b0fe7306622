import { BLOCK_SIZES } from "@cairn/protocol";
import { expect, it } from "vitest";
import { SETTINGS } from "../config/settings.ts";
import { proofsAtATime } from "./memory.ts";

it("makes no more proofs at a time than configured, or than fit into memory", () => {
  expect(proofsAtATime(64, { concurrency: 2, maxMemoryBytes: 8e9 })).toBe(2);
  expect(proofsAtATime(64, { concurrency: 8, maxMemoryBytes: 2.5e9 })).toBe(2);
  expect(proofsAtATime(64, { concurrency: 8, maxMemoryBytes: 1.2e9 })).toBe(1);
});

it("refuses even a single proof that does not fit, and names both numbers and the setting", () => {
  expect(() => proofsAtATime(64, { concurrency: 1, maxMemoryBytes: 1e9 })).toThrow(
    expect.objectContaining({
      code: "node/bad-config",
      message: expect.stringMatching(/64 slots needs 1200 MB .* CAIRN_PROVER_MEMORY_MB allows 1000$/),
    }),
  );
});

it("makes proofs of every block size in the memory that is the default", () => {
  const maxMemoryBytes = Number(SETTINGS.proverMemoryMb.fallback) * 1e6;
  for (const slots of BLOCK_SIZES) expect(proofsAtATime(slots, { concurrency: 1, maxMemoryBytes })).toBe(1);
});
