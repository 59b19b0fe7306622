import { type Database, insertPaymentRequest, listWebhookMessages, pruneEvents, skipWaitingMessages } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { accountIndex, tokenId } from "@cairn/protocol";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ownerText, readAll } from "../../test/event-scene.ts";
import { createLedgerWriter, type LedgerWriter, OTHER_OWNER, OWNER } from "../../test/ledger-writer.ts";
import { type Receiver, startReceiver, startWebhookNode, type WebhookNode } from "../../test/webhook-scene.ts";
import { createManualClock, type ManualClock } from "../clock.ts";
import { lanesOf } from "./lanes.ts";

const databases = createTestDatabases().server;
const MINUTE_MS = 60_000;
const WAIT = { timeout: 30_000, interval: 5 };

describe("webhooks of a node", () => {
  let database: Database;
  let writer: LedgerWriter;
  let clock: ManualClock;
  let node: WebhookNode;
  let receiver: Receiver;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    database = await (await databases.create()).open();
    writer = createLedgerWriter(database);
    clock = createManualClock(Date.now());
    node = await startWebhookNode(database, clock);
    receiver = await startReceiver(clock);
  });
  afterEach(async () => {
    await node.stop();
    await receiver.close();
  });

  /** Polls while time passes. */
  const poll = <T>(read: () => T | Promise<T>, stepMs = 500) =>
    expect.poll(() => {
      clock.advance(stepMs);
      return read();
    }, WAIT);
  const create = async (body: object = {}) => {
    const { status, body: made } = await node.call("createWebhook", { body: { url: receiver.url, ...body } });
    expect(status).toBe(200);
    receiver.secret = made.secret;
    return made.webhook.id;
  };
  const show = async (id: string) => (await node.call("webhook", { id })).body;
  const cursors = () =>
    receiver.heard.flatMap(({ webhook: { message }, status }) =>
      status === 200 && message.data !== null ? [message.data.cursor] : [],
    );
  const restart = async () => {
    await node.stop();
    node = await startWebhookNode(database, clock);
  };

  it("tell all that the log says, each message once and signed, while nothing fails", async () => {
    const id = await create({ owner: ownerText(OWNER) });
    await writer.arrive(30);
    await writer.confirm(20);
    await writer.rebuild(1, 7);
    const whole = (await readAll(node.server, { owner: ownerText(OWNER), limit: 100 })).map(({ cursor }) => cursor);
    await poll(() => receiver.heard.length).toBe(whole.length);
    expect(cursors().sort()).toEqual(whole.sort());
    expect(new Set(receiver.taken()).size).toBe(whole.length);
    expect(receiver.rejected).toBe(0);
    expect(receiver.heard.map(({ webhook }) => webhook.message)).toContainEqual(
      expect.objectContaining({ type: "entry.received", webhook: id, chainId: 31337, requests: [] }),
    );
    await poll(() => show(id)).toMatchObject({ waiting: 0, dead: 0, failures: 0, lastFailure: null });
  });

  it("lose nothing while the receiver is down for an hour, and keep the order of every account", async () => {
    const id = await create();
    const port = Number(new URL(receiver.url).port);
    const { secret } = receiver;
    await receiver.close();
    for (let minute = 0; minute < 60; minute++) {
      await writer.arrive(2);
      if (minute % 10 === 0) await writer.confirm(15);
      clock.advance(MINUTE_MS);
      await restartAt(minute);
    }
    await poll(() => show(id)).toMatchObject({ lastDeliveredAtMs: null, lastFailure: { reason: expect.any(String) } });
    receiver = await startReceiver(clock, port);
    receiver.secret = secret;
    const whole = await readAll(node.server, { limit: 100 });
    await poll(() => new Set(receiver.taken()).size).toBe(whole.length);
    const lanes = Map.groupBy(
      receiver.heard.flatMap(({ webhook: { message } }) => {
        const { data } = message;
        return data === null ? [] : lanesOf(data).map((lane) => ({ lane, cursor: data.cursor }));
      }),
      ({ lane }) => lane,
    );
    const order = new Map(whole.map(({ cursor }, i) => [cursor, i]));
    for (const [lane, told] of lanes) {
      const places = told.map(({ cursor }) => order.get(cursor) ?? -1);
      expect(places, lane).toEqual([...places].sort((a, b) => a - b));
    }
  });
  const restartAt = async (minute: number) => {
    if (minute === 20 || minute === 40) await restart();
  };

  it("send a message again whose answer was lost, with the same id and body, also after a restart", async () => {
    await create();
    receiver.answer = () => (receiver.heard.length < 3 ? null : 200);
    await writer.arrive(1);
    await poll(() => receiver.heard.length).toBe(1);
    await restart();
    await poll(() => receiver.taken().length).toBe(1);
    const [first, ...others] = receiver.heard.map(({ webhook }) => webhook);
    expect(others.length).toBeGreaterThan(1);
    for (const other of others) expect(other).toEqual(first);
  });

  it("give up a message that the receiver refuses, and go on behind it; it can be sent again", async () => {
    const id = await create({ types: ["entry.received"] });
    const refused = new Set<string>();
    receiver.answer = (one) => {
      if (refused.size === 0) refused.add(one.id);
      return refused.has(one.id) ? 422 : 200;
    };
    await writer.arrive(3);
    await poll(() => show(id), 5000).toMatchObject({ waiting: 0, dead: 1, failures: 0 });
    expect(receiver.heard.filter(({ status }) => status === 422)).toHaveLength(8);
    expect(receiver.taken()).toHaveLength(2);
    const { body: dead } = await node.call("webhookMessages", { id, query: "?state=dead" });
    expect(dead.messages).toMatchObject([
      { id: [...refused][0], state: "dead", attempts: 8, lastFailure: "status 422" },
    ]);
    receiver.answer = () => 200;
    expect((await node.call("retryWebhookMessages", { id, body: {} })).body).toEqual({ count: 1 });
    await poll(() => receiver.taken().length).toBe(3);
    expect(receiver.taken().at(-1)).toBe([...refused][0]);
  });

  it("do not give up a message because the receiver is out of order, however long", async () => {
    const id = await create();
    receiver.answer = () => 500;
    await writer.arrive(1);
    await poll(() => receiver.heard.length, MINUTE_MS).toBeGreaterThan(1);
    for (let hour = 0; hour < 30; hour++) {
      const before = receiver.heard.length;
      await poll(() => receiver.heard.length, 10 * MINUTE_MS).toBeGreaterThan(before);
      clock.advance(50 * MINUTE_MS);
    }
    expect(await show(id)).toMatchObject({ waiting: 1, dead: 0 });
  });

  it("go on when the clock is set back, with what waits and with what comes", async () => {
    const id = await create();
    receiver.answer = () => 503;
    await writer.arrive(1);
    await poll(() => show(id)).toMatchObject({ failures: 1 });
    clock.jumpTo(clock.nowMs() - 24 * 60 * MINUTE_MS);
    receiver.answer = () => 200;
    await writer.arrive(1);
    const startMs = clock.nowMs();
    await poll(() => receiver.taken().length).toBe(2);
    expect(clock.nowMs() - startMs).toBeLessThan(30 * MINUTE_MS);
  });

  it("give up a message on which the receiver fails for a day although it lives", async () => {
    const id = await create();
    receiver.answer = ({ message }) => (message.type === "ping" ? 200 : 500);
    await writer.arrive(1);
    await poll(() => show(id), 30 * MINUTE_MS).toMatchObject({ waiting: 0, dead: 1 });
    expect(receiver.heard.filter(({ status }) => status === 500).length).toBeGreaterThanOrEqual(12);
    expect(receiver.heard.at(-1)?.webhook.message.type).toBe("ping");
  });

  it("come back when the receiver says so, are paused when it is gone, and wait while they are paused", async () => {
    const id = await create();
    receiver.headers["retry-after"] = "1800";
    receiver.answer = () => 503;
    await writer.arrive(1);
    await poll(() => receiver.heard.length).toBe(1);
    const startMs = clock.nowMs();
    delete receiver.headers["retry-after"];
    receiver.answer = () => 410;
    await poll(() => receiver.heard.length, MINUTE_MS).toBe(2);
    expect(clock.nowMs() - startMs).toBeGreaterThan(1_700_000);
    await poll(() => show(id)).toMatchObject({ paused: "gone", waiting: 1 });
    receiver.answer = () => 200;
    clock.advance(60 * MINUTE_MS);
    expect((await node.call("changeWebhook", { id, body: { isPaused: false } })).body).toMatchObject({ paused: null });
    await poll(() => receiver.taken().length).toBe(1);
    await node.call("changeWebhook", { id, body: { isPaused: true } });
    await writer.arrive(1);
    clock.advance(60 * MINUTE_MS);
    expect(receiver.taken()).toHaveLength(1);
    await node.call("changeWebhook", { id, body: { isPaused: false } });
    await poll(() => receiver.taken().length).toBe(2);
  });

  it("tell again what happened after a cursor or a time, and say when the log does not have it", async () => {
    const id = await create();
    await writer.arrive(5);
    await poll(() => receiver.taken().length).toBe(5);
    const first = receiver.taken();
    const third = receiver.heard[2]?.webhook.message.data?.cursor;
    expect((await node.call("replayWebhook", { id, body: { from: third } })).status).toBe(200);
    await poll(() => receiver.taken().length).toBe(7);
    expect(receiver.taken().slice(5)).toEqual(first.slice(3));
    await node.call("replayWebhook", { id, body: { sinceMs: 0 } });
    await poll(() => receiver.taken().length).toBe(12);
    expect(receiver.taken().slice(7)).toEqual(first);
    expect((await node.call("replayWebhook", { id, body: {} })).status).toBe(400);
    await pruneEvents(database.db, -1000, 3);
    expect((await node.call("replayWebhook", { id, body: { sinceMs: 0 } })).status).toBe(410);
  });

  it("say that something is missing when the log has forgotten what they were not told", async () => {
    const id = await create();
    await node.call("changeWebhook", { id, body: { isPaused: true } });
    // A turn that had begun before still stores what it finds in the log.
    await restart();
    await writer.arrive(20);
    await pruneEvents(database.db, -1000, 10);
    await node.call("changeWebhook", { id, body: { isPaused: false } });
    await writer.arrive(1);
    await poll(() => receiver.heard.map(({ webhook }) => webhook.message.type)).toContain("reset");
    await writer.arrive(1);
    await poll(() => receiver.heard.at(-1)?.webhook.message.type).toBe("entry.received");
  });

  it("send nothing twice while the database cannot store what was taken", async () => {
    const id = await create();
    await sql`create sequence tries`.execute(database.db);
    await sql`create function fail() returns trigger language plpgsql as $$
      begin perform nextval('tries'); raise exception 'full'; end $$`.execute(database.db);
    await sql`create trigger fail before delete on webhook_messages for each row execute function fail()`.execute(
      database.db,
    );
    await writer.arrive(2);
    const tries = async () =>
      (await sql<{ readonly tries: number }>`select last_value as tries from tries`.execute(database.db)).rows[0]
        ?.tries;
    await poll(tries).toBeGreaterThan(5);
    await sql`drop trigger fail on webhook_messages`.execute(database.db);
    await poll(() => show(id)).toMatchObject({ waiting: 0 });
    expect(receiver.taken()).toHaveLength(2);
  });

  it("tell all after a place that they were shown, when they are to be told of more from there on", async () => {
    const id = await create({ account: 9999 });
    const whole = await create();
    await writer.arrive(3);
    // The other one has read them too by then, and stored nothing.
    await poll(() => show(whole), 50).toMatchObject({ waiting: 0, lastDeliveredAtMs: expect.any(Number) });
    await node.call("deleteWebhook", { id: whole });
    const { cursor } = await show(id);
    await node.call("changeWebhook", { id, body: { account: null } });
    await node.call("replayWebhook", { id, body: { from: cursor } });
    await writer.arrive(1);
    await poll(() => show(id)).toMatchObject({ failures: 1, waiting: 4 });
  });

  it("name the request for a payment that an entry pays", async () => {
    await create({ types: ["entry.confirmed", "entry.received"], reference: `0x${"0".repeat(61)}5` });
    const request = {
      account: accountIndex(65),
      owner: OTHER_OWNER,
      key: 1n,
      tokenId: tokenId(0),
      amount: 5n,
      reference: 5n,
      expiresAt: 2 ** 32,
      createdAtMs: 5,
    };
    await insertPaymentRequest(database.db, `0x${"7".repeat(64)}`, request, 5);
    await writer.arrive(2, { reference: 5n });
    await poll(() => receiver.taken().length).toBe(2);
    const told = () => receiver.heard.map(({ webhook }) => webhook.message.requests);
    const known = { id: `0x${"7".repeat(64)}`, amount: "5" };
    expect(told()).toContainEqual([{ ...known, status: "open", certainty: null, paid: "0" }]);
    await writer.confirm(2);
    await poll(() => receiver.taken().length).toBe(4);
    expect(told()).toContainEqual([{ ...known, status: "paid", certainty: "confirmed", paid: "5" }]);
  });

  it("keep what undid an account in order with what comes to it afterwards", async () => {
    const id = await create();
    receiver.answer = () => 503;
    await writer.arrive(1);
    await writer.confirm(1);
    await sql`update transactions set created_index = 70`.execute(database.db);
    await writer.rebuild(1, 1);
    const undoing = async () =>
      (await listWebhookMessages(database.db, id, "waiting", { after: 0, limit: 100 })).filter(
        ({ type, lanes }) => type === "entry.received" && lanes.includes("account 70"),
      ).length;
    await poll(undoing).toBe(1);
  });

  it("keep no more given up than an operator can look at: the oldest go", async () => {
    const id = await create();
    await sql`
      insert into webhook_messages
        (webhook_id, id, type, lanes, body, event_number, event_parts, created_at_ms, next_attempt_at_ms, dead_at_ms)
      select ${id}, 'msg_dead_' || n, 'ping', '[]', '{}', 0, 0, ${clock.nowMs()}::bigint, 0, ${clock.nowMs()}::bigint
      from generate_series(1, 10005) as n order by n
    `.execute(database.db);
    await poll(() => show(id)).toMatchObject({ waiting: 0, dead: 10_000 });
    const [oldest] = await listWebhookMessages(database.db, id, "dead", { after: 0, limit: 1 });
    expect(oldest?.id).toBe("msg_dead_6");
  });

  it("keep no more waiting than fits, and the rest in the log", async () => {
    const id = await create();
    receiver.answer = () => 503;
    await writer.arrive(1200);
    await poll(() => show(id), MINUTE_MS).toMatchObject({ waiting: 1000 });
    await poll(() => node.registry.metrics()).toMatch(/cairn_webhook_messages\{state="waiting"\} 1000/);
    const some = await listWebhookMessages(database.db, id, "waiting", { after: 0, limit: 1000 });
    await skipWaitingMessages(
      database.db,
      id,
      some.map((one) => one.id),
      0,
    );
    receiver.answer = () => 200;
    // One that is on its way when it is skipped may still arrive.
    const last = (await readAll(node.server, { limit: 100 })).slice(-200).map(({ cursor }) => cursor);
    await poll(() => last.filter((cursor) => !cursors().includes(cursor)), 10_000).toEqual([]);
    expect(receiver.taken().length).toBeLessThan(210);
  });
});
