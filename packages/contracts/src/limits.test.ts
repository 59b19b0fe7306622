import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MAX_BATCH_AGE_SECONDS, MAX_HEADER_AGE_SECONDS } from "@cairn/protocol";
import { expect, it } from "vitest";

const SECONDS = { minutes: 60, hours: 3600, days: 86_400 } as const;

it.each([
  ["RollupBase.sol", "MAX_HEADER_AGE", MAX_HEADER_AGE_SECONDS],
  ["2/RollupBase.sol", "MAX_BATCH_AGE", MAX_BATCH_AGE_SECONDS],
])("the contract refuses timestamps at the age that nodes go by: %s", (file, name, seconds) => {
  const source = readFileSync(join(import.meta.dirname, file), "utf8");
  const [, count, unit] = new RegExp(`${name} = (\\d+) (minutes|hours|days);`).exec(source) ?? [];
  expect(Number(count) * SECONDS[unit as keyof typeof SECONDS]).toBe(seconds);
});
