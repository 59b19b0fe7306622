import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blobToCells, createBlobKzg } from "@cairn/blobs";
import type { Database } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type BlobAccess, readBlob } from "@cairn/l1";
import { hexToBytes } from "@cairn/protocol";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import archiveVector from "../../../../vectors/archive.json" with { type: "json" };
import rebuildVector from "../../../../vectors/rebuild.json" with { type: "json" };
import { blobAccessOf, createBlobMetrics, isBlobSourceNamed } from "./blob-access.ts";

const logger = pino({ level: "silent" });
const kzg = createBlobKzg();
/** Where nobody answers. */
const SILENT = "http://127.0.0.1:1";
const MAINNET = { l1RpcUrl: SILENT, chainId: 1 };
const [blob = { versionedHash: "0x", cells: [] }] = rebuildVector.blobs;
const query = { versionedHash: hexToBytes(blob.versionedHash), l1Block: 107, l1Timestamp: 1_700_000_000 };

const databases = createTestDatabases().server;

describe("who has the blobs of others", () => {
  let dir: string;
  let database: Database;

  beforeAll(async () => {
    await databases.start();
    database = await (await databases.create()).open();
  });
  afterAll(() => databases.stop());
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cairn-blobs-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  interface Settings {
    readonly beaconUrls?: readonly string[];
    readonly archives?: readonly string[];
    readonly archiveDir?: string;
    readonly chainId?: number;
  }
  const settingsOf = ({ beaconUrls = [], archives = [], archiveDir, ...rest }: Settings) => {
    return { ...MAINNET, beaconUrls: [...beaconUrls], archives: [...archives], archiveDir, ...rest };
  };
  const access = (settings: Settings, registry = new Registry()) => {
    const metrics = createBlobMetrics(registry);
    return blobAccessOf(settingsOf(settings), { database, kzg, logger, metrics });
  };
  const read = async (blobs: BlobAccess): Promise<bigint[]> => {
    const cells = blobToCells(await readBlob(blobs.sources, query, { ...blobs, attempts: 1 }));
    return cells.slice(0, blob.cells.length);
  };

  it("is the node alone, unless someone is named or the chain is one for development", () => {
    const described = (settings: Settings) => [
      access(settings).sources.length,
      isBlobSourceNamed(settingsOf(settings)),
    ];
    expect(described({})).toEqual([1, false]);
    expect(described({ chainId: 31337 })).toEqual([2, true]);
    expect(described({ beaconUrls: [SILENT, SILENT] })).toEqual([3, true]);
    expect(described({ archives: [dir] })).toEqual([2, true]);
    // What the node itself archives helps it after its data are lost, and nobody before.
    expect(described({ archiveDir: dir })).toEqual([2, false]);
  });

  it("are counted by what was wrong with their answers, the node's own lack of strangers' blobs apart", async () => {
    const registry = new Registry();
    const blobs = access({ beaconUrls: [SILENT], archives: [dir] }, registry);
    await expect(read(blobs)).rejects.toMatchObject({ code: "l1/blob-unavailable" });
    const counted = await registry.getSingleMetricAsString("cairn_blob_source_problems_total");
    for (const line of ['"absent"} 1', '"unavailable"} 1', '"wrong"} 0']) expect(counted).toContain(line);
  });

  it("are archives where no beacon API answers, also those that come into a folder later", async () => {
    const folder = join(dir, "archives");
    mkdirSync(folder);
    expect(await read(access({ chainId: 1 })).catch(({ code }) => code)).toBe("l1/blob-unavailable");
    const blobs = access({ beaconUrls: [SILENT], archives: [folder] });
    await expect(read(blobs)).rejects.toMatchObject({
      code: "l1/blob-unavailable",
      details: { problems: [{ type: "absent" }, { type: "unavailable" }, { type: "absent" }] },
    });
    writeFileSync(join(folder, "batches-0000000001.cairn"), hexToBytes(archiveVector.archive));
    expect(await read(blobs)).toEqual(blob.cells.map(BigInt));
    expect(await read(access({ archiveDir: folder }))).toEqual(blob.cells.map(BigInt));
    const file = join(dir, "any.cairn");
    writeFileSync(file, hexToBytes(archiveVector.archive));
    expect(await read(access({ archives: [file] }))).toEqual(blob.cells.map(BigInt));
  });
});
