import {
  BLOB_MODULUS,
  bigintToHex,
  bytesToHex,
  CELL_BITS,
  evaluateCells,
  hexToBytes,
  MAX_BATCH_CELLS,
} from "@cairn/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { cellsToBlob } from "./cells.ts";
import { type BlobKzg, createBlobKzg } from "./kzg.ts";
import { type BlobOpening, encodeOpening } from "./opening.ts";
import { versionedHash } from "./versioned-hash.ts";

/** The neutral element of the group, compressed. */
const INFINITY = hexToBytes(`0xc0${"00".repeat(47)}`);
const POINT = 0x1234567890abcdefn ** 3n;
const FULL = Array.from({ length: MAX_BATCH_CELLS }, (_, i) => BigInt.asUintN(CELL_BITS, BigInt(i + 1) ** 29n));
/** As many cells as a block of 16 slots has. */
const BLOCK = FULL.slice(0, 9);

describe("KZG of a batch's blob", () => {
  let kzg: BlobKzg;
  /** Of {@link BLOCK} at {@link POINT}. */
  let opening: BlobOpening;

  beforeAll(() => {
    kzg = createBlobKzg();
    opening = kzg.open(cellsToBlob(BLOCK), POINT);
  });

  it.each([
    ["no cell", []],
    ["one cell", [5n]],
    ["a block of 16 slots", BLOCK],
    ["a full blob", FULL],
  ])("opens the polynomial of the cells: %s", (_, cells) => {
    const blob = cellsToBlob(cells);
    const opened = cells === BLOCK ? opening : kzg.open(blob, POINT);
    expect(opened.evaluation).toBe(evaluateCells(cells, POINT));
    expect(kzg.verify(opened, POINT)).toBe(true);
  });

  it("gives the commitments that another implementation gave", () => {
    const { commitment } = kzg.open(cellsToBlob([5n]), POINT);
    expect(bytesToHex(commitment)).toBe(
      "0xb0e7791fb972fe014159aa33a98622da3cdc98ff707965e536d8636b5fcc5ac7a91a8c46e59a00dca575af0f18fb13dc",
    );
    expect(bytesToHex(kzg.commit(cellsToBlob(FULL)))).toBe(
      "0xa940f98a99b7fa1b7bcd1accc133c472e9149d8b10782ce98ac97330a1837072b73b62740009bbc249049c1ecc06141e",
    );
  });

  it("opens at roots of unity and at the field's ends", () => {
    const cells = FULL.slice(0, 3);
    const blob = cellsToBlob(cells);
    for (const point of [0n, BLOB_MODULUS - 1n]) {
      const opened = kzg.open(blob, point);
      expect(opened.evaluation).toBe(evaluateCells(cells, point));
      expect(kzg.verify(opened, point)).toBe(true);
    }
    for (const point of [-1n, BLOB_MODULUS]) {
      expect(() => kzg.open(blob, point)).toThrow(expect.objectContaining({ code: "blobs/not-canonical" }));
    }
  });

  it("knows the blob of zeros: commitment and proof are infinity, the hash is the one that Ethereum knows", () => {
    expect(kzg.open(cellsToBlob([]), POINT)).toEqual({ evaluation: 0n, commitment: INFINITY, proof: INFINITY });
    expect(bytesToHex(versionedHash(INFINITY))).toBe(
      "0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014",
    );
  });

  it("refuses openings of which any part was altered", () => {
    const other = kzg.open(cellsToBlob([1n]), POINT);
    const altered: readonly (readonly [string, BlobOpening, bigint])[] = [
      ["value", { ...opening, evaluation: opening.evaluation + 1n }, POINT],
      ["commitment", { ...opening, commitment: other.commitment }, POINT],
      ["proof", { ...opening, proof: other.proof }, POINT],
      ["proof at infinity", { ...opening, proof: INFINITY }, POINT],
      ["commitment and proof at infinity", { ...opening, commitment: INFINITY, proof: INFINITY }, POINT],
      ["point", opening, POINT + 1n],
    ];
    for (const [name, wrong, point] of altered) {
      expect([name, kzg.verify(wrong, point)]).toEqual([name, false]);
    }
  });

  it("refuses numbers and points that have a second form", () => {
    expect(kzg.verify({ ...opening, evaluation: opening.evaluation + BLOB_MODULUS }, POINT)).toBe(false);
    expect(kzg.verify(opening, POINT + BLOB_MODULUS)).toBe(false);
    // No compression flag; x not below the base field's order; infinity with a sign.
    for (const bytes of [`0x${"00".repeat(48)}`, `0x9f${"ff".repeat(47)}`, `0xe0${"00".repeat(47)}`]) {
      expect([bytes, kzg.verify({ ...opening, proof: hexToBytes(bytes) }, POINT)]).toEqual([bytes, false]);
      expect([bytes, kzg.verify({ ...opening, commitment: hexToBytes(bytes) }, POINT)]).toEqual([bytes, false]);
    }
    // (0, 2) is on the curve and outside the prime-order group.
    const outside = hexToBytes(`0x80${"00".repeat(47)}`);
    expect(kzg.verify({ ...opening, commitment: outside }, POINT)).toBe(false);
    expect(() => kzg.verify({ ...opening, proof: INFINITY.subarray(1) }, POINT)).toThrow(
      expect.objectContaining({ code: "blobs/bad-length" }),
    );
  });

  it("tells a blob from the one that a hash names", () => {
    const [blob, other] = [cellsToBlob([1n]), cellsToBlob([2n])];
    const hash = versionedHash(kzg.commit(blob));
    expect(kzg.isBlobOf(hash, blob)).toBe(true);
    expect(kzg.isBlobOf(hash, other)).toBe(false);
    const otherVersion = Uint8Array.from(hash, (byte, i) => (i === 0 ? 2 : byte));
    expect(kzg.isBlobOf(otherVersion, blob)).toBe(false);
    expect(() => kzg.isBlobOf(hash, blob.subarray(1))).toThrow(expect.objectContaining({ code: "blobs/bad-length" }));
  });

  it("encodes an opening as the contract reads it", () => {
    const bytes = encodeOpening(opening);
    expect(bytesToHex(bytes)).toBe(
      `${bigintToHex(opening.evaluation, 32)}${bytesToHex(opening.commitment).slice(2)}${bytesToHex(opening.proof).slice(2)}`,
    );
    expect(() => encodeOpening({ ...opening, evaluation: BLOB_MODULUS })).toThrow(
      expect.objectContaining({ code: "blobs/not-canonical" }),
    );
  });
});
