/**
 * A whole life through the SDK's actions alone, as an application on Node lives it: a page or process that is started
 * anew at every status, with nothing left but its storage and the handle's document.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DevToken } from "@cairn/devnet";
import { addressToBigint } from "@cairn/protocol";
import { type AnyHandle, encodePaymentCode, type GoalOf, type RequestKind, STATUSES } from "@cairn/sdk";
import { fileStorage } from "@cairn/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openScene, type Scene } from "./support/index.ts";
import { type AccountKind, sdkClient } from "./support/sdk.ts";

const ETH = 10n ** 18n;
const WAIT_MS = 300_000;
const GOALS_TO_SKIP: readonly string[] = ["prepared", "signed", "offered", "claimable"];

describe("a life through the actions of the SDK", () => {
  const folder = mkdtempSync(join(tmpdir(), "cairn-sdk-life-"));
  let scene: Scene;
  let token: DevToken;

  /** A client that knows nothing but the storage of the person. */
  const start = (position: number, kind: AccountKind = "local") =>
    sdkClient(scene, position, { storage: fileStorage(join(folder, String(position))), kind });

  /** Waits for each status of the kind in turn, each time as a new process with the document of the last one. */
  const liveThrough = async (position: number, handle: AnyHandle, kind: AccountKind = "local"): Promise<string[]> => {
    const seen: string[] = [];
    let text = JSON.stringify(handle);
    for (const goal of STATUSES[handle.kind].filter((status) => !GOALS_TO_SKIP.includes(status))) {
      const resumed = await start(position, kind).resume(JSON.parse(text));
      expect(resumed.id).toBe(handle.id);
      const wait = resumed.wait as (options: { for: GoalOf<RequestKind>; timeout: number }) => Promise<string>;
      const end = new AbortController();
      if (goal === "final") void mineUntil(end.signal);
      seen.push(await wait({ for: goal as GoalOf<RequestKind>, timeout: WAIT_MS }).finally(() => end.abort()));
      text = JSON.stringify(resumed);
    }
    return seen;
  };

  /** L1 blocks are final when 64 more have followed. */
  const mineUntil = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await scene.l1.mine(70);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  };

  beforeAll(async () => {
    scene = await openScene({ proofs: "stand-in" });
    token = await scene.l1.createToken("USD", 6);
    await scene.start();
  });
  afterAll(async () => {
    await scene?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(["local", "wallet"] as const)("deposits with a %s account, across reloads", async (kind) => {
    const position = kind === "local" ? 1 : 2;
    const client = start(position, kind);
    const handle = await client.deposit({ amount: 3n * ETH, requestId: "first" });
    const seen = await liveThrough(position, handle, kind);
    expect(seen.at(-1)).toBe("final");
    const again = await start(position, kind).deposit({ amount: 3n * ETH, requestId: "first" });
    expect(await again.status()).toBe("final");
    const receipt = await again.receipt();
    expect(receipt?.entry).toMatchObject({ kind: "deposit", amount: 3n * ETH, index: 0 });
    const { accounts } = await (await client.cairn.node()).accounts({ owner: client.account.address });
    expect(accounts.map(({ balance }) => balance)).toEqual([String(3n * ETH)]);
    expect(receipt?.outcome).toMatchObject({ type: "created", account: accounts[0]?.index });
  });

  it("deposits a token, by approval and by permit", async () => {
    await scene.l1.devnet.mint(token, start(1).account.address, 1_000n);
    for (const approval of ["approve", "permit"] as const) {
      const handle = await start(1).deposit({ amount: 400n, token: token.address, approval });
      expect(await handle.wait({ for: "confirmed", timeout: WAIT_MS })).toMatch(/confirmed|proven|final/);
    }
    const node = await start(1).cairn.node();
    const { accounts } = await node.accounts({ owner: start(1).account.address, tokenId: token.id });
    expect(accounts.map(({ balance }) => balance)).toEqual(["800"]);
  });

  it("pays, across reloads", async () => {
    const [payee] = (await (await start(2).cairn.node()).accounts({ owner: start(2).account.address })).accounts;
    const handle = await start(1).transfer({ to: payee?.index ?? 0, amount: ETH / 4n, requestId: "rent" });
    const seen = await liveThrough(1, handle);
    expect(seen.at(-1)).toBe("final");
    const again = await start(1).transfer({ to: payee?.index ?? 0, amount: ETH / 4n, requestId: "rent" });
    expect(again.hashes()).toEqual(handle.hashes());
    expect(await again.receipt()).toMatchObject([{ amount: ETH / 4n, proof: expect.anything() }]);
    const paid = await (await start(2).cairn.node()).account({ index: payee?.index ?? 0 });
    expect(BigInt(paid.balance)).toBe(3n * ETH + ETH / 4n);
  });

  it("pays many, concurrently with single payments", async () => {
    const owner = start(2).account.address;
    const node = await start(2).cairn.node();
    const [before] = (await node.accounts({ owner, tokenId: 0 })).accounts;
    const to = before?.index ?? 0;
    const payments = Array.from({ length: 40 }, (_, i) => ({ to, amount: BigInt(i + 1) }));
    const [many, ...single] = await Promise.all([
      start(1).payMany({ payments, requestId: "salaries" }),
      ...Array.from({ length: 10 }, () => start(1).transfer({ to, amount: 1_000n })),
    ]);
    for (const handle of [many, ...single]) await handle.wait({ for: "confirmed", timeout: WAIT_MS });
    const after = await node.account({ index: to });
    expect(BigInt(after.balance) - BigInt(before?.balance ?? 0)).toBe(820n + 10_000n);
    const again = await start(1).payMany({ payments, requestId: "salaries" });
    expect(again.hashes()).toEqual(many.hashes());
    expect(new Set(many.hashes()).size).toBe(40);
  });

  it("swaps, the maker's offer handed over as text", async () => {
    const maker = start(1);
    const taker = start(2);
    const node = await maker.cairn.node();
    const { domain } = await maker.cairn.l1();
    const usdOf = async (owner: string) => {
      const { accounts } = await node.accounts({ owner, tokenId: token.id });
      return accounts.reduce((sum, { balance }) => sum + BigInt(balance), 0n);
    };
    const [eth] = (await node.accounts({ owner: taker.account.address, tokenId: 0 })).accounts;
    const code = encodePaymentCode(
      { owner: addressToBigint(taker.account.address), key: taker.cairn.signer().key },
      domain,
    );
    const swap = await maker.offerSwap({
      give: { amount: 300n, token: token.id, to: code },
      want: { amount: ETH / 2n, from: eth?.index ?? 0 },
      requestId: "offer",
    });
    expect(await swap.status()).toBe("offered");
    const terms = {
      giveTokenId: 0,
      giveAmount: ETH / 2n,
      giveFee: 0n,
      receiveTokenId: token.id,
      receiveAmount: 300n,
    };
    const offer: unknown = JSON.parse(JSON.stringify(swap.offer));
    await expect(taker.acceptSwap({ offer, terms: { ...terms, receiveAmount: 301n } })).rejects.toMatchObject({
      code: "sdk/bad-offer",
    });
    const taken = await taker.acceptSwap({ offer, terms, requestId: "taken" });
    expect(await taken.wait({ for: "confirmed", timeout: WAIT_MS })).toMatch(/confirmed|proven|final/);
    expect(await swap.wait({ for: "proven", timeout: WAIT_MS })).toMatch(/proven|final/);
    expect(await usdOf(taker.account.address)).toBe(300n);
    expect(await usdOf(maker.account.address)).toBe(500n);
    const again = await taker.acceptSwap({ offer, terms, requestId: "taken" });
    expect(again.hashes()).toEqual(taken.hashes());
  });

  it("withdraws, and is paid on L1", async () => {
    const recipient = `0x${"c0".repeat(20)}`;
    const handle = await start(1).withdraw({ amount: ETH / 8n, to: recipient, requestId: "out" });
    const seen = await liveThrough(1, handle);
    expect(seen.at(-1)).toBe("final");
    expect(await scene.l1.rollup.reader.getBalance({ address: recipient as `0x${string}` })).toBe(ETH / 8n);
    expect(await (await start(1).resume(handle.toJSON())).receipt()).toMatchObject([{ payout: { status: "paid" } }]);
  });

  it("authorises a key on L1, and forces a withdrawal", async () => {
    const client = start(2, "wallet");
    const node = await client.cairn.node();
    const [account] = (await node.accounts({ owner: client.account.address, tokenId: 0 })).accounts;
    const index = account?.index ?? 0;
    await expect(start(1).forceWithdraw({ account: index })).rejects.toMatchObject({ code: "sdk/nothing-to-do" });
    const key = await client.setKey({ account: index });
    await key.wait({ for: "confirmed", timeout: WAIT_MS });
    const forced = await client.forceWithdraw({ account: index, requestId: "leave" });
    const seen = await liveThrough(2, forced, "wallet");
    expect(seen.at(-1)).toBe("final");
    expect((await node.account({ index })).balance).toBe("0");
    expect((await forced.receipt())?.payout).toMatchObject({ status: "paid" });
  });

  it("keeps only what its caller named", async () => {
    const left = await start(1).requests();
    expect(left.map(({ id }) => id).sort()).toEqual(expect.arrayContaining(["first", "out", "rent", "salaries"]));
    for (const handle of left) if (/^[a-z]+$/.test(handle.id)) await handle.forget({ undecided: false });
    const rest = await start(1).requests();
    expect(rest.every(({ id }) => !["first", "out", "rent", "salaries"].includes(id))).toBe(true);
  });
});
