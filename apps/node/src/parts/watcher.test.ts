import type { Database } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { connectReader } from "@cairn/l1";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createManualClock } from "../clock.ts";
import { loadConfig } from "../config/config.ts";
import { createPartList, type PartContext } from "./part.ts";
import { createWatcherPart } from "./watcher.ts";

const databases = createTestDatabases().server;
/** Where nobody answers. */
const SILENT = "http://127.0.0.1:1";

describe("the watcher of a node", () => {
  let database: Database;
  beforeAll(async () => {
    await databases.start();
    database = await (await databases.create()).open();
  });
  afterAll(() => databases.stop());

  /** Warnings of its start, and its readiness. */
  const begin = async (isBlobSourceNamed: boolean) => {
    const warnings: string[] = [];
    const logger = pino({}, { write: (line: string) => warnings.push(JSON.parse(line).msg) });
    const settings = { CAIRN_CHAIN_ID: "1", CAIRN_ROLLUP: `0x${"11".repeat(20)}`, CAIRN_L1_RPC_URL: SILENT };
    const context: PartContext = {
      config: loadConfig({ ...settings, CAIRN_ROLES: "watcher", DATABASE_URL: "postgres://127.0.0.1/none" }),
      clock: createManualClock(0),
      child: () => logger,
      registry: new Registry(),
      has: (role) => role === "watcher",
      fail: (error) => expect.unreachable(String(error)),
    };
    const rollup = { reader: connectReader(SILENT, 1), address: `0x${"11".repeat(20)}` as const };
    const l1 = {
      rollup,
      isReachable: false,
      blobs: { sources: [], kzg: { isBlobOf: () => false } },
      isBlobSourceNamed,
    };
    const domain = { chainId: 1n, rollup: 1n };
    const parts = createPartList(logger);
    await parts.start(createWatcherPart(context, { keeper: null, database, domain, slotCount: 16 }, l1));
    const readiness = parts.readiness();
    await parts.stop();
    return { warnings, readiness };
  };

  it("warns, and says in its readiness, when nobody is named who has the blobs of others", async () => {
    const { warnings, readiness } = await begin(false);
    expect(warnings).toContain("no source of blobs is configured");
    expect(readiness).toMatchObject({ blobs: { isReady: true, state: "no source is configured" } });
    const named = await begin(true);
    expect(named.warnings).not.toContain("no source of blobs is configured");
    expect(named.readiness).not.toHaveProperty("blobs");
  });
});
