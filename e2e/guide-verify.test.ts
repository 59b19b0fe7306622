/** Runs the programs of docs/guides/run-your-own-verifier.md against a node, its L1, and a proxy that lies. */
import type { ServerResponse } from "node:http";
import type { AccountProofJson } from "@cairn/rpc";
import { memoryStorage } from "@cairn/sdk";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type BreakableServer, startBreakableServer } from "./support/breakable-server.ts";
import { openScene, type Scene } from "./support/index.ts";
import { sdkClient } from "./support/sdk.ts";
import { blame, checkAccount, checkReceipt, connect, findDeficits, rebuild } from "./support/verifier-guide.ts";

const ETH = 10n ** 18n;
const WAIT_MS = 300_000;

describe("the guide for those who run their own verifier", () => {
  let scene: Scene;
  let liar: BreakableServer;
  /** What the liar makes of the node's proofs. */
  let lie: (proof: AccountProofJson) => unknown = (proof) => proof;
  /** Index of the payer, and the id of the payment. */
  let index = 0;
  let id = "";

  const own = () => connect(scene.l1.rpcUrl, scene.l1.rollup.reader.chain.id, scene.l1.rollup.address);
  const start = (position: number) => sdkClient(scene, position, { storage: memoryStorage() });
  const answer = (outgoing: ServerResponse, body: unknown): void => {
    outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };

  beforeAll(async () => {
    scene = await openScene({ proofs: "stand-in" });
    await scene.start();
    liar = await startBreakableServer(async ({ url = "/" }, outgoing) => {
      const honest = await (await fetch(new URL(url, scene.api()))).json();
      answer(outgoing, lie(honest as AccountProofJson));
    });
    const [payer, payee] = [start(1), start(2)];
    for (const client of [payer, payee]) {
      await (await client.deposit({ amount: ETH })).wait({ for: "confirmed", timeout: WAIT_MS });
    }
    const node = await payer.cairn.node();
    const accountOf = async (owner: string) => (await node.accounts({ owner })).accounts[0]?.index ?? 0;
    index = await accountOf(payer.account.address);
    const payment = await payer.transfer({ to: await accountOf(payee.account.address), amount: ETH / 4n });
    [id = ""] = payment.hashes();
    await payment.wait({ for: "proven", timeout: WAIT_MS });
  });
  afterAll(async () => {
    await liar?.close();
    await scene?.stop();
  });

  it("shows an account as L1 vouches for it, in the newest batch", async () => {
    const shown = await vi.waitFor(() => checkAccount(own(), scene.api(), index), { timeout: 30_000 });
    expect(shown).toMatchObject({ index, exists: true, account: { balance: (3n * ETH) / 4n, nonce: 1 } });
    expect(shown.l1.newestBatch).toBe(shown.batch);
    const nobody = await checkAccount(own(), scene.api(), 1_000_000);
    expect(nobody.exists).toBe(false);
  });

  it("refuses a node that alters anything, and says that it is the node's fault", async () => {
    const word = `0x${"00".repeat(31)}01`;
    const lies: (typeof lie)[] = [
      (proof) => ({ ...proof, account: { ...proof.account, balance: "9" } }),
      (proof) => ({ ...proof, siblings: [[word, word, word], ...proof.siblings.slice(1)] }),
      () => ({ error: "no" }),
    ];
    for (const one of lies) {
      lie = one;
      const failure = await checkAccount(own(), liar.url, index).catch((error: unknown) => error);
      expect(blame(failure), String(one)).toBe("node");
    }
    lie = (proof) => proof;
    expect((await checkAccount(own(), liar.url, index)).exists).toBe(true);
    const elsewhere = connect(scene.l1.rpcUrl, 1, scene.l1.rollup.address);
    const failure = await checkAccount(elsewhere, scene.api(), index).catch((error: unknown) => error);
    expect(blame(failure)).toBe("rpc");
  });

  it("checks a receipt from a file, once L1 calls its batch final, by id or by place", async () => {
    const node = await start(1).cairn.node();
    const receipt = await node.receipt({ id });
    const { inclusion } = await node.transaction({ id });
    expect(await node.slotReceipt({ number: inclusion?.block ?? 0, slot: inclusion?.slot ?? 0 })).toEqual(receipt);
    const early = await checkReceipt(own(), JSON.stringify(receipt)).catch((error: unknown) => error);
    expect([blame(early), early]).toEqual([null, expect.objectContaining({ code: "verify/not-final" })]);
    await scene.l1.mine(70);
    expect(await checkReceipt(own(), JSON.stringify(receipt))).toMatchObject({
      word: { type: "transfer", from: index },
      amount: ETH / 4n,
      l1: { finality: "finalized" },
    });
  });

  it("rebuilds the state from L1 alone, and finds that the rollup has what it owes", async () => {
    const lines: string[] = [];
    const { rpcUrl, rollup } = scene.l1;
    const from = { rpcUrl, rollup: rollup.address, beacon: rpcUrl };
    const options = { signal: new AbortController().signal, report: (line: string) => lines.push(line) };
    const state = await rebuild(from, options);
    expect(lines.at(-1)).toMatch(/^batch \d+ of \d+, 0 s left$/);
    const { tree } = state.restored;
    expect(
      tree.getAccount(tree.findByOwner(BigInt(start(1).account.address))[0] ?? expect.unreachable()),
    ).toMatchObject({
      balance: (3n * ETH) / 4n,
    });
    expect(await findDeficits(rpcUrl, state)).toEqual([]);
  });

  it("says which batches the node proves", async () => {
    const { provableBatches } = await (await start(1).cairn.node()).rollup();
    const { batch } = await checkAccount(own(), scene.api(), index);
    expect(provableBatches).toEqual({ oldest: 1, newest: batch });
    const answer = await fetch(`${scene.api()}/v1/accounts/${index}/proof?batch=${batch + 1000}`);
    expect([answer.status, await answer.json()]).toMatchObject([409, { error: { code: "not-accepted" } }]);
  });
});
