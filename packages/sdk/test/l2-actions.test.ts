import { bigintToAddress } from "@cairn/protocol";
import { createClient, custom } from "viem";
import { beforeEach, describe, expect, it } from "vitest";
import { type AnyHandle, cairnActions, type Handle, memoryStorage, secretSigner } from "../src/index.ts";
import { apiError, type FakeNode } from "./fake-node.ts";
import { type L2Scene, openL2Scene } from "./l2-scene.ts";
import { ALICE, accountOf, DOMAIN } from "./people.ts";
import { mortal, ProcessEnded } from "./storages.ts";

const WAIT = { for: "confirmed", timeout: 20_000 } as const;
const SHORT = { for: "confirmed", timeout: 150 } as const;

function transferOf(handle: AnyHandle | undefined): Handle<"transfer"> {
  if (handle?.kind === "transfer") return handle;
  throw new TypeError(`not a transfer: ${handle?.kind}`);
}

describe("payments on L2", () => {
  let scene: L2Scene;
  let node: FakeNode;
  beforeEach(() => {
    scene = openL2Scene();
    ({ node } = scene);
  });
  const connect: L2Scene["connect"] = (change) => scene.connect(change);
  const received = () => scene.received();
  const alice = () => scene.alice();

  it("are known by the hash of what was signed, and paid once for each request id", async () => {
    const handle = await connect().transfer({ to: 65, amount: 10n, requestId: "rent" });
    expect(await handle.wait(WAIT)).toBe("confirmed");
    const again = await connect().transfer({ to: 65, amount: 10n, requestId: "rent" });
    expect(again.hashes()).toEqual(handle.hashes());
    expect([received(), node.submitted]).toEqual([10n, 1]);
    await expect(connect().transfer({ to: 65, amount: 11n, requestId: "rent" })).rejects.toMatchObject({
      code: "sdk/request-conflict",
    });
    await expect(connect().withdraw({ amount: 10n, requestId: "rent" })).rejects.toMatchObject({
      code: "sdk/request-conflict",
    });
    await expect(connect().transfer({ to: 65, amount: 1n, requestId: "a b" })).rejects.toMatchObject({
      code: "sdk/bad-request",
    });
  });

  it("sent at once get a nonce each, in tabs that share a storage", async () => {
    const tabs = [connect(), connect(), connect()];
    const handles = await Promise.all(
      Array.from({ length: 30 }, (_, i) => tabs[i % 3]?.transfer({ to: 65, amount: 1n }) ?? expect.unreachable()),
    );
    for (const handle of handles) await handle.wait(WAIT);
    expect([alice()?.nonce, received()]).toEqual([30, 30n]);
    expect(new Set(node.executed).size).toBe(30);
  });

  describe("a process that ends", () => {
    it("after signing, before sending: sent once, when resumed", async () => {
      const dying = mortal(scene.storage);
      dying.dieAfter = (name) => name.includes("request");
      const parameters = { to: 65, amount: 10n, requestId: "one" } as const;
      await expect(connect({ storage: dying }).transfer(parameters)).rejects.toBeInstanceOf(ProcessEnded);
      expect(node.submitted).toBe(0);
      const [resumed] = await connect().requests();
      expect(await resumed?.status()).toBe("signed");
      await transferOf(resumed).wait(WAIT);
      await (await connect().transfer(parameters)).wait(WAIT);
      expect([received(), node.executed.length]).toEqual([10n, 1]);
    });

    it("between taking a nonce and signing: the nonce is not lost", async () => {
      const dying = mortal(scene.storage);
      dying.dieAfter = (name) => name.includes("nonces");
      await expect(connect({ storage: dying }).transfer({ to: 65, amount: 10n })).rejects.toBeInstanceOf(ProcessEnded);
      await (await connect().transfer({ to: 65, amount: 3n })).wait(WAIT);
      expect([received(), alice()?.nonce]).toEqual([3n, 1]);
    });

    it("at any write while it pays many: each is paid once", async () => {
      const payments = Array.from({ length: 70 }, (_, i) => ({ to: 65, amount: BigInt(i + 1) }));
      let writes = 0;
      for (let deaths = 0; deaths < 20; deaths++) {
        const dying = mortal(scene.storage);
        const last = writes + deaths;
        dying.dieAfter = () => writes++ === last;
        const outcome = await connect({ storage: dying })
          .payMany({ payments, requestId: "salaries" })
          .catch((error: unknown) => error);
        if (!(outcome instanceof ProcessEnded)) break;
      }
      const handle = await connect().payMany({ payments, requestId: "salaries" });
      await handle.wait(WAIT);
      expect(handle.hashes()).toHaveLength(70);
      expect([received(), node.executed.length, alice()?.nonce]).toEqual([(70n * 71n) / 2n, 70, 70]);
    });
  });

  describe("a connection that breaks", () => {
    it.each(["before", "after"] as const)(
      "%s the node took the payment: unknown, and never paid twice",
      async (fault) => {
        node.fault = fault;
        const parameters = { to: 65, amount: 10n, requestId: "one" } as const;
        await expect(connect().transfer(parameters)).rejects.toMatchObject({
          code: "sdk/outcome-unknown",
          details: { id: "one" },
        });
        const [handle] = await connect().requests();
        expect(await handle?.status()).toBe(fault === "before" ? "signed" : "confirmed");
        if (fault === "before")
          await expect(handle?.forget()).rejects.toMatchObject({ code: "sdk/outcome-unknown", details: { id: "one" } });
        node.fault = null;
        await (await connect().transfer(parameters)).wait(WAIT);
        expect([received(), node.executed.length]).toEqual([10n, 1]);
      },
    );

    it("leaves the next payment to wait for it, not to take its place", async () => {
      node.fault = "before";
      await expect(connect().transfer({ to: 65, amount: 10n, requestId: "one" })).rejects.toMatchObject({
        code: "sdk/outcome-unknown",
      });
      node.fault = null;
      const second = await connect().transfer({ to: 65, amount: 5n, requestId: "two" });
      expect(await second.status()).toBe("received");
      await (await connect().transfer({ to: 65, amount: 10n, requestId: "one" })).wait(WAIT);
      expect(await second.wait(WAIT)).toBe("confirmed");
      expect(received()).toBe(15n);
    });
  });

  it("that the node refuses leave no gap, and paying again is paid once", async () => {
    await expect(connect().transfer({ to: 65, amount: 200_000n })).rejects.toMatchObject({
      code: "sdk/insufficient-balance",
    });
    node.lies = { submit: async () => Promise.reject(apiError("rejected", { reason: { type: "feeTooLow" } })) };
    const parameters = { to: 65, amount: 10n, requestId: "one" } as const;
    await expect(connect().transfer(parameters)).rejects.toMatchObject({
      code: "sdk/not-reached",
      details: { status: "rejected", reason: { type: "feeTooLow" } },
    });
    expect(await connect().requests()).toEqual([]);
    node.lies = {};
    await (await connect().transfer(parameters)).wait(WAIT);
    expect([received(), alice()?.nonce]).toEqual([10n, 1]);
  });

  it("whose turn never comes because a nonce before them is missing: the gap is filled", async () => {
    node.fault = "before";
    const lost = connect().transfer({ to: 65, amount: 10n, requestId: "lost" });
    await expect(lost).rejects.toMatchObject({ code: "sdk/outcome-unknown" });
    node.fault = null;
    const second = await connect().transfer({ to: 65, amount: 5n });
    const [first] = await connect().requests();
    await first?.forget({ undecided: true });
    expect(await second.wait({ for: "confirmed", timeout: 60_000 })).toBe("confirmed");
    expect([received(), alice()?.nonce]).toEqual([5n, 2]);
  });

  it("whose turn never comes because one before them failed with nobody looking: they run in the end", async () => {
    const first = await connect().transfer({ to: 65, amount: 10n });
    const [id = ""] = first.hashes();
    // The block was dropped, and its transactions cannot run any more.
    node.known.set(id, { ...(node.known.get(id) ?? expect.unreachable()), status: "rejected" });
    node.accounts.set(64, accountOf(ALICE, { nonce: 0, balance: "100000" }));
    const second = await connect().transfer({ to: 65, amount: 5n });
    expect(await second.status()).toBe("received");
    expect(await second.wait({ for: "confirmed", timeout: 60_000 })).toBe("confirmed");
    expect(alice()?.nonce).toBe(2);
  });

  it("with a nonce that another device used: what that device signed is believed", async () => {
    const otherDevice = connect({ storage: memoryStorage() });
    node.lies = { submit: async () => Promise.reject(apiError("rejected", { reason: { type: "nonceTooLow" } })) };
    await expect(connect().transfer({ to: 65, amount: 10n })).rejects.toMatchObject({ code: "sdk/not-reached" });
    node.lies = {};
    await (await otherDevice.transfer({ to: 65, amount: 1n })).wait(WAIT);
    await (await connect().transfer({ to: 65, amount: 10n })).wait(WAIT);
    expect(received()).toBe(11n);
  });

  it("end in time: what may still happen is unknown, what happened is only late", async () => {
    node.accounts.set(64, { ...(alice() ?? expect.unreachable()), nonce: 0 });
    const handle = await connect().transfer({ to: 65, amount: 10n });
    await expect(handle.wait({ for: "proven", timeout: 100 })).rejects.toMatchObject({ code: "sdk/timeout" });
    node.lies = { transaction: async () => Promise.reject(apiError("not-found", {})) };
    await expect(handle.wait({ ...SHORT })).rejects.toMatchObject({ code: "sdk/outcome-unknown" });
    const stop = new AbortController();
    const waiting = handle.wait({ for: "final", signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: "sdk/aborted" });
  });

  it("that failed say why, and end", async () => {
    const handle = await connect().transfer({ to: 65, amount: 10n });
    const [id = ""] = handle.hashes();
    const view = node.known.get(id) ?? expect.unreachable();
    for (const status of ["rejected", "replaced", "expired"] as const) {
      node.known.set(id, { ...view, status, inclusion: null, rejection: { type: status } });
      const resumed = transferOf(await connect().resume(handle.toJSON()));
      expect(await resumed.status()).toBe(status);
      await expect(resumed.wait(WAIT)).rejects.toMatchObject({
        code: "sdk/not-reached",
        details: { status, reason: { type: status } },
      });
    }
    expect(await connect().requests()).toEqual([]);
  });

  it("pay many goes on after what the node refused, and pays none twice", async () => {
    const payments = [100n, 200n, 300n].map((amount) => ({ to: 65, amount }));
    const submit = node.client.submit;
    let count = 0;
    node.lies = {
      submit: async (submission, options) =>
        ++count === 2
          ? Promise.reject(apiError("rejected", { reason: { type: "busy" } }))
          : submit(submission, options),
    };
    await expect(connect().payMany({ payments, requestId: "many" })).rejects.toMatchObject({
      code: "sdk/not-reached",
      details: { accepted: 1 },
    });
    expect(received()).toBe(100n);
    node.lies = {};
    const handle = await connect().payMany({ payments, requestId: "many" });
    await handle.wait(WAIT);
    expect([received(), handle.hashes().length, alice()?.nonce]).toEqual([600n, 3, 3]);
    const tooMany = Array.from({ length: 1_001 }, () => ({ to: 65, amount: 1n }));
    await expect(connect().payMany({ payments: tooMany })).rejects.toMatchObject({ code: "sdk/bad-request" });
    await expect(connect().payMany({ payments: [] })).rejects.toMatchObject({ code: "sdk/nothing-to-do" });
    await expect(
      connect().payMany({
        payments: [
          { to: 65, amount: 60_000n },
          { to: 65, amount: 60_000n },
        ],
      }),
    ).rejects.toMatchObject({ code: "sdk/insufficient-balance" });
  });

  it("need a signer, a storage and a node, and say which is missing", async () => {
    const base = { rollup: bigintToAddress(DOMAIN.rollup), node: node.client, owner: bigintToAddress(ALICE.owner) };
    const request = async () => "0x7a69";
    const bare = (change: object) =>
      createClient({ transport: custom({ request }) }).extend(
        cairnActions({ ...base, signer: secretSigner(ALICE.secretKey), storage: scene.storage, ...change }),
      );
    const pay = (change: object) => bare(change).transfer({ to: 65, amount: 1n });
    await expect(pay({ signer: null })).rejects.toMatchObject({ code: "sdk/no-signer" });
    await expect(pay({ storage: null })).rejects.toMatchObject({ code: "sdk/no-storage" });
    await expect(pay({ node: null })).rejects.toMatchObject({ code: "sdk/no-node" });
    await expect(bare({}).deposit({ amount: 1n })).rejects.toMatchObject({ code: "sdk/no-account" });
    expect(() => cairnActions({ ...base, rollup: "0x12" })).toThrow(
      expect.objectContaining({ code: "protocol/bad-address" }),
    );
  });
});
