import { inspect } from "node:util";
import { CairnError } from "@cairn/protocol";
import { signedTransactionToJson } from "@cairn/rpc";
import { afterEach, describe, expect, it } from "vitest";
import { type NodeDouble, type Scripted, startDouble } from "../test/double.ts";
import { ALICE, accountOf, BOB, DOMAIN } from "../test/people.ts";
import { createNodeClient, type NodeClientConfig } from "./client.ts";
import { apiErrorOf, isRetryable } from "./errors.ts";
import { existingPayee } from "./payee.ts";
import { submitGroup } from "./requests/l2-sending.ts";
import type { Progress } from "./wait.ts";
import { createWallet } from "./wallet.ts";

const doubles: NodeDouble[] = [];
afterEach(async () => {
  for (const double of doubles.splice(0)) await double.stop();
});

async function clientOf(script: (request: string, count: number) => Scripted, config: Partial<NodeClientConfig> = {}) {
  const double = await startDouble(script);
  doubles.push(double);
  return { double, client: createNodeClient({ url: `${double.url}/`, retryDelayMs: 1, ...config }) };
}

const failure = (code: string, status: number, details?: object) => ({
  status,
  body: { error: { code, message: `it is ${code}`, ...(details === undefined ? {} : { details }) } },
});
const HEALTH = { body: { status: "ok", roles: ["api"], version: "1" } };
const wallet = createWallet({ secret: ALICE.secretKey, domain: DOMAIN });
const SIGNED = wallet.transfer({ from: accountOf(ALICE), to: existingPayee(accountOf(BOB)), amount: 1n, fee: 0n });
const shown = (status: string) => ({
  body: {
    id: SIGNED.id,
    status,
    inclusion: { block: 1, slot: 0 },
    group: [SIGNED.id],
    transaction: signedTransactionToJson(SIGNED),
    amount: "1",
    fee: "0",
    createdIndex: null,
    rejection: status === "rejected" ? { type: "expired" } : null,
    receivedAtMs: 1,
    history: [],
  },
});

describe("node client", () => {
  it("never reveals the password in its URL, whatever fails", async () => {
    const { double } = await clientOf(() => ({ body: {} }));
    for (const host of [double.url.replace("http://", ""), "127.0.0.1:1"]) {
      const thrown: unknown = await (async () => createNodeClient({ url: `http://user:PaSsWoRd@${host}` }))().catch(
        (error: unknown) => error,
      );
      expect(thrown).toMatchObject({ code: "sdk/bad-request" });
      expect(inspect(thrown, { depth: null, showHidden: true })).not.toContain("PaSsWoRd");
    }
  });

  it("puts arguments where the route wants them and checks them before sending", async () => {
    const { double, client } = await clientOf(() => ({ body: { entries: [], next: null } }));
    await client.accountHistory({ index: 64, sinceMs: 10, cursor: "abc", limit: "5" });
    expect(double.requests).toEqual(["GET /v1/accounts/64/history?sinceMs=10&cursor=abc&limit=5"]);
    for (const wrong of [
      () => client.account({ index: "../admin" }),
      () => client.transaction({ id: "0x12" }),
      () => client.quote({ kind: "transfer", tokenId: -1 }),
      () => client.blocks({ limit: 1000 }),
      () => client.submit({ transactions: [] }),
    ]) {
      await expect(wrong()).rejects.toMatchObject({ code: "sdk/bad-request" });
    }
    expect(double.requests).toHaveLength(1);
    expect(() => createNodeClient({ url: "ftp://user:PaSsWoRd@node" })).toThrow(/URL: ftp:\/\/node$/);
    expect(() => createNodeClient({ url: "ftp://node" })).toThrow(expect.objectContaining({ code: "sdk/bad-request" }));
  });

  it("reads a node that is not ready", async () => {
    const body = { isReady: false, parts: { sequencer: { isReady: false, state: "starting" } } };
    const { client } = await clientOf(() => ({ status: 503, body }));
    expect(await client.ready()).toEqual(body);
  });

  it("passes on the node's failure with its code and details", async () => {
    const { client } = await clientOf(() => failure("rejected", 422, { index: 0, reason: { type: "expired" } }));
    const error = await client.submit({ transactions: [signedTransactionToJson(SIGNED)] }).catch((cause) => cause);
    expect(error).toMatchObject({ code: "sdk/api-error", message: "it is rejected" });
    expect(apiErrorOf(error)).toEqual({
      code: "rejected",
      status: 422,
      isRetryable: false,
      retryAfterSeconds: null,
      details: { index: 0, reason: { type: "expired" } },
    });
    expect(isRetryable(error)).toBe(false);
    expect(isRetryable(new CairnError("l1/unavailable", "no answer"))).toBe(true);
    expect(apiErrorOf(new TypeError("x"))).toBeNull();
  });

  it("says after how many seconds a busy node wants to be called again", async () => {
    const after = async (details: object | undefined, headers: Readonly<Record<string, string>>) => {
      const { client } = await clientOf(() => ({ ...failure("overloaded", 429, details), headers }));
      const error = await client.submit({ transactions: [signedTransactionToJson(SIGNED)] }).catch((cause) => cause);
      expect(error.details.retryAfterSeconds).toBe(apiErrorOf(error)?.retryAfterSeconds);
      return apiErrorOf(error)?.retryAfterSeconds;
    };
    expect(await after({ reason: "lagging", retryAfterSeconds: 14.2 }, { "retry-after": "1" })).toBe(15);
    expect(await after(undefined, { "retry-after": "7" })).toBe(7);
    expect(await after({ retryAfterSeconds: "soon" }, { "retry-after": "Sun, 29 Nov 2026 03:00:00 GMT" })).toBeNull();
    expect(await after({ retryAfterSeconds: -1 }, {})).toBeNull();
  });

  it("knows the failures that stay: a frozen rollup and a node that is not the operator's", async () => {
    for (const [reason, isPassing] of [
      ["frozen", false],
      ["notOperator", false],
      ["behindL1", true],
    ] as const) {
      const { double, client } = await clientOf(() => failure("unavailable", 503, { reason }));
      const error = await client.submit({ transactions: [signedTransactionToJson(SIGNED)] }).catch((cause) => cause);
      expect([isRetryable(error), apiErrorOf(error)?.isRetryable, error.details.isRetryable], reason).toEqual(
        Array(3).fill(isPassing),
      );
      const before = double.requests.length;
      const group = [{ id: "0x01", json: signedTransactionToJson(SIGNED), signed: SIGNED, isOwn: true }] as const;
      if (isPassing) continue;
      const unknown = { code: "sdk/outcome-unknown", cause: { details: { apiDetails: { reason } } } };
      await expect(submitGroup(client, group)).rejects.toMatchObject(unknown);
      expect(double.requests.length - before, reason).toBe(1);
    }
  });

  it("retries reads when that can help, and nothing else", async () => {
    const { double, client } = await clientOf((_request, count) => {
      if (count === 1) return "drop";
      if (count === 2) return failure("unavailable", 503);
      return count === 3 ? { status: 502, body: "<html>" } : HEALTH;
    });
    expect(await client.health()).toEqual(HEALTH.body);
    expect(double.requests).toHaveLength(4);
    const { double: other, client: unlucky } = await clientOf(() => failure("not-found", 404));
    await expect(unlucky.block({ number: 1 })).rejects.toMatchObject({ code: "sdk/api-error" });
    expect(other.requests).toHaveLength(1);
  });

  it("does not submit twice by itself", async () => {
    const { double, client } = await clientOf(() => "drop");
    await expect(client.submit({ transactions: [signedTransactionToJson(SIGNED)] })).rejects.toMatchObject({
      code: "sdk/unreachable",
    });
    expect(double.requests).toHaveLength(1);
  });

  it("submits what the wallet signs, alone or together, and compares the ids", async () => {
    const answer = (id: string) => ({ body: { transactions: [{ id, status: "received", inclusion: null }] } });
    const { double, client } = await clientOf(() => answer(SIGNED.id));
    const json = { transactions: [signedTransactionToJson(SIGNED)] };
    for (const submission of [SIGNED, [SIGNED], json]) {
      expect((await client.submit(submission)).transactions[0]?.id).toBe(SIGNED.id);
    }
    const { transaction, signature } = SIGNED;
    await client.submit({ transaction, signature });
    expect(double.bodies).toEqual(Array(4).fill(json));
    const { client: liar } = await clientOf(() => answer(`0x${"b".repeat(64)}`));
    await expect(liar.submit(SIGNED)).rejects.toMatchObject({ code: "sdk/bad-answer" });
  });

  it("gives up on silence, on anything that is not a Cairn node, and when aborted", async () => {
    const { client } = await clientOf(() => "hang", { retries: 0, timeoutMs: 50 });
    await expect(client.health()).rejects.toMatchObject({ code: "sdk/timeout" });
    const stop = new AbortController();
    const asked = client.health({}, { signal: stop.signal, timeoutMs: 10_000 });
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: "sdk/aborted" });
    for (const answer of [{ body: "<html>" }, { body: { status: "fine" } }, { status: 201, ...HEALTH }]) {
      const { client: wrong } = await clientOf(() => answer);
      await expect(wrong.health()).rejects.toMatchObject({ code: "sdk/bad-answer" });
    }
    await expect(createNodeClient({ url: "http://127.0.0.1:1", retries: 0 }).health()).rejects.toMatchObject({
      code: "sdk/unreachable",
    });
  });
});

describe("waiting", () => {
  it("submits again until the node acknowledges, then follows the transaction", async () => {
    const { double, client } = await clientOf((request, count) => {
      if (request.startsWith("GET"))
        return shown(["received", "confirmed", "confirmed", "proven"][count - 1] ?? "final");
      if (count < 3) return count === 1 ? "drop" : failure("overloaded", 429);
      return { body: { transactions: [{ id: SIGNED.id, status: "received", inclusion: null }] } };
    });
    const seen: string[] = [];
    const wait = { status: "final", timeoutMs: 10_000, pollMs: 10 } as const;
    const [done] = await client.submitAndWait([SIGNED], { ...wait, onStatus: ({ status }) => seen.push(status) });
    expect(done?.status).toBe("final");
    expect(seen).toEqual(["received", "confirmed", "proven", "final"]);
    expect(double.bodies).toEqual(Array(3).fill({ transactions: [signedTransactionToJson(SIGNED)] }));
  });

  it.each(["rejected", "expired", "replaced"])("ends when the transaction is %s", async (status) => {
    const { client } = await clientOf(() => shown(status));
    await expect(client.waitFor(SIGNED.id, { status: "confirmed", timeoutMs: 5000 })).rejects.toMatchObject({
      code: "sdk/not-reached",
      details: { status },
    });
  });

  it.each<[string, Scripted, Progress]>([
    ["nothing happens", shown("confirmed"), "proven"],
    ["the transaction stays unknown", failure("not-found", 404), "confirmed"],
    ["the node is silent", "hang", "confirmed"],
  ])("ends in time when %s", async (_what, answer, status) => {
    const { client } = await clientOf(() => answer);
    const startMs = performance.now();
    await expect(client.waitFor(SIGNED.id, { status, timeoutMs: 200, pollMs: 20 })).rejects.toMatchObject({
      code: "sdk/timeout",
    });
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it("ends when aborted, and when the node refuses", async () => {
    const { client } = await clientOf(() => shown("confirmed"));
    const signal = AbortSignal.timeout(30);
    await expect(client.waitFor(SIGNED.id, { status: "final", timeoutMs: 60_000, signal })).rejects.toMatchObject({
      code: "sdk/aborted",
    });
    const { client: strict } = await clientOf(() => failure("rejected", 422));
    await expect(strict.submitAndWait([SIGNED], { status: "final", timeoutMs: 60_000 })).rejects.toMatchObject({
      code: "sdk/api-error",
    });
  });
});
