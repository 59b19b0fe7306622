import { cellsToBlob, createBlobKzg } from "@cairn/blobs";
import type { StoredBlock } from "@cairn/db";
import { describe, expect, it } from "vitest";
import { openingOf, sealOf } from "../../test/stored-blocks.ts";
import { createBlobMaker } from "../blobs/blob-maker.ts";
import type { DataMode } from "../data-modes.ts";
import { calldataOf, cellsOf } from "./content.ts";
import { cheaperPlace, createPlacer, MAX_CALLDATA_BYTES } from "./place.ts";

const GWEI = 10n ** 9n;
const opening = openingOf(1);
const blocks: readonly StoredBlock[] = [
  { ...opening, origin: "own", status: "sealed", provenAtMs: null, finalAtMs: null, seal: sealOf(opening) },
];

describe("the cheaper place of a batch's cells", () => {
  it("is a blob once the bytes cost more than opening it, whatever gas costs, while blobs are nearly free", () => {
    for (const gasWei of [1n, GWEI, 500n * GWEI]) {
      const prices = { gasWei, blobGasWei: 0n };
      expect(cheaperPlace(3000, prices)).toBe("calldata");
      expect(cheaperPlace(3500, prices)).toBe("blob");
    }
  });

  it("is calldata when blobs are dear or unknown, unless the cells do not fit there", () => {
    const dear = { gasWei: GWEI, blobGasWei: 40n * GWEI };
    expect(cheaperPlace(3500, dear)).toBe("calldata");
    expect(cheaperPlace(100_000, dear)).toBe("calldata");
    expect(cheaperPlace(MAX_CALLDATA_BYTES + 1, dear)).toBe("blob");
    expect(cheaperPlace(100_000, { gasWei: GWEI, blobGasWei: null })).toBe("calldata");
  });

  it("takes into account that much calldata costs more a byte", () => {
    // 16 gas a byte beside the verification: 1.6 million. 40 gas where the data dominate: 4 million.
    const prices = { gasWei: GWEI, blobGasWei: 20n * GWEI };
    expect(cheaperPlace(50_000, prices)).toBe("calldata");
    expect(cheaperPlace(100_000, prices)).toBe("blob");
  });
});

describe("the placer", () => {
  const place = (mode: DataMode, blobGasWei: bigint | null, maxBlobGasWei = 200n * GWEI) =>
    createPlacer({ mode, blobs: createBlobMaker(), prices: () => ({ gasWei: GWEI, blobGasWei }), maxBlobGasWei })({
      blocks,
    });
  const inCalldata = { dataSource: "calldata", dataCommitment: calldataOf(blocks).commitment };

  it("commits to the cells where it puts them", async () => {
    expect(await place("calldata", 1n)).toEqual(inCalldata);
    const { dataSource, dataCommitment } = await place("blob", null);
    expect(dataSource).toBe("blob");
    expect(createBlobKzg().isBlobOf(dataCommitment, cellsToBlob(cellsOf(blocks)))).toBe(true);
  });

  it("puts a small batch into calldata by itself, and any batch while blobs cost more than is offered", async () => {
    expect(await place("auto", 1n)).toEqual(inCalldata);
    expect(await place("auto", 2n, 2n)).toEqual(inCalldata);
    expect(await place("auto", null)).toEqual(inCalldata);
  });
});
