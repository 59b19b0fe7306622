import { FIELD_MODULUS, MAX_ACCOUNTS, publicInput, publicInputPreimage } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bigintToWords, bytesToWords } from "../../src/witness-parts.ts";
import { runGadget } from "../support/gadget.ts";

const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const field = fc.bigInt(0n, FIELD_MODULUS - 1n);
const RUNS = { numRuns: 25 };

describe("data", () => {
  it("words are the published bytes in order", async () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const rows = (count: number, width: number) =>
      fc.array(fc.array(byte, { minLength: width, maxLength: width }), { minLength: count, maxLength: count });
    await fc.assert(
      fc.asyncProperty(rows(4, 3), rows(8, 13), rows(2, 52), async (fees, slots, extras) => {
        const output = await runGadget("data", {
          feeIndices: fees.map((row) => row.map(BigInt)),
          slots: slots.map((row) => row.map(BigInt)),
          extras: extras.map((row) => bytesToWords(Uint8Array.from(row))),
        });
        const all = Uint8Array.from([fees, slots, extras].flat(2));
        expect(output).toEqual(bytesToWords(all).map(BigInt));
      }),
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
      dataHash: hash,
      payoutsHash: hash,
      txRoot: field,
    });
    await fc.assert(
      fc.asyncProperty(fields, async (drawn) => {
        const all = { ...drawn, lastBlock: drawn.firstBlock };
        expect(publicInputPreimage(all)).toHaveLength(288);
        const output = await runGadget("public_input", {
          header: {
            chainId: bigintToWords(all.domain.chainId, 2),
            rollup: bigintToWords(all.domain.rollup, 5),
            blockNumber: bigintToWords(all.firstBlock, 2),
            timestamp: bigintToWords(all.timestamp, 2),
            queueHashBefore: bytesToWords(all.queueHashBefore),
            oldNextIndex: all.oldNextIndex,
          },
          results: {
            oldRoot: all.oldRoot,
            newRoot: all.newRoot,
            newNextIndex: all.newNextIndex,
            queueHashAfter: bytesToWords(all.queueHashAfter),
            l1Count: all.l1OperationCount,
            dataHash: bytesToWords(all.dataHash),
            payoutsHash: bytesToWords(all.payoutsHash),
            txRoot: all.txRoot,
          },
        });
        expect(output).toBe(publicInput(all));
      }),
      { numRuns: 10 },
    );
  });
});
