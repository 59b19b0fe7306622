import { createTestDatabases } from "@cairn/db/testing";
import { apiErrorOf } from "@cairn/sdk";
import { createWebhookClient } from "@cairn/sdk/webhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReceiver, startWebhookNode, TOKEN, type WebhookNode } from "../../test/webhook-scene.ts";
import { systemClock } from "../clock.ts";

const databases = createTestDatabases().server;

describe("the SDK's client of webhooks", () => {
  let node: WebhookNode;
  const client = (token = TOKEN) => createWebhookClient({ url: `${node.server.url}/`, token });
  beforeAll(async () => {
    await databases.start();
    node = await startWebhookNode(await (await databases.create()).open(), systemClock);
  });
  afterAll(async () => {
    await node.stop();
    await databases.stop();
  });

  it("has a method for each operation, which puts each argument where it belongs", async () => {
    const receiver = await startReceiver(systemClock);
    const hooks = client();
    const { webhook, secret } = await hooks.createWebhook({ url: receiver.url, account: 64, types: ["entry.final"] });
    receiver.secret = secret;
    const { id } = webhook;
    expect(await hooks.testWebhook({ id })).toMatchObject({ isTaken: true });
    expect(await hooks.changeWebhook({ id, types: [], isPaused: true })).toMatchObject({
      types: [],
      paused: "operator",
    });
    expect(await hooks.replayWebhook({ id, sinceMs: 0 })).toMatchObject({ id, waiting: 0 });
    expect(await hooks.webhookMessages({ id, state: "dead", limit: 10 })).toEqual({ messages: [], next: null });
    expect(await hooks.retryWebhookMessages({ id })).toEqual({ count: 0 });
    expect(await hooks.skipWebhookMessages({ id, ids: ["msg_1"] })).toEqual({ count: 0 });
    expect((await hooks.rotateWebhookSecret({ id })).secret).not.toBe(secret);
    expect((await hooks.webhooks()).webhooks).toMatchObject([{ id }]);
    expect(await hooks.deleteWebhook({ id })).toEqual({ deleted: id });
    await receiver.close();
  });

  it("says who may not, and refuses tokens that no header takes", async () => {
    const error = await client("other").webhooks().catch(apiErrorOf);
    expect(error).toMatchObject({ code: "unauthorized" });
    for (const token of ["", "a b", "a\nb"])
      expect(() => client(token)).toThrow(expect.objectContaining({ code: "sdk/bad-request" }));
  });
});
