import { evaluateDataWords, FIELD_MODULUS, MAX_ACCOUNTS, publicInput, publicInputPreimage } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bigintToWords, bytesToWords } from "../../src/witness-parts.ts";
import { runGadget } from "../support/gadget.ts";

const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const field = fc.bigInt(0n, FIELD_MODULUS - 1n);
const RUNS = { numRuns: 25 };

describe("data", () => {
  it("is the polynomial of the words at the point", async () => {
    const extra = fc.record({ owner: uint(160), key: field });
    await fc.assert(
      fc.asyncProperty(
        fc.array(uint(104), { minLength: 16, maxLength: 16 }),
        fc.array(extra, { minLength: 4, maxLength: 4 }),
        uint(248),
        async (slots, extras, point) => {
          const words = [...slots, ...extras.flatMap(({ owner, key }) => [owner, key])];
          expect(await runGadget("data", { slots, extras, point })).toBe(evaluateDataWords(words, point));
        },
      ),
      RUNS,
    );
  });
});

describe("public_input", () => {
  it("equals publicInput", async () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const nextIndex = fc.integer({ min: 64, max: MAX_ACCOUNTS });
    const fields = fc.record({
      domain: fc.record({ chainId: uint(64), rollup: uint(160) }),
      firstBlock: uint(64),
      timestamp: uint(64),
      oldRoot: field,
      oldNextIndex: nextIndex,
      newRoot: field,
      newNextIndex: nextIndex,
      queueHashBefore: hash,
      queueHashAfter: hash,
      l1OperationCount: fc.integer({ min: 0, max: 64 }),
      payoutsHash: hash,
      txRoot: field,
      feeIndices: fc.uint8Array({ minLength: 12, maxLength: 12 }),
      dataPoint: uint(248),
      dataEvaluation: field,
    });
    await fc.assert(
      fc.asyncProperty(fields, async (drawn) => {
        const all = { ...drawn, lastBlock: drawn.firstBlock };
        expect(publicInputPreimage(all)).toHaveLength(332);
        const output = await runGadget("public_input", {
          header: {
            chainId: bigintToWords(all.domain.chainId, 2),
            rollup: bigintToWords(all.domain.rollup, 5),
            blockNumber: bigintToWords(all.firstBlock, 2),
            timestamp: bigintToWords(all.timestamp, 2),
            queueHashBefore: bytesToWords(all.queueHashBefore),
            oldNextIndex: all.oldNextIndex,
            dataPoint: bigintToWords(all.dataPoint, 8),
          },
          results: {
            oldRoot: all.oldRoot,
            newRoot: all.newRoot,
            newNextIndex: all.newNextIndex,
            queueHashAfter: bytesToWords(all.queueHashAfter),
            l1Count: all.l1OperationCount,
            payoutsHash: bytesToWords(all.payoutsHash),
            txRoot: all.txRoot,
            feeIndices: bytesToWords(all.feeIndices),
            dataEvaluation: all.dataEvaluation,
          },
        });
        expect(output).toBe(publicInput(all));
      }),
      { numRuns: 10 },
    );
  });
});
