import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { accountHash, GENESIS_CHAINS } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import type { BlockOpening } from "@cairn/db";
import {
  type Account,
  accountIndex,
  blockNumber,
  EMPTY_ACCOUNT,
  EMPTY_QUEUE_HASH,
  encodeFloat16,
  encodeFloat40,
  type SignedTransaction,
  tokenId,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, merkleRoot } from "@cairn/state";
import { personOf, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { threadsStartedBy } from "../../test/threads/watch.ts";
import type { SealTask } from "./sealing.ts";
import { openStateKeeper, type StateKeeper } from "./state-keeper.ts";

const DOMAIN = { chainId: 31337n, rollup: 0xca1n };
const [alice, bob] = [personOf("alice"), personOf("bob")];
const funded = (owner: bigint, key: bigint): Account => ({ ...EMPTY_ACCOUNT, owner, key, balance: 1000n });
const ACCOUNTS = new Map([
  [accountIndex(64), funded(alice.owner, alice.key)],
  [accountIndex(65), funded(bob.owner, bob.key)],
]);

const opening = (number: number): BlockOpening => ({
  number: blockNumber(number),
  timestamp: 1000,
  slotCount: 16,
  feeAccounts: [],
  firstQueueIndex: 0,
  l1OperationCount: 0,
  queueHashAfter: EMPTY_QUEUE_HASH,
  openedAtMs: 1,
});

const payment = (nonce: number): SignedTransaction =>
  signTransaction(
    {
      type: "transfer",
      from: accountIndex(64),
      to: accountIndex(65),
      toOwner: bob.owner,
      toKey: bob.key,
      nonce,
      tokenId: tokenId(0),
      amount: encodeFloat40(10n),
      fee: encodeFloat16(0n),
      validFrom: 0,
      validUntil: 5000,
      reference: 0n,
      link: null,
    },
    alice,
    DOMAIN,
    REAL_CRYPTO,
  );

/** The expected result of block `number`, which holds the `number - 1`-th payment. */
const expected = (number: number): SealTask["expected"] => {
  const moved = 10n * BigInt(number - 1);
  const [from, to] = [funded(alice.owner, alice.key), funded(bob.owner, bob.key)];
  return {
    type: "accounts",
    newNextIndex: 66,
    updates: new Map([
      [accountIndex(64), { ...from, nonce: number - 1, balance: 1000n - moved }],
      [accountIndex(65), { ...to, balance: 1000n + moved }],
    ]),
  };
};

const task = (number: number, change: Partial<SealTask> = {}): SealTask => ({
  domain: DOMAIN,
  opening: opening(number),
  operations: [],
  groups: [[payment(number - 2)]],
  ids: null,
  expected: expected(number),
  chains: GENESIS_CHAINS,
  ...change,
});

describe("the state store's thread", () => {
  const folder = mkdtempSync(join(tmpdir(), "cairn-keeper-"));
  let keeper: StateKeeper;
  beforeAll(async () => {
    keeper = await openStateKeeper({ path: join(folder, "state"), retainedBlocks: 10 });
    await keeper.applyBlock(blockNumber(1), ACCOUNTS, 66);
  });
  afterAll(async () => {
    await keeper.close();
    rmSync(folder, { recursive: true });
  });

  it("seals blocks in the order of the calls, to the roots of a tree in memory", async () => {
    const tree = createStateTree({ store: createMemoryStore(), compress: await createFastCompress() });
    tree.applyBlock(blockNumber(1), ACCOUNTS, 66);
    const sealed = await Promise.all([2, 3, 4].map((number) => keeper.seal(task(number))));
    for (const [i, { seal, witness }] of sealed.entries()) {
      const wanted = expected(i + 2);
      if (wanted.type !== "accounts") continue;
      expect(seal.oldRoot).toBe(tree.root());
      expect(seal.newRoot).toBe(tree.applyBlock(blockNumber(i + 2), wanted.updates, 66));
      expect(witness.length).toBeGreaterThan(0);
    }
    expect([keeper.blockNumber(), keeper.root(), keeper.nextIndex()]).toEqual([4, tree.root(), 66]);
    expect(keeper.getAccount(accountIndex(65)).balance).toBe(1030n);
    expect(keeper.findByOwner(bob.owner)).toEqual([65]);
  });

  it("writes nothing of a block whose result is not as expected, or whose signatures are wrong", async () => {
    const root = keeper.root();
    const forged = { ...payment(3), signature: { ...payment(3).signature, s: 5n } };
    const refused: readonly [Partial<SealTask>, string][] = [
      [{ expected: expected(4) }, "node/state-diverged"],
      [{ expected: { type: "root", root: 5n } }, "state/wrong-root"],
      [{ groups: [[forged]] }, "node/state-diverged"],
      [{ groups: [[payment(9)]] }, "node/state-diverged"],
      [{ opening: opening(7) }, "state/wrong-block"],
    ];
    for (const [change, code] of refused) {
      await expect(keeper.seal(task(5, change))).rejects.toMatchObject({ code });
    }
    expect([keeper.blockNumber(), keeper.root()]).toEqual([4, root]);
    await keeper.seal(task(5));
    expect(keeper.blockNumber()).toBe(5);
  });

  it("proves accounts after earlier blocks, and forgets states as it is told", async () => {
    const compress = await createFastCompress();
    const tree = createStateTree({ store: createMemoryStore(), compress });
    const first = tree.applyBlock(blockNumber(1), ACCOUNTS, 66);
    expect(keeper.provableBlocks()).toEqual({ from: 0, to: 5 });
    const proof = keeper.proveAccount(accountIndex(65), blockNumber(1));
    expect(proof).toMatchObject({ account: { balance: 1000n }, root: first });
    const leaf = accountHash(proof.account, compress);
    expect(merkleRoot(65, leaf, proof.siblings, compress)).toBe(first);
    const nobody = keeper.proveAccount(accountIndex(66), blockNumber(1));
    expect(merkleRoot(66, 0n, nobody.siblings, compress)).toBe(first);
    await keeper.forgetBefore(blockNumber(3));
    expect(keeper.provableBlocks()).toEqual({ from: 0, to: 5 });
    for (const number of [6, 7]) await keeper.seal(task(number));
    expect(keeper.provableBlocks()).toEqual({ from: 3, to: 7 });
    const gone = expect.objectContaining({ code: "state/beyond-retention" });
    expect(() => keeper.proveAccount(accountIndex(65), blockNumber(2))).toThrow(gone);
    expect(keeper.proveAccount(accountIndex(65), blockNumber(7)).root).toBe(keeper.root());
  });

  it("undoes blocks", async () => {
    await keeper.rollbackTo(blockNumber(1));
    expect(keeper.blockNumber()).toBe(1);
    expect(keeper.getAccount(accountIndex(65)).balance).toBe(1000n);
    await expect(keeper.rollbackTo(blockNumber(3))).rejects.toMatchObject({ code: "state/wrong-block" });
  });

  it("belongs to one owner, and says when it cannot be opened", async () => {
    const path = join(folder, "state");
    await expect(openStateKeeper({ path, retainedBlocks: 1 })).rejects.toMatchObject({ code: "state/store-locked" });
    const file = join(folder, "file");
    writeFileSync(file, "not a folder");
    await expect(openStateKeeper({ path: file, retainedBlocks: 1 })).rejects.toMatchObject({ code: "state/io" });
  });

  it("finishes earlier requests before it closes, then answers nothing", async () => {
    const path = join(folder, "other");
    const other = await openStateKeeper({ path, retainedBlocks: 10 });
    const applied = other.applyBlock(blockNumber(1), ACCOUNTS, 66);
    await Promise.all([other.close(), other.close()]);
    const root = await applied;
    await expect(other.rollbackTo(blockNumber(0))).rejects.toMatchObject({ code: "node/unavailable" });
    const again = await openStateKeeper({ path, retainedBlocks: 10 });
    expect([again.blockNumber(), again.root()]).toEqual([1, root]);
    await again.close();
  });

  it("reports when the thread ends, unless it was asked to", async () => {
    const open = () => openStateKeeper({ path: join(folder, "lost"), retainedBlocks: 10 });
    const closed = await open();
    await closed.close();
    expect(await Promise.race([closed.lost, setImmediate("nothing is lost")])).toBe("nothing is lost");
    const opened: StateKeeper[] = [];
    const [thread] = await threadsStartedBy("state", async () => opened.push(await open()));
    await thread?.terminate();
    expect(await opened[0]?.lost).toMatchObject({
      code: "node/unavailable",
      message: expect.stringContaining("state"),
    });
    await opened[0]?.close();
  });
});
