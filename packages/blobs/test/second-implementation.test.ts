import { BLOB_MODULUS, bigintToHex, bytesToHex, CELL_BITS, MAX_BATCH_CELLS } from "@cairn/protocol";
import { loadKZG } from "kzg-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { type BlobKzg, type BlobOpening, cellsToBlob, createBlobKzg } from "../src/index.ts";

const POINT = 0x1234567890abcdefn ** 3n;
const FULL = Array.from({ length: MAX_BATCH_CELLS }, (_, i) => BigInt.asUintN(CELL_BITS, BigInt(i + 1) ** 31n));

describe("KZG against C code of other authors, compiled to WebAssembly", () => {
  let kzg: BlobKzg;
  let second: Awaited<ReturnType<typeof loadKZG>>;

  beforeAll(async () => {
    kzg = createBlobKzg();
    second = await loadKZG();
  });

  const verifiesThere = ({ evaluation, commitment, proof }: BlobOpening, point: bigint): boolean =>
    second.verifyKZGProof(
      bytesToHex(commitment),
      bigintToHex(point, 32),
      bigintToHex(evaluation, 32),
      bytesToHex(proof),
    );

  it.each([
    ["no cell", []],
    ["one cell", [5n]],
    ["a block of 16 slots", FULL.slice(0, 9)],
    ["a full blob", FULL],
  ])("commits alike, and what is opened here is accepted there: %s", (_, cells) => {
    const blob = cellsToBlob(cells);
    expect(bytesToHex(kzg.commit(blob))).toBe(second.blobToKZGCommitment(bytesToHex(blob)).toLowerCase());
    for (const point of [0n, 1n, POINT, BLOB_MODULUS - 1n]) {
      expect(verifiesThere(kzg.open(blob, point), point)).toBe(true);
    }
  });

  it("refuses the same openings", () => {
    const opening = kzg.open(cellsToBlob(FULL.slice(0, 9)), POINT);
    const other = kzg.open(cellsToBlob([1n, 2n]), POINT);
    const altered: readonly (readonly [string, BlobOpening, bigint])[] = [
      ["value", { ...opening, evaluation: opening.evaluation + 1n }, POINT],
      ["commitment", { ...opening, commitment: other.commitment }, POINT],
      ["proof", { ...opening, proof: other.proof }, POINT],
      ["point", opening, POINT + 1n],
    ];
    for (const [name, wrong, point] of altered) {
      expect([name, kzg.verify(wrong, point), verifiesThere(wrong, point)]).toEqual([name, false, false]);
    }
  });
});
