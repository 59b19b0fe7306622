import { type Database, findTokenAt, listTokens } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { createL1Access } from "@cairn/l1";
import { addressToBigint, tokenId } from "@cairn/protocol";
import { ROUTES } from "@cairn/rpc";
import { pino } from "pino";
import { createTestClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTokenHandlers } from "../api/token-handlers.ts";
import { createManualClock } from "../clock.ts";
import type { Poller } from "../poller.ts";
import { createTokenReader } from "./tokens.ts";

const databases = createTestDatabases().server;
const cacheDir = process.env.CAIRN_CACHE_DIR ?? new URL("../../../../.cache", import.meta.url).pathname;
const HOUR_MS = 3_600_000;
/** Cyrillic letters. */
const FALSE_ETH = "\u0415\u0422\u041d";

describe("the tokens of a rollup", () => {
  const clock = createManualClock(HOUR_MS);
  let database: Database;
  let devnet: DevRollup;
  let reader: Poller;

  const symbols = async () => (await listTokens(database.db, { from: 1, limit: 100 })).map(({ symbol }) => symbol);
  const list = async (query: Readonly<Record<string, string>> = {}) => {
    const { tokens } = createTokenHandlers(database, [tokenId(0), tokenId(1)]);
    const parsed = { query: ROUTES.tokens.query.parse(query), params: undefined, body: undefined };
    return ROUTES.tokens.response.parse(await tokens(parsed));
  };
  const l1 = () =>
    createTestClient({ mode: "anvil", chain: devnet.rollup.reader.chain, transport: http(devnet.rpcUrl) });

  beforeAll(async () => {
    await databases.start();
    database = await (await databases.create()).open();
    devnet = await startDevRollup({ cacheDir, sizes: [16] });
    const logger = pino({ level: "silent" });
    reader = createTokenReader({ database, access: createL1Access(devnet.rollup, { attempts: 1 }), clock, logger });
  });
  afterAll(async () => {
    await devnet.stop();
    await databases.stop();
  });

  it("are read once they are registered, and found by number and contract", async () => {
    await reader.poll();
    expect(await symbols()).toEqual([]);
    const usd = await devnet.createToken("USD", 6);
    await devnet.createToken("EUR", 2);
    await reader.poll();
    expect(await symbols()).toEqual(["USD", "EUR"]);
    expect(await findTokenAt(database.db, addressToBigint(usd.address))).toMatchObject({ id: 1, decimals: 6 });
  });

  it("show symbols as untrusted text, and say what they could be taken for", async () => {
    for (const symbol of [FALSE_ETH, "U$D\u200b", "USD", "\u001b[31mred"]) await devnet.createToken(symbol, 18);
    await reader.poll();
    const { tokens } = await list();
    expect(tokens.map(({ id, symbol, resembles, paysFees }) => [id, symbol, resembles, paysFees])).toEqual([
      [0, "ETH", null, true],
      [1, "USD", null, true],
      [2, "EUR", null, false],
      [3, "???", "ETH", false],
      [4, expect.stringContaining("?"), expect.anything(), false],
      [5, "USD", "USD", false],
      [6, expect.not.stringContaining("\u001b"), null, false],
    ]);
    expect(tokens.filter(({ isSymbolAltered }) => isSymbolAltered).map(({ id }) => id)).toEqual([3, 4, 6]);
  });

  it("are paged, ETH first, none lost or doubled", async () => {
    const ids: number[] = [];
    for (let cursor: string | undefined, pages = 0; pages < 10; pages++) {
      const page = await list({ limit: "2", ...(cursor === undefined ? {} : { cursor }) });
      ids.push(...page.tokens.map(({ id }) => id));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(ids).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("follow L1 where a reorg gives a young number to another contract, or takes it away", async () => {
    const id = await l1().snapshot();
    await devnet.createToken("GONE", 0);
    await devnet.createToken("LATER", 0);
    await reader.poll();
    expect((await symbols()).slice(6)).toEqual(["GONE", "LATER"]);
    await l1().revert({ id });
    await devnet.createToken("INSTEAD", 3);
    await reader.poll();
    expect((await symbols()).slice(6)).toEqual(["INSTEAD"]);
    const { token } = createTokenHandlers(database, []);
    const params = ROUTES.token.params.parse({ id: "8" });
    await expect(token({ params, query: undefined, body: undefined })).rejects.toMatchObject({ code: "not-found" });
  });

  it("are read a bounded number at a time, however many anyone registers", async () => {
    for (let i = 0; i < 40; i++) await devnet.createToken(`T${"ABCDEFGHIJ"[i % 10]}`, 0);
    await reader.poll();
    expect(await symbols()).toHaveLength(7 + 32);
    await reader.poll();
    expect(await symbols()).toHaveLength(47);
  });
});
