import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MAX_BATCH_AGE_SECONDS } from "@cairn/protocol";
import { expect, it } from "vitest";

const SECONDS = { minutes: 60, hours: 3600, days: 86_400 } as const;

it("the contract refuses timestamps at the age that nodes go by", () => {
  const source = readFileSync(join(import.meta.dirname, "RollupBase.sol"), "utf8");
  const [, count, unit] = /MAX_BATCH_AGE = (\d+) (minutes|hours|days);/.exec(source) ?? [];
  expect(Number(count) * SECONDS[unit as keyof typeof SECONDS]).toBe(MAX_BATCH_AGE_SECONDS);
});
