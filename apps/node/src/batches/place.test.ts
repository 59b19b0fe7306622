import { cellsToBlob, createBlobKzg } from "@cairn/blobs";
import type { StoredBlock, StoredPayout } from "@cairn/db";
import { describe, expect, it } from "vitest";
import { openingOf, payoutsOf, sealOf } from "../../test/stored-blocks.ts";
import { type BlobMaker, createBlobMaker } from "../blobs/blob-maker.ts";
import { calldataOf, cellsOf } from "./content.ts";
import { type BatchBytes, cheaperPlace, createPlacer, type DataTerms, MAX_CALLDATA_BYTES } from "./place.ts";

const GWEI = 10n ** 9n;
const opening = openingOf(1);
const blocks: readonly StoredBlock[] = [
  { ...opening, origin: "own", status: "sealed", provenAtMs: null, finalAtMs: null, seal: sealOf(opening) },
];

const only = (cells: number): BatchBytes => ({ cells, lists: 0 });

describe("the cheaper place of a batch's cells", () => {
  it("is a blob once the bytes cost more than opening it, whatever gas costs, while blobs are nearly free", () => {
    for (const gasWei of [1n, GWEI, 500n * GWEI]) {
      const prices = { gasWei, blobGasWei: 0n };
      expect(cheaperPlace(only(3000), prices)).toBe("calldata");
      expect(cheaperPlace(only(3500), prices)).toBe("blob");
    }
  });

  it("is calldata when blobs are dear or unknown, unless the cells do not fit there", () => {
    const dear = { gasWei: GWEI, blobGasWei: 40n * GWEI };
    expect(cheaperPlace(only(3500), dear)).toBe("calldata");
    expect(cheaperPlace(only(100_000), dear)).toBe("calldata");
    expect(cheaperPlace(only(MAX_CALLDATA_BYTES + 1), dear)).toBe("blob");
    expect(cheaperPlace(only(100_000), { gasWei: GWEI, blobGasWei: null })).toBe("calldata");
  });

  it("takes into account that much calldata costs more a byte", () => {
    // 16 gas a byte beside the verification: 1.6 million. 40 gas where the data dominate: 4 million.
    const prices = { gasWei: GWEI, blobGasWei: 20n * GWEI };
    expect(cheaperPlace(only(50_000), prices)).toBe("calldata");
    expect(cheaperPlace(only(100_000), prices)).toBe("blob");
  });

  it("counts payouts and L1 operations, which are in calldata either way", () => {
    const lists = MAX_CALLDATA_BYTES - 3000;
    expect(cheaperPlace({ cells: 3000, lists }, { gasWei: GWEI, blobGasWei: null })).toBe("calldata");
    expect(cheaperPlace({ cells: 3001, lists }, { gasWei: GWEI, blobGasWei: null })).toBe("blob");
    // 40 gas a byte where the data dominate.
    const free = { gasWei: GWEI, blobGasWei: 0n };
    expect([cheaperPlace(only(3000), free), cheaperPlace({ cells: 3000, lists }, free)]).toEqual(["calldata", "blob"]);
  });
});

/** Committing to a blob takes a second. */
const UNCOMMITTED: Pick<BlobMaker, "commit"> = { commit: () => Promise.resolve(new Uint8Array(32)) };

describe("the placer", () => {
  const stored = (count: number): StoredPayout[] =>
    payoutsOf(1, count).map(({ recipient, amount }, position) => {
      const nowhere = { l1Transaction: null, l1Block: null, isFromArchive: false };
      const settling = { status: "owed", ...nowhere, leftGas: null, atMs: 1 } as const;
      return { blockNumber: 1, position, slot: null, recipient, tokenId: 0, amount, ...settling };
    });
  const place = (
    dataMode: DataTerms["dataMode"],
    blobGasWei: bigint | null,
    {
      maxBlobGasWei = 200n * GWEI,
      maxGasWei = 200n * GWEI,
      payouts = 0,
      l1OperationCount = 0,
      copies = 1,
      blobs = UNCOMMITTED,
    } = {},
  ) =>
    createPlacer({ blobs, prices: () => ({ gasWei: GWEI, blobGasWei }) })(
      {
        blocks: Array(copies)
          .fill(blocks)
          .flat()
          .map((block: StoredBlock) => ({ ...block, l1OperationCount })),
        payouts: stored(payouts),
      },
      { dataMode, maxBlobGasWei, maxGasWei },
    );
  const inCalldata = { dataSource: "calldata", dataCommitment: calldataOf(blocks).commitment };

  it("commits to the cells where it puts them", async () => {
    expect(await place("calldata", 1n)).toEqual(inCalldata);
    const { dataSource, dataCommitment } = await place("blob", null, { blobs: await createBlobMaker() });
    expect(dataSource).toBe("blob");
    expect(createBlobKzg().isBlobOf(dataCommitment, cellsToBlob(cellsOf(blocks)))).toBe(true);
  });

  it("puts a small batch into calldata by itself, and any batch while blobs cost more than is offered", async () => {
    expect(await place("auto", 1n)).toEqual(inCalldata);
    expect(await place("auto", 2n, { maxBlobGasWei: 2n })).toEqual(inCalldata);
    expect(await place("auto", null)).toEqual(inCalldata);
  });

  it("begins no blob transaction while gas costs more than its first offer, unless there is no other place", async () => {
    const [cheaperInBlob, tooLarge] = [{ payouts: 2700, copies: 5 }, { payouts: 2800 }];
    expect(await place("auto", 1n, cheaperInBlob)).toMatchObject({ dataSource: "blob" });
    expect(await place("auto", 1n, { ...cheaperInBlob, maxGasWei: GWEI + 1n })).toMatchObject({ dataSource: "blob" });
    expect(await place("auto", 1n, { ...cheaperInBlob, maxGasWei: GWEI })).toMatchObject({ dataSource: "calldata" });
    expect(await place("auto", 1n, { ...tooLarge, maxGasWei: GWEI })).toMatchObject({ dataSource: "blob" });
  });

  it.each([
    ["payouts", { payouts: 2800 }],
    ["L1 operations", { l1OperationCount: 1474 }],
    ["both", { payouts: 1400, l1OperationCount: 740 }],
  ])("never puts cells into calldata where the transaction is full of %s", async (_what, lists) => {
    expect(await place("auto", null, lists)).toMatchObject({ dataSource: "blob" });
    expect(await place("auto", 10n, { ...lists, maxBlobGasWei: 2n })).toMatchObject({ dataSource: "blob" });
    expect(await place("blob", null, lists)).toMatchObject({ dataSource: "blob" });
    await expect(place("calldata", 1n, lists)).rejects.toMatchObject({ code: "node/bad-batch" });
  });
});
