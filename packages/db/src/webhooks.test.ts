import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { emptyTables } from "../test/empty-tables.ts";
import {
  appendWebhookMessages,
  countWebhookMessages,
  type Database,
  type Db,
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhookMessages,
  listWebhooks,
  loadWaitingMessages,
  type NewWebhookMessage,
  pruneDeadMessages,
  retryDeadMessages,
  rewindWebhook,
  rotateWebhookSecret,
  type SentMessages,
  type StoredPosition,
  type StoredWebhook,
  settleWebhookMessages,
  skipWaitingMessages,
  updateWebhook,
} from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const engines = createTestDatabases();
const START: StoredPosition = { number: 0, atMs: 0, parts: 9999 };
const at = (number: number, parts = 9999): StoredPosition => ({ number, atMs: number * 10, parts });

const WEBHOOK: StoredWebhook = {
  id: "wh_1",
  url: "https://shop.example/hook",
  description: "shop",
  account: 64,
  owner: 0xdeadn,
  reference: 7n,
  types: ["entry.final"],
  secret: new Uint8Array(32).fill(1),
  oldSecret: null,
  paused: null,
  position: START,
  failures: 0,
  retryAtMs: 0,
  lastDeliveredAtMs: null,
  lastFailure: null,
  createdAtMs: 5,
};
const message = (number: number, parts = 9999): NewWebhookMessage => ({
  id: `msg_${number}_${parts}`,
  type: "entry.final",
  lanes: ["account 64"],
  body: `{"n":${number}}`,
  position: { number, parts },
});
const SENT: SentMessages = { url: WEBHOOK.url, delivered: [], failed: [], failures: 0, retryAtMs: 0, isGone: false };

describe.each(["embedded", "server"] as const)("webhooks on the %s engine", (engine) => {
  let database: Database;
  let db: Db;
  beforeAll(async () => {
    await engines[engine].start();
    database = await (await engines[engine].create()).open();
    db = database.db;
  });
  afterAll(() => engines[engine].stop());
  beforeEach(async () => {
    await emptyTables(db);
    expect(await insertWebhook(db, WEBHOOK, 2)).toBe(true);
  });

  const append = (from: StoredPosition, to: StoredPosition, ...numbers: number[]) =>
    appendWebhookMessages(
      db,
      WEBHOOK.id,
      { from, to },
      numbers.map((number) => message(number)),
      100,
    );
  const waiting = () => loadWaitingMessages(db, WEBHOOK.id, 100);
  const idsOf = async (state: "waiting" | "dead") =>
    (await listWebhookMessages(db, WEBHOOK.id, state, { after: 0, limit: 100 })).map(({ id }) => id);
  const settle = (change: Partial<SentMessages>, nowMs = 200) =>
    settleWebhookMessages(db, WEBHOOK.id, { ...SENT, ...change }, nowMs);
  const fail = (sequence: number, isDead = false) =>
    settle({ failed: [{ sequence, reason: "status 500", nextAttemptAtMs: 900, isDead }], failures: 1, retryAtMs: 300 });
  const sequenceOf = async (id: string) => (await waiting()).find((one) => one.id === id)?.sequence ?? -1;

  it("are stored as given, changed, and deleted with their messages", async () => {
    expect(await findWebhook(db, WEBHOOK.id)).toEqual(WEBHOOK);
    const change = { url: "https://b.example/", owner: null, types: [] };
    expect(await updateWebhook(db, WEBHOOK.id, change)).toBe(true);
    const secret = new Uint8Array(32).fill(2);
    expect(await rotateWebhookSecret(db, WEBHOOK.id, secret, 77)).toBe(true);
    const oldSecret = { secret: WEBHOOK.secret, untilMs: 77 };
    expect(await listWebhooks(db)).toEqual([{ ...WEBHOOK, ...change, secret, oldSecret }]);
    await append(START, at(1), 1);
    expect(await deleteWebhook(db, WEBHOOK.id)).toBe(true);
    expect(await waiting()).toEqual([]);
    expect(await findWebhook(db, WEBHOOK.id)).toBeUndefined();
    expect([await updateWebhook(db, WEBHOOK.id, { paused: null }), await deleteWebhook(db, WEBHOOK.id)]).toEqual([
      false,
      false,
    ]);
  });

  it("are no more than allowed", async () => {
    expect(await insertWebhook(db, { ...WEBHOOK, id: "wh_2" }, 2)).toBe(true);
    expect(await insertWebhook(db, { ...WEBHOOK, id: "wh_3" }, 2)).toBe(false);
    expect((await listWebhooks(db)).map(({ id }) => id)).toEqual(["wh_1", "wh_2"]);
  });

  it("get each part of the log once, whoever else works on it", async () => {
    expect(await append(START, at(2), 1, 2)).toBe(true);
    expect(await append(START, at(2), 1, 2)).toBe(false);
    expect(await append(at(2), at(3), 3)).toBe(true);
    expect((await waiting()).map(({ id, body, attempts, lanes }) => [id, body, attempts, lanes])).toEqual(
      [1, 2, 3].map((number) => [`msg_${number}_9999`, `{"n":${number}}`, 0, ["account 64"]]),
    );
    expect((await findWebhook(db, WEBHOOK.id))?.position).toEqual(at(3));
  });

  it("lose what was taken, keep what was not, and say when to try again", async () => {
    await append(START, at(3), 1, 2, 3);
    const [first = -1] = (await waiting()).map(({ sequence }) => sequence);
    await settle({ delivered: [first] });
    await fail(await sequenceOf("msg_2_9999"));
    expect(await waiting()).toMatchObject([
      { id: "msg_2_9999", attempts: 1, nextAttemptAtMs: 900, firstFailedAtMs: 200, lastFailure: "status 500" },
      { id: "msg_3_9999", attempts: 0, firstFailedAtMs: null },
    ]);
    expect(await findWebhook(db, WEBHOOK.id)).toMatchObject({
      failures: 1,
      retryAtMs: 300,
      lastDeliveredAtMs: 200,
      lastFailure: { atMs: 200, reason: "status 500" },
    });
    await updateWebhook(db, WEBHOOK.id, { paused: null });
    expect(await findWebhook(db, WEBHOOK.id)).toMatchObject({ failures: 0, retryAtMs: 0 });
    await settle({ isGone: true });
    expect((await findWebhook(db, WEBHOOK.id))?.paused).toBe("gone");
  });

  it("list what was given up, which waits behind the others when it is to be tried again", async () => {
    await append(START, at(4), 1, 2, 3, 4);
    await fail(await sequenceOf("msg_1_9999"), true);
    expect(await skipWaitingMessages(db, WEBHOOK.id, ["msg_2_9999", "msg_9_9999"], 300)).toBe(1);
    expect([await idsOf("waiting"), await idsOf("dead")]).toEqual([
      ["msg_3_9999", "msg_4_9999"],
      ["msg_1_9999", "msg_2_9999"],
    ]);
    expect((await countWebhookMessages(db)).get(WEBHOOK.id)).toEqual({ waiting: 2, dead: 2, oldestWaitingAtMs: 100 });
    expect(await retryDeadMessages(db, WEBHOOK.id, ["msg_2_9999"], 400)).toBe(1);
    expect(await retryDeadMessages(db, WEBHOOK.id, null, 400)).toBe(1);
    expect(await idsOf("waiting")).toEqual(["msg_3_9999", "msg_4_9999", "msg_2_9999", "msg_1_9999"]);
    expect(await waiting()).toMatchObject([{}, {}, { attempts: 0, nextAttemptAtMs: 400 }, { firstFailedAtMs: null }]);
    await skipWaitingMessages(db, WEBHOOK.id, ["msg_1_9999"], 500);
    expect([await pruneDeadMessages(db, 500, 10), await pruneDeadMessages(db, 501, 10)]).toEqual([0, 1]);
  });

  it("stay given up when they are skipped while they are on their way, and are gone if they are taken", async () => {
    await append(START, at(2), 1, 2);
    const [first, second] = [await sequenceOf("msg_1_9999"), await sequenceOf("msg_2_9999")];
    expect(await skipWaitingMessages(db, WEBHOOK.id, ["msg_1_9999", "msg_2_9999"], 150)).toBe(2);
    await fail(first);
    await settle({ delivered: [second] });
    expect([await idsOf("waiting"), await idsOf("dead")]).toEqual([[], ["msg_1_9999"]]);
  });

  it("are not paused or delayed by what an address says that they no longer have", async () => {
    await append(START, at(2), 1, 2);
    const first = await sequenceOf("msg_1_9999");
    await updateWebhook(db, WEBHOOK.id, { url: "https://b.example/" });
    await settle({ delivered: [first], isGone: true, failures: 1, retryAtMs: 9_000 });
    expect(await findWebhook(db, WEBHOOK.id)).toMatchObject({ paused: null, failures: 0, retryAtMs: 0 });
    expect(await idsOf("waiting")).toEqual(["msg_2_9999"]);
    await updateWebhook(db, WEBHOOK.id, { paused: "operator" });
    await settle({ url: "https://b.example/", isGone: true });
    expect((await findWebhook(db, WEBHOOK.id))?.paused).toBe("operator");
  });

  it("are told again from a place on, in order and each once", async () => {
    await append(START, at(3), 1, 2, 3);
    await fail(await sequenceOf("msg_2_9999"), true);
    expect(await rewindWebhook(db, WEBHOOK.id, at(1))).toBe(true);
    expect([await idsOf("waiting"), await idsOf("dead")]).toEqual([["msg_1_9999"], []]);
    // A worker that had read further stores nothing.
    expect(await append(at(3), at(4), 4)).toBe(false);
    expect(await append(at(1), at(3), 2, 3)).toBe(true);
    expect(await idsOf("waiting")).toEqual(["msg_1_9999", "msg_2_9999", "msg_3_9999"]);
    expect(await rewindWebhook(db, "wh_9", at(1))).toBe(false);
  });

  it("are not moved past what they were not told yet when they are to be told again from a later place", async () => {
    await append(START, at(3), 1, 2, 3);
    for (const later of [at(7), at(4, 1), at(3)]) {
      expect(await rewindWebhook(db, WEBHOOK.id, later)).toBe(true);
      expect((await findWebhook(db, WEBHOOK.id))?.position).toEqual(at(3));
    }
    expect(await idsOf("waiting")).toHaveLength(3);
    expect(await rewindWebhook(db, WEBHOOK.id, at(3, 2))).toBe(true);
    expect((await findWebhook(db, WEBHOOK.id))?.position).toEqual(at(3, 2));
    expect(await idsOf("waiting")).toEqual(["msg_1_9999", "msg_2_9999"]);
  });
});
