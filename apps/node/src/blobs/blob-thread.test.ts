import { blobToCells, cellsToBlob, createBlobKzg } from "@cairn/blobs";
import { decodeSidecar } from "@cairn/blobs/format";
import { loadSidecarMaker } from "@cairn/blobs/native";
import { bytesToBigint, CELL_BYTES, cellsToBytes, evaluateCells } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BlobMaker } from "./blob-maker.ts";
import { createBlobThread } from "./blob-thread.ts";

const CELLS = [1n, 2n, 2n ** 208n - 1n];
const POINT = 12345n;

describe("blobs made in a thread of their own", () => {
  let maker: BlobMaker;
  beforeAll(() => {
    maker = createBlobThread();
  });
  afterAll(() => maker.stop());

  it("have the hash, the opening and the sidecar of the batch's cells", async () => {
    const bytes = cellsToBytes(CELLS);
    const [hash, { opening, sidecar: encoded }] = await Promise.all([maker.commit(bytes), maker.prepare(bytes, POINT)]);
    const sidecar = decodeSidecar(encoded);
    expect(blobToCells(sidecar.blob).slice(0, CELLS.length)).toEqual(CELLS);
    expect(sidecar.versionedHash).toEqual(hash);
    expect((await loadSidecarMaker()).isRight(sidecar)).toBe(true);
    const opened = {
      evaluation: bytesToBigint(opening.subarray(0, 32)),
      commitment: opening.subarray(32, 80),
      proof: opening.subarray(80, 128),
    };
    expect(opened.evaluation).toBe(evaluateCells(CELLS, POINT));
    expect(opened.commitment).toEqual(sidecar.commitment);
    expect(createBlobKzg().verify(opened, POINT)).toBe(true);
  });

  it("are checked against a hash, and only bytes of a blob's length", async () => {
    const hash = await maker.commit(cellsToBytes(CELLS));
    const [right, other] = [cellsToBlob(CELLS), cellsToBlob([1n])];
    expect(await Promise.all([maker.isBlobOf(hash, right), maker.isBlobOf(hash, other)])).toEqual([true, false]);
    const { commitment } = decodeSidecar((await maker.prepare(cellsToBytes(CELLS), POINT)).sidecar);
    const many = (blob: Uint8Array) => maker.areCommitted([right, blob].map((each) => ({ blob: each, commitment })));
    expect(await Promise.all([many(right), many(other)])).toEqual([true, false]);
    await expect(maker.isBlobOf(hash, right.subarray(1))).rejects.toMatchObject({ code: "blobs/bad-length" });
  });

  it("are refused with a typed error when the cells are no batch's", async () => {
    const many = new Uint8Array(4096 * CELL_BYTES).fill(1);
    await expect(maker.commit(many)).rejects.toMatchObject({ code: expect.stringMatching(/too-many/) });
  });
});
