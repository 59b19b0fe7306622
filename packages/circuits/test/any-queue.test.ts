import { publicInput } from "@cairn/protocol";
import { arbitraryBlockInput } from "@cairn/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockInputMap, solveWitness } from "../src/index.ts";
import { blockProgram } from "./support/cache.ts";
import { claimFields } from "./support/claim.ts";
import { CRYPTO } from "./support/crypto.ts";
import { provableBlock } from "./support/sample-block.ts";

/** Blocks of each kind. */
const RUNS = process.env.CAIRN_TEST_ALL === undefined ? 10 : 100;

describe("any queue on any state", () => {
  it("yields a satisfiable block", async () => {
    const { circuit } = await blockProgram(16);
    await fc.assert(
      fc.asyncProperty(arbitraryBlockInput({ slotCount: 16, crypto: CRYPTO }), async (input) => {
        const { witness, publicInput: claimed, newRoot, block } = provableBlock(input);
        expect(publicInput(claimFields(witness, { newRoot, newNextIndex: block.newNextIndex }))).toBe(claimed);
        await expect(solveWitness(circuit, blockInputMap(claimed, witness))).resolves.toBeDefined();
      }),
      { numRuns: RUNS },
    );
  });

  it("yields a satisfiable block of L1 operations alone, in a full tree too", async () => {
    const { circuit } = await blockProgram(16);
    await fc.assert(
      fc.asyncProperty(
        arbitraryBlockInput({ slotCount: 16, crypto: CRYPTO, shape: "sparse", maxGroups: 0 }),
        async (input) => {
          const { witness, publicInput: claimed } = provableBlock(input);
          await expect(solveWitness(circuit, blockInputMap(claimed, witness))).resolves.toBeDefined();
        },
      ),
      { numRuns: RUNS / 2 },
    );
  });
});
