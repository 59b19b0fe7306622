import { arbitraryBlockInput } from "@cairn/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockInputMap, solveWitness } from "../src/index.ts";
import { program } from "./support/cache.ts";
import { CRYPTO } from "./support/crypto.ts";
import { historyAfter } from "./support/history.ts";
import { claimedBlock } from "./support/sample-block.ts";

/** Blocks of each kind. */
const RUNS = process.env.CAIRN_TEST_ALL === undefined ? 10 : 100;

describe("any queue on any state", () => {
  it("yields a satisfiable block", async () => {
    const { circuit } = await program("block16");
    await fc.assert(
      fc.asyncProperty(arbitraryBlockInput({ slotCount: 16, crypto: CRYPTO }), async (input) => {
        const { witness, claim } = claimedBlock(input);
        expect(historyAfter(witness, claim.firstBlock, claim.firstTimestamp)).toBe(claim.after.history);
        await expect(solveWitness(circuit, blockInputMap(claim, witness))).resolves.toBeDefined();
      }),
      { numRuns: RUNS },
    );
  });

  it("yields a satisfiable block of L1 operations alone, in a full tree too", async () => {
    const { circuit } = await program("block16");
    await fc.assert(
      fc.asyncProperty(
        arbitraryBlockInput({ slotCount: 16, crypto: CRYPTO, shape: "sparse", maxGroups: 0 }),
        async (input) => {
          const { witness, claim } = claimedBlock(input);
          await expect(solveWitness(circuit, blockInputMap(claim, witness))).resolves.toBeDefined();
        },
      ),
      { numRuns: RUNS / 2 },
    );
  });
});
