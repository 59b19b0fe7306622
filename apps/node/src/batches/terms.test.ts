import type { LastCircuit } from "@cairn/protocol";
import { expect, it } from "vitest";
import { assertBatchTerms } from "./terms.ts";

const SOLO: readonly LastCircuit[] = ["solo16", "solo64", "solo256"];

it.each([
  [1, 64, SOLO, null],
  [1, 64, ["solo16", "pair", "batch"], "solo64"],
  [2, 16, SOLO, "pair"],
  [2, 16, [...SOLO, "pair"], null],
  [3, 16, [...SOLO, "pair"], "batch"],
  [64, 256, [...SOLO, "pair", "batch"], null],
  [64, 256, ["batch"], "solo256 and pair"],
] as const)("batches of up to %i blocks of %i slots with %j need %s", (maxBlocks, size, circuits, missing) => {
  const check = () => assertBatchTerms({ circuits }, { size, maxBlocks });
  if (missing === null) expect(check).not.toThrow();
  else
    expect(check).toThrow(
      expect.objectContaining({ code: "node/bad-config", message: expect.stringContaining(missing) }),
    );
});
