import { appendWebhookMessages, type Database, insertWebhook, type StoredPosition, storeTokens } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import {
  type Account,
  type AccountIndex,
  accountIndex,
  bigintToAddress,
  EMPTY_ACCOUNT,
  referenceToHex,
  textReference,
  tokenId,
} from "@cairn/protocol";
import { ROUTES, type RouteDefinition, WEBHOOK_ROUTES } from "@cairn/rpc";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLedgerWriter, type LedgerWriter, OWNER } from "../../test/ledger-writer.ts";
import { EMPTY_LOG } from "../../test/no-webhooks.ts";
import { storeBatch } from "../../test/stored-blocks.ts";
import { createManualClock } from "../clock.ts";
import { LOG_START } from "../events/position.ts";
import { listAccountsOfOwner } from "../sequencer/owner-accounts.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";
import { createWebhookHandlers } from "../webhooks/handlers.ts";
import type { Handlers, WebhookHandlers } from "./handlers.ts";
import { createSequencerHandlers, type SequencerHandlerDeps } from "./sequencer-handlers.ts";

const databases = createTestDatabases().server;
const BEFORE = 60;
const LIMIT = 20;
/** What arrives after a page, and in all. */
const [ARRIVING, ARRIVALS] = [500, 1000];
const REFERENCE = textReference("invoice 17");
const OWNER_TEXT = bigintToAddress(OWNER);
const WEBHOOK = "wh_1";

/** Tables of which any number of rows like the first can be made. */
type Growing = "blocks" | "batches" | "payouts" | "queue_entries";

describe("every list, while 1,000 entries arrive", () => {
  let database: Database;
  let handlers: Handlers & WebhookHandlers;
  let writer: LedgerWriter;
  const accounts: Account[] = [];
  let tokens = 0;
  let messages = 0;
  let position: StoredPosition = { ...LOG_START };

  beforeAll(async () => {
    await databases.start();
    database = await (await databases.create()).open();
    const clock = createManualClock(0);
    const deps = { database, clock, feeTokens: [], sequencer: sequencerOf(accounts) };
    handlers = {
      ...createSequencerHandlers(deps as unknown as SequencerHandlerDeps),
      ...createWebhookHandlers({
        source: { db: database.db, domain: { chainId: 1n, rollup: 1n }, nowMs: () => 0 },
        log: EMPTY_LOG,
        send: () => Promise.reject(new TypeError("nothing is sent")),
        allowsHttp: false,
        changed: () => undefined,
      }),
    };
    writer = createLedgerWriter(database);
    await writer.arrive(BEFORE, { reference: REFERENCE });
    for (let i = 0; i < BEFORE; i++) await writer.confirm(1);
    await storeBatch(database.db, 1, 1);
    await growBatches(1);
    for (let i = 0; i < BEFORE; i++) await writer.deposit(BEFORE - i);
    await arriveAccounts(BEFORE);
    await arriveTokens(BEFORE);
    await insertWebhook(database.db, webhook(), 1);
    await arriveMessages(BEFORE);
  });
  afterAll(() => databases.stop());

  /** Rows like the first one, with numbers of their own. */
  const grow = async (table: Growing, count: number, column: string, more: Readonly<Record<string, unknown>> = {}) => {
    const change = JSON.stringify(more);
    await sql`insert into ${sql.table(table)} select r.* from generate_series(1, ${sql.lit(count)}) i cross join lateral
      jsonb_populate_record((select t from ${sql.table(table)} t order by ${sql.ref(column)} limit 1),
        ${change}::jsonb || jsonb_build_object(${sql.lit(column)}::text,
        (select max(${sql.ref(column)}) from ${sql.table(table)}) + i)) r`.execute(database.db);
  };
  /** Batches of a block each, that wait to be proven, and their blocks. */
  const growBatches = async (count: number) => {
    await grow("blocks", count, "number");
    await sql`insert into batches select r.* from blocks b cross join lateral
      jsonb_populate_record((select t from batches t order by first_block limit 1),
        jsonb_build_object('first_block', b.number, 'last_block', b.number, 'proof_id', null)) r
      where b.number > (select max(first_block) from batches)`.execute(database.db);
  };
  const arriveAccounts = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const place = accounts.length;
      // Of two tokens; some with the owner's key, some without any.
      const [key, ownerKey] = [place % 3 === 0 ? 0n : 5n, place % 3 === 1];
      const own = { owner: OWNER, tokenId: tokenId(place % 2), balance: BigInt(place * place), key, ownerKey };
      accounts.push({ ...EMPTY_ACCOUNT, ...own });
    }
  };
  const arriveTokens = async (count: number): Promise<void> => {
    const made = Array.from({ length: count }, () => ({
      id: ++tokens,
      address: BigInt(1000 + tokens),
      symbol: `T${tokens}`,
      decimals: 6,
      readAtMs: 1,
    }));
    await storeTokens(database.db, made);
  };
  const arriveMessages = async (count: number): Promise<void> => {
    const to = { ...position, number: position.number + count };
    const made = Array.from({ length: count }, (_, i) => ({
      id: `msg_${++messages}`,
      type: "block.sealed",
      lanes: [],
      body: "{}",
      position: { number: position.number + i + 1, parts: 0 },
    }));
    expect(await appendWebhookMessages(database.db, WEBHOOK, { from: position, to }, made, 1)).toBe(true);
    position = to;
  };

  interface Page {
    readonly names: readonly (string | number | null)[];
    readonly next: string | null;
  }
  type Read = (page: { readonly limit: string; readonly cursor?: string }) => Promise<Page>;
  const all = async (read: Read): Promise<Page["names"]> => {
    const names: Page["names"][number][] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: Page = await read({ limit: "100", ...(cursor === "" ? {} : { cursor }) });
      names.push(...page.names);
      cursor = page.next;
    }
    return names;
  };

  /** Pages through a list and lets many entries arrive after each page. */
  const walk = async (read: Read, arrive: (count: number) => Promise<unknown>): Promise<void> => {
    const before = await all(read);
    expect(before.length).toBeGreaterThanOrEqual(BEFORE);
    const seen: Page["names"][number][] = [];
    let left = ARRIVALS;
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: Page = await read({ limit: String(LIMIT), ...(cursor === "" ? {} : { cursor }) });
      seen.push(...page.names);
      cursor = page.next;
      if (cursor === null || left === 0) continue;
      await arrive(ARRIVING);
      left -= ARRIVING;
    }
    expect(left, "the list ended too early").toBe(0);
    expect(new Set(seen).size, "an entry was shown twice").toBe(seen.length);
    const known = new Set(before);
    expect(seen.filter((name) => known.has(name))).toEqual(before);
    expect((await all(read)).length - before.length).toBeGreaterThanOrEqual(ARRIVALS);
  };
  const common = { params: undefined, body: undefined, headers: undefined } as const;
  const history = ({ entries, next }: Awaited<ReturnType<Handlers["ownerHistory"]>>): Page => ({
    names: entries.map(({ type, id, queuePosition }) => `${type} ${id ?? queuePosition}`),
    next,
  });
  const transactions = (count: number) => writer.arrive(count, { reference: REFERENCE });

  const walks: Readonly<Record<string, () => Promise<void>>> = {
    accounts: () =>
      walk(async (page) => {
        const query = ROUTES.accounts.query.parse({ owner: OWNER_TEXT, ...page });
        const { accounts: found, next } = await handlers.accounts({ ...common, query });
        return { names: found.map(({ index }) => index), next };
      }, arriveAccounts),
    ownerBalances: async () => {
      // A page sums up at most 1,000 accounts.
      await arriveAccounts(2000 - accounts.length);
      const sums = new Map<number, Record<"balance" | "ownerKeyBalance" | "keylessBalance" | "accounts", bigint>>();
      let pages = 0;
      for (let cursor: string | null = ""; cursor !== null; pages++) {
        const query = ROUTES.ownerBalances.query.parse(cursor === "" ? {} : { cursor });
        const params = { owner: OWNER_TEXT };
        const { balances, next } = await handlers.ownerBalances({ ...common, params, query });
        for (const one of balances) {
          const sum = sums.get(one.tokenId);
          sums.set(one.tokenId, {
            balance: (sum?.balance ?? 0n) + BigInt(one.balance),
            ownerKeyBalance: (sum?.ownerKeyBalance ?? 0n) + BigInt(one.ownerKeyBalance),
            keylessBalance: (sum?.keylessBalance ?? 0n) + BigInt(one.keylessBalance),
            accounts: (sum?.accounts ?? 0n) + BigInt(one.accounts),
          });
        }
        if (pages === 0) await arriveAccounts(ARRIVALS);
        cursor = next;
      }
      expect(pages).toBe(3);
      const total = (token: number, keep: (account: Account) => boolean = () => true) =>
        accounts.reduce((sum, one) => sum + (one.tokenId === token && keep(one) ? one.balance : 0n), 0n);
      for (const token of [0, 1]) {
        expect(sums.get(token)).toEqual({
          balance: total(token),
          ownerKeyBalance: total(token, ({ ownerKey }) => ownerKey),
          keylessBalance: total(token, ({ key }) => key === 0n),
          accounts: 1500n,
        });
      }
      expect([...sums.keys()].sort()).toEqual([0, 1]);
    },
    accountHistory: () =>
      walk(async (page) => {
        const query = ROUTES.accountHistory.query.parse(page);
        return history(await handlers.accountHistory({ ...common, params: { index: 64 }, query }));
      }, transactions),
    ownerHistory: () =>
      walk(async (page) => {
        const query = ROUTES.ownerHistory.query.parse(page);
        return history(await handlers.ownerHistory({ ...common, params: { owner: OWNER_TEXT }, query }));
      }, transactions),
    referenceTransactions: () =>
      walk(async (page) => {
        const query = ROUTES.referenceTransactions.query.parse(page);
        const params = { reference: referenceToHex(REFERENCE) };
        const { transactions: found, next } = await handlers.referenceTransactions({ ...common, params, query });
        return { names: found.map(({ id }) => id), next };
      }, transactions),
    deposits: () =>
      walk(
        async (page) => {
          const query = ROUTES.deposits.query.parse({ owner: OWNER_TEXT, ...page });
          const { deposits, next } = await handlers.deposits({ ...common, query });
          return { names: deposits.map(({ position: at }) => at), next };
        },
        // All in the same second.
        (count) => grow("queue_entries", count, "index", { enqueued_at: 1_800_000_000 }),
      ),
    queue: () =>
      walk(
        async (page) => {
          const query = ROUTES.queue.query.parse(page);
          const { entries, next } = await handlers.queue({ ...common, query });
          return { names: entries.map(({ position: at }) => at), next };
        },
        (count) => grow("queue_entries", count, "index"),
      ),
    blocks: () =>
      walk(
        async (page) => {
          const { blocks, next } = await handlers.blocks({ ...common, query: ROUTES.blocks.query.parse(page) });
          return { names: blocks.map(({ number }) => number), next };
        },
        (count) => grow("blocks", count, "number"),
      ),
    batches: () =>
      walk(async (page) => {
        const { batches, next } = await handlers.batches({ ...common, query: ROUTES.batches.query.parse(page) });
        return { names: batches.map(({ firstBlock }) => firstBlock), next };
      }, growBatches),
    payouts: async () => {
      await grow("payouts", BEFORE, "position");
      await walk(
        async (page) => {
          const { payouts, next } = await handlers.payouts({ ...common, query: ROUTES.payouts.query.parse(page) });
          return { names: payouts.map(({ block, position: at }) => `${block} ${at}`), next };
        },
        (count) => grow("payouts", count, "position"),
      );
    },
    tokens: () =>
      walk(async (page) => {
        const { tokens: found, next } = await handlers.tokens({ ...common, query: ROUTES.tokens.query.parse(page) });
        return { names: found.map(({ id }) => id), next };
      }, arriveTokens),
    events: () =>
      walk(async (page) => {
        const query = ROUTES.events.query.parse(page);
        const { events, next, isEnd } = await handlers.events({ ...common, query });
        return { names: events.map(({ cursor }) => cursor), next: isEnd ? null : next };
      }, transactions),
    webhookMessages: () =>
      walk(async (page) => {
        const query = WEBHOOK_ROUTES.webhookMessages.query.parse(page);
        const { messages: found, next } = await handlers.webhookMessages({ ...common, params: { id: WEBHOOK }, query });
        return { names: found.map(({ id }) => id), next };
      }, arriveMessages),
  };

  it("is one of these: a list that is not walked here fails", () => {
    const routes: [string, RouteDefinition][] = Object.entries({ ...ROUTES, ...WEBHOOK_ROUTES });
    const lists = routes.filter(([, { method, query }]) => {
      return method === "GET" && query !== undefined && "shape" in query && "cursor" in Object(query.shape);
    });
    expect(Object.keys(walks).sort()).toEqual(lists.map(([name]) => name).sort());
  });

  it.each(Object.entries(walks))("shows each that was there once, in its order: %s", (_name, walked) => walked());
});

/** As much of a sequencer as lists of accounts need. */
function sequencerOf(accounts: readonly Account[]): Sequencer {
  const state = {
    nextIndex: () => 64 + accounts.length,
    getAccount: (index: AccountIndex) => accounts[index - 64] ?? EMPTY_ACCOUNT,
  };
  const stored = {
    nextIndex: state.nextIndex,
    *entriesOfOwner(_owner: bigint, from = 0) {
      for (let at = Math.max(0, from - 64); at < accounts.length; at++) {
        yield { index: accountIndex(64 + at), tokenId: accounts[at]?.tokenId ?? tokenId(0) };
      }
    },
  };
  return {
    state: () => state,
    status: () => ({ openBlock: null, lastBlock: 1 }),
    listAccounts: (query) => listAccountsOfOwner(stored, state, query),
  } as Partial<Sequencer> as Sequencer;
}

function webhook() {
  const none = { account: null, owner: null, reference: null, types: [], oldSecret: null, paused: null };
  const idle = { position: { ...LOG_START }, failures: 0, retryAtMs: 0, lastDeliveredAtMs: null, lastFailure: null };
  return {
    id: WEBHOOK,
    url: "https://shop.example/hook",
    description: "",
    secret: new Uint8Array(32),
    createdAtMs: 1,
    ...none,
    ...idle,
  };
}
