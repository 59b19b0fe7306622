import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Database } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { WEBHOOK_ROUTES, type WebhookRouteName } from "@cairn/rpc";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLedgerWriter } from "../../test/ledger-writer.ts";
import { type Receiver, startReceiver, startWebhookNode, type WebhookNode } from "../../test/webhook-scene.ts";
import { systemClock } from "../clock.ts";
import { MAX_WEBHOOKS } from "./handlers.ts";
import { createSender } from "./send.ts";

const databases = createTestDatabases().server;
const UNKNOWN = `wh_${"0".repeat(32)}`;

describe("operations about webhooks", () => {
  let database: Database;
  let node: WebhookNode;
  let receiver: Receiver;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    database = await (await databases.create()).open();
    node = await startWebhookNode(database, systemClock);
    receiver = await startReceiver(systemClock);
  });
  afterEach(async () => {
    await node.stop();
    await receiver.close();
  });
  const create = async (body: object = {}) => {
    const answer = await node.call("createWebhook", { body: { url: receiver.url, ...body } });
    receiver.secret = answer.body.secret;
    return answer;
  };

  it("are for those who have the token, and nothing is read of others' requests", async () => {
    const names = Object.keys(WEBHOOK_ROUTES) as WebhookRouteName[];
    for (const name of names) {
      const { method } = WEBHOOK_ROUTES[name];
      for (const token of ["", "operators-toker", "operators-token2"])
        expect(
          await node.call(name, { id: UNKNOWN, token, ...(method === "POST" ? { body: { nonsense: 1 } } : {}) }),
          name,
        ).toMatchObject({ status: 401, body: { error: { code: "unauthorized" } } });
    }
    expect((await node.call("webhooks")).body).toEqual({ webhooks: [] });
  });

  it("make, show, change and delete webhooks, and show a secret once", async () => {
    const settings = { description: "orders", account: 64, types: ["entry.final", "entry.final"] };
    const { body: made } = await create(settings);
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(made.webhook).toMatchObject({ ...settings, types: ["entry.final"], owner: null, paused: null, waiting: 0 });
    const { id } = made.webhook;
    expect((await node.call("webhook", { id })).body).toEqual(made.webhook);
    expect(JSON.stringify((await node.call("webhooks")).body)).not.toContain("whsec_");
    const owner = "0x00000000000000000000000000000000000000aa";
    const change = { account: null, owner, types: [], description: "all" };
    expect((await node.call("changeWebhook", { id, body: change })).body).toMatchObject({ id, ...change });
    expect((await node.call("deleteWebhook", { id })).body).toEqual({ deleted: id });
    expect((await node.call("webhook", { id })).status).toBe(404);
  });

  it("change a secret twice at once without losing one: both that were shown sign for a day", async () => {
    const { id } = (await create()).body.webhook;
    const rotate = async () => (await node.call("rotateWebhookSecret", { id })).body.secret;
    for (let round = 0; round < 10; round++) {
      for (const secret of await Promise.all([rotate(), rotate()])) {
        receiver.secret = secret;
        expect((await node.call("testWebhook", { id })).body).toMatchObject({ isTaken: true });
      }
    }
  });

  it("answer for webhooks that do not exist, and for requests of another form", async () => {
    const bodies: Partial<Record<WebhookRouteName, object>> = {
      changeWebhook: {},
      replayWebhook: { sinceMs: 1 },
      retryWebhookMessages: {},
      skipWebhookMessages: { ids: ["msg_1"] },
    };
    for (const name of Object.keys(WEBHOOK_ROUTES) as WebhookRouteName[]) {
      if (!WEBHOOK_ROUTES[name].path.includes(":id")) continue;
      const body = bodies[name];
      const answer = await node.call(name, { id: UNKNOWN, ...(body === undefined ? {} : { body }) });
      expect(answer.status, name).toBe(404);
    }
    for (const body of [
      {},
      { url: "ftp://a" },
      { url: receiver.url, extra: 1 },
      { url: receiver.url, types: ["news"] },
    ])
      expect((await node.call("createWebhook", { body })).status, JSON.stringify(body)).toBe(400);
    expect((await create({ url: "http://10.0.0.5/" })).body).toMatchObject({
      error: { code: "rejected", details: { reason: { type: "insecureUrl" } } },
    });
    expect((await create({ from: "ZXZlbnRzOjE3OjE3NjQ1MDAwMDAwMDA6NDA5NQ" })).status).toBe(410);
    expect((await node.call("webhook", { id: "wh_1" })).status).toBe(400);
  });

  it("allow no more webhooks than a node can serve", async () => {
    const { body: made } = await create();
    for (let i = 1; i < MAX_WEBHOOKS; i++) expect((await create()).status).toBe(200);
    expect((await create()).body).toMatchObject({ error: { details: { reason: { type: "tooManyWebhooks" } } } });
    await node.call("deleteWebhook", { id: made.webhook.id });
    expect((await create()).status).toBe(200);
  });

  it("try a webhook now, and say how the receiver answers", async () => {
    const { body: made } = await create();
    const { id } = made.webhook;
    expect((await node.call("testWebhook", { id })).body).toMatchObject({ isTaken: true, failure: null });
    expect(receiver.heard[0]?.webhook.message).toMatchObject({ type: "ping", data: null, webhook: id });
    receiver.answer = () => 418;
    expect((await node.call("testWebhook", { id })).body).toMatchObject({ isTaken: false, failure: "status 418" });
    await receiver.close();
    expect((await node.call("testWebhook", { id })).body).toMatchObject({ failure: "no connection: ECONNREFUSED" });
    receiver = await startReceiver(systemClock);
  });

  it("change a secret without a message that one of both sides refuses", async () => {
    const { body: made } = await create();
    const { id } = made.webhook;
    const { body: rotated } = await node.call("rotateWebhookSecret", { id });
    expect(rotated.oldSecretUntilMs).toBeGreaterThan(Date.now() + 86_000_000);
    for (const secret of [made.secret, rotated.secret]) {
      receiver.secret = secret;
      expect((await node.call("testWebhook", { id })).body).toMatchObject({ isTaken: true });
    }
    await node.call("rotateWebhookSecret", { id });
    receiver.secret = made.secret;
    expect((await node.call("testWebhook", { id })).body).toMatchObject({ isTaken: false, failure: "status 401" });
  });

  it("page through what waits, in order, each message once", async () => {
    receiver.answer = () => 500;
    const { body: made } = await create();
    const { id } = made.webhook;
    await createLedgerWriter(database).arrive(7);
    node.server.feed.poke();
    await expect.poll(async () => (await node.call("webhook", { id })).body.waiting, { timeout: 20_000 }).toBe(7);
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query: string = `?limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const { body } = await node.call("webhookMessages", { id, query });
      ids.push(...body.messages.map((one) => one.id));
      cursor = body.next;
    }
    expect(new Set(ids).size).toBe(7);
    const [first = ""] = ids;
    expect((await node.call("skipWebhookMessages", { id, body: { ids: [first] } })).body).toEqual({ count: 1 });
    expect((await node.call("webhook", { id })).body).toMatchObject({ waiting: 6, dead: 1 });
  });
});

describe("a sender", () => {
  const webhook = { secret: new Uint8Array(32), oldSecret: null };
  const message = { id: "msg_1", body: "{}" };
  const sender = (timeoutMs: number) =>
    createSender({ nowMs: Date.now, signal: new AbortController().signal, version: "test", timeoutMs });

  it("is not led elsewhere, nor held up by answers that never begin or never end", async () => {
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url ?? "");
      if (request.url === "/away") response.writeHead(307, { location: "/target" }).end();
      if (request.url === "/endless") {
        response.writeHead(200);
        const flow = setInterval(() => response.write("x".repeat(60_000)), 1);
        response.on("close", () => clearInterval(flow));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect(await sender(60_000)({ ...webhook, url: `${base}/away` }, message)).toMatchObject({
        reason: "status 307",
      });
      expect(await sender(60_000)({ ...webhook, url: `${base}/endless` }, message)).toEqual({ type: "taken" });
      expect(await sender(200)({ ...webhook, url: `${base}/silent` }, message)).toMatchObject({
        kind: "unavailable",
        reason: "no answer within 200 ms",
      });
      expect(paths).toEqual(["/away", "/endless", "/silent"]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
