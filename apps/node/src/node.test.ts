import { join } from "node:path";
import { createTestDatabases } from "@cairn/db/testing";
import { STAND_IN_PROVER } from "@cairn/devnet/testing";
import { createWebhookClient } from "@cairn/sdk/webhooks";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CACHE_DIR, call, createNodeHarness, type NodeHarness } from "../test/node-harness.ts";
import { threadsStartedBy } from "../test/threads/watch.ts";
import { startReceiver } from "../test/webhook-scene.ts";
import { systemClock } from "./clock.ts";
import { loadConfig } from "./config/config.ts";
import { type CairnNode, createNode } from "./node.ts";

const databases = createTestDatabases().server;
const WAIT = { timeout: 20_000 };

describe("a node whose roles run apart", () => {
  let harness: NodeHarness;
  let databaseUrl: string;
  const logger = pino({ level: "silent" });

  beforeAll(async () => {
    await databases.start();
    const { location } = await databases.create();
    databaseUrl = location.type === "server" ? location.url : "";
    harness = await createNodeHarness(databaseUrl);
  });
  afterAll(async () => {
    await harness.stop();
    await databases.stop();
  });

  it("gets its proofs from a prover that knows nothing but the database", async () => {
    const proverEnv = {
      DATABASE_URL: databaseUrl,
      CAIRN_ROLES: "prover",
      CAIRN_SRS: "dev",
      CAIRN_CACHE_DIR: CACHE_DIR,
      CAIRN_DATA_DIR: harness.dataDir,
      CAIRN_METRICS_PORT: "0",
    };
    const proverConfig = loadConfig(proverEnv);
    await expect(createNode(proverConfig, { logger }).start()).rejects.toMatchObject({ code: "node/bad-config" });
    const node = await harness.begin({}, { CAIRN_ROLES: "sequencer,watcher,api" });
    await harness.deposit(1, 10n ** 18n);
    const batches = async () => (await call(node, "batches")).value.batches;
    const newest = async () => (await call(node, "blocks")).value.blocks[0];
    await expect.poll(newest, WAIT).toMatchObject({ number: 1, status: "sealed" });
    // The proof of a batch names the account that submits it.
    expect(await batches()).toEqual([]);
    const publisher = await harness.begin({}, { CAIRN_ROLES: "publisher", CAIRN_DATA_SOURCE: "blob" });
    // The sequencer's process was told nothing of the kind: the publisher decides.
    await expect.poll(batches, WAIT).toMatchObject([{ firstBlock: 1, status: "waiting", dataSource: "blob" }]);
    await publisher.stop();
    const seen: bigint[] = [];
    const prover = createNode(proverConfig, {
      logger,
      ...STAND_IN_PROVER,
      proveSolo: async (...args) => {
        const [, { binding }] = args;
        seen.push(binding.point);
        return { ...(await STAND_IN_PROVER.proveSolo(...args)), proof: Uint8Array.of(1), proveSeconds: 2 };
      },
    });
    await prover.start();
    await expect.poll(batches, WAIT).toMatchObject([{ firstBlock: 1, status: "ready", proof: { proveSeconds: 2 } }]);
    await prover.stop();
    expect(seen).toEqual([BigInt((await call(node, "batch", { params: { firstBlock: "1" } })).value.point ?? 0)]);
  });

  it("raises an alarm while nobody can pay fees, and ends it once the fee owner has an account", async () => {
    const { location } = await databases.create();
    const { address } = harness.devnet.wallet(3).account;
    const dataDir = join(harness.dataDir, "fees");
    const node = await harness.begin(
      {},
      {
        CAIRN_ROLES: "sequencer,watcher,api",
        CAIRN_FEE_OPERATOR_PERCENT: "0",
        CAIRN_FEE_OWNER: address,
        CAIRN_DATA_DIR: dataDir,
        ...(location.type === "server" ? { DATABASE_URL: location.url } : {}),
      },
    );
    const tokensWithoutAccount = async () => {
      const text = await (await fetch(new URL("/metrics", node.urls().metrics ?? ""))).text();
      return /^cairn_fee_tokens_without_account (.+)$/m.exec(text)?.[1];
    };
    expect(await tokensWithoutAccount()).toBe("1");
    await harness.deposit(3, 1n);
    await expect.poll(tokensWithoutAccount, { timeout: 20_000 }).toBe("0");
    await node.stop();
  });

  it("posts to webhooks from the process that watches, though another one made them", async () => {
    const { location } = await databases.create();
    const shared = {
      ...(location.type === "server" ? { DATABASE_URL: location.url } : {}),
      CAIRN_DATA_DIR: join(harness.dataDir, "webhooks"),
    };
    const token = "operators-token";
    const serving = await harness.begin({}, { ...shared, CAIRN_ROLES: "sequencer,api", CAIRN_WEBHOOK_TOKEN: token });
    const receiver = await startReceiver(systemClock);
    const hooks = createWebhookClient({ url: serving.urls().api ?? "", token });
    const { webhook, secret } = await hooks.createWebhook({ url: receiver.url, types: ["entry.received"] });
    receiver.secret = secret;
    const watching = await harness.begin({}, { ...shared, CAIRN_ROLES: "watcher" });
    await harness.deposit(5, 10n ** 18n);
    const heard = () => receiver.heard.map((one) => one.webhook.message);
    await expect
      .poll(heard, WAIT)
      .toContainEqual(expect.objectContaining({ webhook: webhook.id, type: "entry.received" }));
    await watching.stop();
    await serving.stop();
    await receiver.close();
  });

  it("refuses a database and an L1 of another rollup", async () => {
    const other = { CAIRN_ROLES: "publisher", CAIRN_ROLLUP: `0x${"12".repeat(20)}` };
    await expect(harness.begin({}, other)).rejects.toMatchObject({ code: "db/wrong-chain" });
    const { location } = await databases.create();
    const fresh = location.type === "server" ? { DATABASE_URL: location.url } : {};
    await expect(harness.begin({}, { ...other, ...fresh })).rejects.toMatchObject({ code: "node/wrong-l1" });
    await expect(harness.begin({}, { ...other, ...fresh, CAIRN_CHAIN_ID: "1" })).rejects.toMatchObject({
      code: "db/wrong-chain",
    });
    // A contract that knows no versions.
    const { address } = await harness.devnet.createToken("OLD", 0);
    const third = await databases.create();
    const old = third.location.type === "server" ? { DATABASE_URL: third.location.url, CAIRN_ROLLUP: address } : {};
    await expect(harness.begin({}, { ...other, ...old })).rejects.toMatchObject({
      code: "node/wrong-l1",
      message: expect.stringContaining(`no Cairn rollup of version 2 at ${address.toLowerCase()}`),
    });
  });
});

describe("a node whose state store's thread dies", () => {
  let harness: NodeHarness;
  beforeAll(async () => {
    harness = await createNodeHarness();
  });
  afterAll(() => harness.stop());

  it("fails and stops, for its supervisor to start it again", async () => {
    await harness.deposit(1, 10n ** 18n);
    const roles = { CAIRN_ROLES: "sequencer,watcher,api", CAIRN_BLOCK_TIME_MS: "60000" };
    const newest = async (node: CairnNode) => (await call(node, "blocks")).value.blocks[0];
    const nodes: CairnNode[] = [];
    const [thread] = await threadsStartedBy("state", async () => nodes.push(await harness.begin({}, roles)));
    const [node] = nodes;
    if (node === undefined) throw new RangeError("no node");
    await expect.poll(() => newest(node), { timeout: 20_000 }).toMatchObject({ number: 1, status: "open" });
    await thread?.terminate();
    expect(await node.failed).toMatchObject({ code: "node/unavailable", message: expect.stringContaining("state") });
    await node.stop();
    await expect(call(node, "blocks")).rejects.toThrow();
  });
});
