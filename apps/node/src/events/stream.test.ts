import { once } from "node:events";
import { connect } from "node:net";
import { type Database, loadEvents, pruneEvents } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { streamMessageSchema } from "@cairn/rpc";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { countQueries } from "../../test/counted-queries.ts";
import { type EventServer, linesOf, listen, ownerText, readAll, serveEvents } from "../../test/event-scene.ts";
import { createLedgerWriter, type LedgerWriter, OTHER_OWNER, OWNER } from "../../test/ledger-writer.ts";
import { createManualClock } from "../clock.ts";

const databases = createTestDatabases().server;
const cursorOf = (...numbers: (number | string)[]) => Buffer.from(`events:${numbers.join(":")}`).toString("base64url");

describe("the stream of events", () => {
  let database: Database;
  let writer: LedgerWriter;
  let server: EventServer;
  const endings: (() => Promise<void>)[] = [];
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    database = await (await databases.create()).open();
    writer = createLedgerWriter(database);
    server = await serveEvents(database);
  });
  afterEach(async () => {
    for (const end of endings.splice(0)) await end();
    await server.stop();
  });

  const hear = async (options: Parameters<typeof listen>[1] = {}) => {
    const listener = await listen(server, options);
    endings.push(listener.stop);
    return listener;
  };

  it("tells each of 1,000 payments once, in order, to a client that loses its connection again and again", async () => {
    const payments = 1000;
    const { heard } = await hear({ owner: ownerText(OWNER) });
    for (let arrived = 0; arrived < payments; arrived += 20) {
      await writer.arrive(20);
      await writer.confirm(13);
      if (arrived % 60 === 0) server.cut();
    }
    const received = () =>
      heard.flatMap((event) =>
        event.type === "entry" && event.status === "received" && event.entry.id !== null
          ? [BigInt(event.entry.id)]
          : [],
      );
    await expect.poll(() => received().length, { timeout: 20_000 }).toBe(payments);
    expect(received()).toEqual(Array.from({ length: payments }, (_, i) => BigInt(1000 + i)));
    expect(heard.filter(({ type }) => type === "disconnected").length).toBeGreaterThan(5);
    expect(heard.filter(({ type }) => type === "reset")).toEqual([]);
    const whole = await readAll(server, { owner: ownerText(OWNER), limit: 100 });
    await expect.poll(() => linesOf(heard).length).toBe(whole.length);
    const brief = (events: readonly object[]) =>
      events.map((event) => ("cursor" in event && "atMs" in event ? event.cursor : ""));
    expect(brief(heard.filter(({ type }) => type === "entry"))).toEqual(brief(whole));
  });

  it("goes on behind a cursor after a restart of the node", async () => {
    await writer.arrive(3);
    const first = await hear({ cursor: cursorOf(0, 0, 9999) });
    await expect.poll(() => linesOf(first.heard).length).toBe(3);
    const last = first.heard.at(-1);
    const cursor = last !== undefined && "cursor" in last ? last.cursor : "";
    await server.stop();
    await writer.arrive(2);
    server = await serveEvents(database);
    const second = await hear({ cursor });
    await writer.arrive(1);
    await expect.poll(() => linesOf(second.heard).length).toBe(3);
    expect(linesOf(second.heard).map((line) => Number(line.split(" ")[2]))).toEqual([1003, 1004, 1005]);
  });

  it("goes on inside a block, between two of its entries", async () => {
    await writer.arrive(6);
    await writer.confirm(6);
    const all = await readAll(server, { owner: ownerText(OWNER), limit: 100 });
    for (const [i, event] of all.entries()) {
      const rest = await readAll(server, { owner: ownerText(OWNER), cursor: event.cursor, limit: 2 });
      expect(rest).toEqual(all.slice(i + 1));
    }
    expect(all.filter((event) => event.type === "entry" && event.status === "sealed").length).toBeGreaterThan(6);
  });

  it("says that a block was dropped and what became of its transactions, and tells the new one", async () => {
    const { heard } = await hear();
    await writer.arrive(2);
    await writer.confirm(2);
    await writer.rebuild(1, 1);
    await expect.poll(() => linesOf(heard).length).toBe(16);
    expect(linesOf(heard).map((line) => line.replace(/ in .*/, ""))).toEqual([
      ...["withdraw none 1000 received", "transfer none 1001 received"],
      ...["block 1 open", "withdraw none 1000 confirmed", "transfer none 1001 confirmed", "block 1 sealed"],
      ...["withdraw none 1000 received", "transfer none 1001 received", "block 1 dropped", "payout none #null removed"],
      ...["block 1 open", "withdraw none 1000 confirmed", "block 1 sealed"],
      ...["block 2 open", "transfer none 1001 confirmed", "block 2 sealed"],
    ]);
  });

  it("tells an owner, an account or a reference what concerns it, never what concerns others alone", async () => {
    const reference = 77n;
    const listeners = {
      owner: await hear({ owner: ownerText(OTHER_OWNER) }),
      account: await hear({ account: 65 }),
      reference: await hear({ reference: `0x${reference.toString(16).padStart(62, "0")}` }),
      nobody: await hear({ owner: ownerText(0xdeadn) }),
      both: await hear({ owner: ownerText(OWNER), account: 65 }),
    };
    await writer.arrive(12);
    await writer.deposit(5);
    await writer.confirm(12);
    await expect.poll(() => linesOf(listeners.owner.heard).length).toBe(12);
    const toOther = [1001, 1005, 1007, 1011];
    for (const line of linesOf(listeners.owner.heard)) {
      expect(toOther).toContain(Number(line.split(" ")[2]));
      expect(line).toMatch(/^transfer in /);
    }
    const idsOf = (name: keyof typeof listeners) =>
      [...new Set(linesOf(listeners[name].heard).map((line) => Number(line.split(" ")[2])))].sort();
    await expect.poll(() => idsOf("account")).toEqual([1001, 1002, 1004, 1005, 1007, 1008, 1010, 1011]);
    // Transfers from the owner to itself: its side of account 65.
    await expect.poll(() => idsOf("both")).toEqual([1002, 1004, 1008, 1010]);
    expect(linesOf(listeners.both.heard).filter((line) => !line.startsWith("transfer in "))).toEqual([]);
    expect([linesOf(listeners.nobody.heard), linesOf(listeners.reference.heard)]).toEqual([[], []]);
    await writer.arrive(1, { reference });
    await expect.poll(() => linesOf(listeners.reference.heard).length).toBe(1);
  });

  it("tells an owner of the fees and payouts that its account loses with a block, and of nobody else's", async () => {
    await writer.arrive(1);
    await writer.confirm(1);
    const mine = await hear({ owner: ownerText(OWNER) });
    const theirs = await hear({ owner: ownerText(OTHER_OWNER) });
    await writer.rebuild(1, 1);
    await expect
      .poll(() => linesOf(mine.heard).map((line) => line.replace(/ in \S+$/, "")))
      .toEqual([
        "withdraw out 1000 received",
        "payout in #null removed",
        "withdraw out 1000 confirmed",
        "withdraw out 1000 sealed",
        "payout in 1000 sealed",
      ]);
    expect(linesOf(theirs.heard)).toEqual([]);
  });

  it("tells what a reorg of L1 took away, and what came instead, to those whom it concerns", async () => {
    await writer.deposit(5);
    const mine = await hear({ owner: ownerText(OWNER) });
    const theirs = await hear({ owner: ownerText(OTHER_OWNER) });
    await writer.replaceDeposit(0, OTHER_OWNER);
    await expect.poll(() => linesOf(theirs.heard)).toEqual(["deposit in #0 received in null"]);
    await expect.poll(() => linesOf(mine.heard)).toEqual(["deposit in #0 removed in null"]);
  });

  it("refuses cursors of other lists and of no form, and resets those that it cannot go on from", async () => {
    await writer.arrive(5);
    const history = Buffer.from("history:1:0:1").toString("base64url");
    for (const cursor of [history, cursorOf(-1, 0, 0), cursorOf(1), cursorOf(1, 2, 3, 4), cursorOf("x", 1, 1)]) {
      await expect(server.client.events({ cursor }), cursor).rejects.toMatchObject({
        details: { apiCode: "bad-request" },
      });
      await expect(listen(server, { cursor }), cursor).rejects.toMatchObject({ details: { apiCode: "bad-request" } });
    }
    for (const cursor of [cursorOf(Number.MAX_SAFE_INTEGER, 1, 1), cursorOf(6, 1, 1), cursorOf(3, 1, 9999)]) {
      const { events, next, isEnd } = await server.client.events({ cursor });
      expect([events, isEnd]).toEqual([[{ type: "reset", cursor: next }], true]);
      const { heard } = await hear({ cursor });
      await expect.poll(() => heard.map(({ type }) => type)).toEqual(["connected", "reset"]);
    }
    const { heard } = await hear({ cursor: cursorOf(6, 1, 1) });
    await writer.arrive(1);
    await expect.poll(() => linesOf(heard)).toEqual(["reset", "transfer none 1005 received in null"]);
  });

  it("resets a cursor whose events were removed, also while somebody reads them", async () => {
    await writer.arrive(300);
    const [first] = (await server.client.events({ limit: 1 })).events;
    await sql`update events set at_ms = 1`.execute(database.db);
    await pruneEvents(database.db, 1000, 200);
    const cursor = first?.cursor ?? "";
    const page = await server.client.events({ cursor });
    expect(page.events).toEqual([{ type: "reset", cursor: page.next }]);
    expect((await server.client.events({ cursor: page.next })).events).toEqual([]);
    // The oldest that is kept; nothing says that there was more.
    const oldest = await readAll(server, { limit: 100 });
    expect(oldest).toHaveLength(100);
    const start = await server.feed.log.start();
    await pruneEvents(database.db, 1000, 50);
    const fresh = await serveEvents(database);
    endings.push(fresh.stop);
    expect(await fresh.feed.log.read(start.number)).toBeNull();
  });

  it("resets cursors of a lost node, although the restored one has events with the same numbers", async () => {
    await writer.arrive(4);
    const [, second] = (await server.client.events({ limit: 2 })).events;
    const restored = await (await databases.create()).open();
    await new Promise((later) => setTimeout(later, 2));
    await createLedgerWriter(restored).arrive(4);
    expect(await loadEvents(restored.db, 0, 10)).toHaveLength(4);
    const other = await serveEvents(restored);
    endings.push(other.stop);
    expect((await other.client.events({ cursor: second?.cursor ?? "" })).events).toMatchObject([{ type: "reset" }]);
  });

  it("cuts off a client that does not read, and tells the others everything meanwhile", async () => {
    const clock = createManualClock(Date.now());
    const own = await serveEvents(database, clock);
    endings.push(own.stop);
    const { port } = new URL(own.url);
    const slow = connect(Number(port), "127.0.0.1");
    slow.on("error", () => undefined);
    const key = "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
    slow.write(
      `GET /v1/stream?cursor=${cursorOf(0, 0, 9999)} HTTP/1.1\r\nhost: node\r\nconnection: upgrade\r\nupgrade: websocket\r\n${key}\r\n\r\n`,
    );
    await once(slow, "data");
    slow.pause();
    const other = await listen(own);
    endings.push(other.stop);
    expect(own.stream.clients()).toBe(2);
    const isClosed = once(slow, "close");
    for (let i = 0; i < 20; i++) {
      await writer.arrive(500);
      own.feed.poke();
    }
    await expect.poll(() => linesOf(other.heard).length, { timeout: 20_000 }).toBe(10_000);
    clock.advance(20_000);
    // The other one answers its ping.
    await expect.poll(() => other.heard.length).toBe(10_001);
    await new Promise((later) => setTimeout(later, 50));
    clock.advance(20_000);
    slow.resume();
    await isClosed;
    expect(own.stream.clients()).toBe(1);
    await writer.arrive(1);
    own.feed.poke();
    await expect.poll(() => linesOf(other.heard).length).toBe(10_001);
  });

  it("refuses nonsense: unknown and repeated filters, and messages of clients", async () => {
    const url = `${server.url.replace("http", "ws")}/v1/stream`;
    for (const query of [
      "acount=1",
      "account=1&account=2",
      "account=-1",
      "account=16777216",
      "owner=0x12",
      "reference=0x",
      "cursor=%20",
    ]) {
      const refused = once(new WebSocket(`${url}?${query}`), "error");
      expect(String((await refused)[0]), query).toContain("400");
    }
    const talkative = new WebSocket(url);
    await once(talkative, "open");
    talkative.send("{}");
    expect((await once(talkative, "close"))[0]).toBe(1008);
    const long = new WebSocket(url);
    await once(long, "open");
    long.send("x".repeat(2000));
    await once(long, "close");
    await expect.poll(server.stream.clients).toBe(0);
  });

  it("reads a block once for all clients, and nothing for those who wait", async () => {
    const counted = countQueries(database);
    const own = await serveEvents(counted.database);
    endings.push(own.stop);
    const costWith = async (clients: number): Promise<number> => {
      const listeners = await Promise.all(
        Array.from({ length: clients }, (_, i) => listen(own, { account: 64 + (i % 2) })),
      );
      counted.take();
      await writer.arrive(10);
      await writer.confirm(10);
      await expect.poll(() => listeners.map(({ heard }) => linesOf(heard).length > 10)).not.toContain(false);
      const cost = counted.take();
      for (const { stop } of listeners) await stop();
      return cost;
    };
    const [one, many] = [await costWith(2), await costWith(40)];
    expect(many).toBeLessThan(3 * one);
  });

  it("begins with a heartbeat, which says from where it can be continued before anything happens", async () => {
    await writer.arrive(2);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/stream`);
    const message = streamMessageSchema.parse(JSON.parse(String((await once(socket, "message"))[0])));
    expect(message.type).toBe("heartbeat");
    await writer.arrive(1);
    const { events } = await server.client.events({ cursor: message.cursor });
    expect(linesOf(events)).toEqual(["transfer none 1002 received in null"]);
    expect((await server.client.events({ from: "now" })).events).toEqual([]);
    socket.terminate();
  });

  it("bounds what a page of a filter that matches nothing examines", async () => {
    await writer.arrive(3000);
    const page = await server.client.events({ owner: ownerText(0xdeadn) });
    expect(page).toMatchObject({ events: [], isEnd: false });
    expect(await readAll(server, { owner: ownerText(0xdeadn) })).toEqual([]);
    expect((await server.client.events({ cursor: page.next, owner: ownerText(OWNER), limit: 1 })).events).toHaveLength(
      1,
    );
  });
});
