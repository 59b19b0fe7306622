import { BLOB_MODULUS, bytesToHex, CELL_BITS, MAX_BATCH_CELLS } from "@cairn/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { cellsToBlob } from "./cells.ts";
import { createBlobKzg } from "./kzg.ts";
import { loadSidecarMaker } from "./native.ts";
import { createSidecarMaker } from "./sidecar.ts";
import { type BlobSidecar, CELL_PROOFS_PER_BLOB, decodeSidecar, encodeSidecar } from "./sidecar-bytes.ts";
import type { SidecarMaker } from "./sidecar-maker.ts";

/** Cells of a polynomial beyond degree 128, whose proofs are not all the neutral element. */
const SMALL_CELLS = Array.from({ length: 150 }, (_, i) => BigInt(i + 1));
const SMALL = cellsToBlob(SMALL_CELLS);
const INFINITY = Uint8Array.from({ length: 48 }, (_, i) => (i === 0 ? 0xc0 : 0));

describe("the sidecar of a blob", () => {
  let maker: SidecarMaker;
  let small: BlobSidecar;

  beforeAll(async () => {
    maker = await loadSidecarMaker();
    small = maker.make(SMALL);
  });

  it("is the same, and accepted alike, whether compiled code makes it or JavaScript, on every platform", () => {
    const other = createSidecarMaker();
    expect(other.make(SMALL)).toEqual(small);
    expect(other.isRight(small)).toBe(true);
    expect(other.isRight({ ...small, cellProofs: small.cellProofs.map((_, i, all) => all[i ^ 1] ?? INFINITY) })).toBe(
      false,
    );
  });

  it("comes with openings and checks that are those of JavaScript", () => {
    const kzg = createBlobKzg();
    const other = { blob: cellsToBlob([7n]), commitment: small.commitment };
    for (const { isBlobOf, areCommitted } of [kzg, maker]) {
      expect([isBlobOf(small.versionedHash, SMALL), isBlobOf(small.versionedHash, other.blob)]).toEqual([true, false]);
      expect([areCommitted([small, small]), areCommitted([small, other])]).toEqual([true, false]);
    }
    for (const point of [0n, 12345n ** 14n, BLOB_MODULUS - 1n]) {
      const opening = maker.open(SMALL, point);
      expect(opening).toEqual(kzg.open(SMALL, point));
      expect(kzg.verify(opening, point)).toBe(true);
    }
    for (const point of [-1n, BLOB_MODULUS]) {
      expect(() => maker.open(SMALL, point)).toThrow(expect.objectContaining({ code: "blobs/not-canonical" }));
    }
  });

  it("has the commitment and the name that openings use, and a proof for each cell", () => {
    const kzg = createBlobKzg();
    expect(small.commitment).toEqual(kzg.commit(SMALL));
    expect(kzg.isBlobOf(small.versionedHash, SMALL)).toBe(true);
    expect(small.cellProofs).toHaveLength(CELL_PROOFS_PER_BLOB);
    expect(maker.isRight(small)).toBe(true);
  });

  it("of zeros proves every cell with the neutral element", () => {
    expect(maker.make(SMALL, small.commitment)).toEqual(small);
    const zeros = maker.make(cellsToBlob([]));
    expect(new Set(zeros.cellProofs.map(bytesToHex))).toEqual(new Set([bytesToHex(INFINITY)]));
    expect(maker.isRight(zeros)).toBe(true);
  });

  it("of a full blob is right", () => {
    const full = Array.from({ length: MAX_BATCH_CELLS }, (_, i) => BigInt.asUintN(CELL_BITS, BigInt(i + 1) ** 29n));
    expect(maker.isRight(maker.make(cellsToBlob(full)))).toBe(true);
  });

  it("is not right with any part of another one", () => {
    const other = maker.make(cellsToBlob(SMALL_CELLS.map((cell) => cell ** 3n)));
    const [first = INFINITY, second = INFINITY, ...rest] = small.cellProofs;
    const altered: readonly (readonly [string, BlobSidecar])[] = [
      ["blob", { ...small, blob: other.blob }],
      ["commitment", { ...small, commitment: other.commitment }],
      ["commitment with its hash", { ...small, commitment: other.commitment, versionedHash: other.versionedHash }],
      ["hash", { ...small, versionedHash: other.versionedHash }],
      ["proofs", { ...small, cellProofs: other.cellProofs }],
      ["proofs exchanged", { ...small, cellProofs: [second, first, ...rest] }],
      ["a proof that is no point", { ...small, cellProofs: [new Uint8Array(48).fill(0xff), second, ...rest] }],
      ["a proof too few", { ...small, cellProofs: [second, ...rest] }],
    ];
    for (const [what, sidecar] of altered) expect(maker.isRight(sidecar), what).toBe(false);
  });

  it("comes back from its bytes", () => {
    const bytes = encodeSidecar(small);
    expect(bytes).toHaveLength(137_264);
    expect(decodeSidecar(bytes)).toEqual(small);
    expect(() => decodeSidecar(bytes.subarray(1))).toThrow(expect.objectContaining({ code: "blobs/bad-length" }));
  });

  it("refuses bytes that are no blob", () => {
    const over = new Uint8Array(131_072).fill(0xff);
    for (const take of [maker.make, maker.commit, (blob: Uint8Array) => maker.open(blob, 1n)]) {
      expect(() => take(new Uint8Array(5))).toThrow(expect.objectContaining({ code: "blobs/bad-length" }));
      expect(() => take(over)).toThrow(expect.objectContaining({ code: "blobs/not-canonical" }));
    }
  });
});
