import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blobToCells, createBlobKzg } from "@cairn/blobs";
import { type BlobAccess, readBlob } from "@cairn/l1";
import { hexToBytes } from "@cairn/protocol";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import archiveVector from "../../../../vectors/archive.json" with { type: "json" };
import rebuildVector from "../../../../vectors/rebuild.json" with { type: "json" };
import { blobAccessOf } from "./blob-access.ts";

const logger = pino({ level: "silent" });
const kzg = createBlobKzg();
/** Where nobody answers. */
const SILENT = "http://127.0.0.1:1";
const MAINNET = { l1RpcUrl: SILENT, chainId: 1 };
const [blob = { versionedHash: "0x", cells: [] }] = rebuildVector.blobs;
const query = { versionedHash: hexToBytes(blob.versionedHash), l1Block: 107, l1Timestamp: 1_700_000_000 };

describe("who has the blobs of others", () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cairn-blobs-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const access = (settings: { beaconUrls?: string[]; blobArchives?: string[]; chainId?: number }) =>
    blobAccessOf({ beaconUrls: [], blobArchives: [], ...MAINNET, ...settings }, kzg, logger);
  const read = async (blobs: BlobAccess | undefined): Promise<bigint[]> => {
    const { sources, kzg } = blobs ?? expect.unreachable();
    const cells = blobToCells(await readBlob(sources, query, { kzg }));
    return cells.slice(0, blob.cells.length);
  };

  it("is nobody, unless someone is named or the chain is one for development", () => {
    expect(access({})).toBeUndefined();
    expect(access({ chainId: 31337 })?.sources).toHaveLength(1);
    expect(access({ beaconUrls: [SILENT, SILENT] })?.sources).toHaveLength(2);
  });

  it("are archives where no beacon API answers, also those that come into a folder later", async () => {
    const folder = join(dir, "archives");
    mkdirSync(folder);
    const blobs = access({ beaconUrls: [SILENT], blobArchives: [folder] });
    await expect(read(blobs)).rejects.toMatchObject({
      code: "l1/blob-unavailable",
      details: { problems: [{ type: "unavailable" }, { type: "absent" }] },
    });
    writeFileSync(join(folder, "batches-0000000001.cairn"), hexToBytes(archiveVector.archive));
    expect(await read(blobs)).toEqual(blob.cells.map(BigInt));
    const file = join(dir, "any.cairn");
    writeFileSync(file, hexToBytes(archiveVector.archive));
    expect(await read(access({ blobArchives: [file] }))).toEqual(blob.cells.map(BigInt));
  });
});
