import { linkContentHash } from "@cairn/crypto";
import { findBlock, findTransaction, loadBlockTransactions } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import {
  accountIndex,
  type Deposit,
  encodeFloat16,
  encodeFloat40,
  type L1Operation,
  linkContentWords,
  type SignedTransaction,
  type TransferToNew,
  tokenId,
} from "@cairn/protocol";
import { personOf } from "@cairn/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  accountOf,
  createSequencerHarness,
  FOREVER,
  type Life,
  type SequencerHarness,
} from "../../test/sequencer-harness.ts";
import { createFeePolicy } from "./fee-policy.ts";
import { MAX_ENTRIES_PER_PAGE } from "./owner-accounts.ts";

const databases = createTestDatabases().server;
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const ETH = tokenId(0);
const OWNER = personOf("fee owner");
const NEXT_OWNER = personOf("fee owner of the next operator");
const FEE = 7n;

describe("fees", () => {
  let harness: SequencerHarness;
  let life: Life;
  let nonce: number;
  beforeEach(async () => {
    harness = await createSequencerHarness(await databases.create(), 2);
    life = await harness.begin({ feeTakers: { owner: OWNER.owner, tokens: [ETH] } });
    await harness.fund(life);
    nonce = 0;
  });
  afterEach(() => harness.stop());

  const deposit = (change: Partial<Deposit>): Deposit => ({
    type: "deposit",
    owner: OWNER.owner,
    key: 0n,
    tokenId: ETH,
    amount: 1n,
    index: accountIndex(0),
    ...change,
  });
  /** Processes the operations in blocks of their own. */
  const process = async (...operations: L1Operation[]) => {
    await harness.enqueue(life.database, operations);
    for (let taken = 0; taken < operations.length; taken += 4) {
      await life.sequencer.queueChanged();
      harness.clock.advance(50);
      await life.sequencer.sealNow();
    }
  };
  const pay = () => life.sequencer.submit([harness.transfer(0, 1, nonce++, { fee: encodeFloat16(FEE) })]);
  const payInOneBlock = async () => {
    const outcome = await pay();
    await life.sequencer.sealNow();
    return outcome;
  };
  const openFor = (toOwner: bigint, toKey: bigint): Promise<unknown> => {
    const transaction: TransferToNew = {
      type: "transferToNew",
      from: accountOf(1),
      toOwner,
      toKey,
      nonce: life.sequencer.state().getAccount(accountOf(1)).nonce,
      tokenId: ETH,
      amount: encodeFloat40(1n),
      fee: encodeFloat16(0n),
      validFrom: 0,
      validUntil: FOREVER,
      reference: 0n,
      link: null,
    };
    return life.sequencer.submit([harness.sign(transaction, 1)]);
  };
  const balance = (index: number) => life.sequencer.state().getAccount(accountIndex(index)).balance;
  const confirmed = { type: "accepted", transactions: [{ status: "confirmed" }] };
  const refused = { type: "rejected", reason: { type: "feeTokenNotAccepted" } };

  it("stay payable when a stranger deposits four junk tokens for the fee owner first", async () => {
    await process(...[5, 6, 7, 8].map((junk) => deposit({ tokenId: tokenId(junk) })));
    expect(life.sequencer.feeAccounts()).toEqual({ accounts: [], missing: [ETH] });
    expect(await pay()).toMatchObject(refused);
    nonce = 0;
    await process(deposit({ key: OWNER.key }));
    expect(await payInOneBlock()).toMatchObject(confirmed);
    expect(balance(70)).toBe(1n + FEE);
    expect(life.sequencer.feeAccounts()).toEqual({ accounts: [70], missing: [] });
  });

  it("of a linked group are judged as a whole: a sponsor pays for somebody who has nothing that pays fees", async () => {
    await process(deposit({ key: OWNER.key }));
    const [user] = harness.people;
    await process(deposit({ owner: user?.owner ?? 0n, key: user?.key ?? 0n, tokenId: tokenId(5), amount: 100n }));
    await life.crash();
    const settings = { batchGas: 1600n, blocksPerBatch: 1n, gasPerByte: 1n, payoutGas: 1n };
    const percents = { expectedFillPercent: 50n, operatorPercent: 10n, tolerancePercent: 80n };
    const tokens = [{ tokenId: ETH, weiPer1e18: 10n ** 18n }];
    const policy = createFeePolicy({ slotCount: 16, tokens, ...settings, ...percents }, () => 1n);
    life = await harness.begin({ feeTakers: { owner: OWNER.owner, tokens: [ETH] } }, undefined, policy);
    const quote = policy.quote("transfer", ETH)?.minimumFee ?? 0n;
    const USER = accountIndex(67);
    const free = (fee: bigint, nonces: readonly [number, number]) => {
      const paying = { tokenId: tokenId(5), from: USER, fee: encodeFloat16(0n), amount: encodeFloat40(1n) };
      const content = (signed: SignedTransaction) =>
        linkContentHash(linkContentWords(signed.transaction), harness.compress);
      const sponsoring = { fee: encodeFloat16(fee), amount: encodeFloat40(0n) };
      const toSelf = { toOwner: user?.owner ?? 0n, toKey: user?.key ?? 0n, to: USER };
      const first = harness.transfer(0, 1, nonces[0], { ...paying, ...toSelf });
      const second = harness.transfer(1, 1, nonces[1], sponsoring);
      return [
        harness.transfer(0, 1, nonces[0], { ...paying, ...toSelf, link: { offset: 1, content: content(second) } }),
        harness.transfer(1, 1, nonces[1], { ...sponsoring, link: { offset: -1, content: content(first) } }),
      ];
    };
    const [alone] = free(2n * quote, [0, 0]);
    expect(alone && (await life.sequencer.submit([alone]))).toMatchObject({ type: "rejected" });
    expect(await life.sequencer.submit(free(2n * quote - 1n, [0, 0]))).toMatchObject(refused);
    const paid = { type: "accepted", transactions: [{ status: "confirmed" }, { status: "confirmed" }] };
    expect(await life.sequencer.submit(free(2n * quote, [0, 0]))).toMatchObject(paid);
    await life.sequencer.sealNow();
    expect(balance(66)).toBe(1n + 2n * quote);
  });

  it("are not collected under a stranger's key in the fee owner's name, before or after the owner's own deposit", async () => {
    const stranger = personOf("stranger");
    await openFor(OWNER.owner, stranger.key);
    await life.sequencer.sealNow();
    expect(await pay()).toMatchObject(refused);
    nonce = 0;
    await process(deposit({ key: OWNER.key }));
    await openFor(OWNER.owner, stranger.key);
    await life.sequencer.sealNow();
    await payInOneBlock();
    expect([balance(66), balance(67), balance(68)]).toEqual([1n, 1n + FEE, 1n]);
  });

  it("continue after a forced withdrawal emptied their account and after its owner changed the key", async () => {
    await process(deposit({ key: OWNER.key }));
    await payInOneBlock();
    await process({ type: "forcedWithdraw", sender: OWNER.owner, index: accountIndex(66) });
    await payInOneBlock();
    expect(balance(66)).toBe(FEE);
    await process({ type: "setKey", sender: OWNER.owner, index: accountIndex(66), key: NEXT_OWNER.key });
    await payInOneBlock();
    expect(balance(66)).toBe(2n * FEE);
  });

  it("cannot be moved by a stranger's set-key or forced withdrawal", async () => {
    const sender = personOf("stranger").owner;
    await process(deposit({ key: OWNER.key }));
    await process(
      { type: "setKey", sender, index: accountIndex(66), key: personOf("stranger").key },
      { type: "forcedWithdraw", sender, index: accountIndex(66) },
    );
    await payInOneBlock();
    expect(life.sequencer.state().getAccount(accountIndex(66))).toMatchObject({ balance: 1n + FEE, key: OWNER.key });
  });

  it("go to the account that the owner authorised once there is one, even after a restart", async () => {
    await process(deposit({}));
    await payInOneBlock();
    await process(deposit({ key: OWNER.key }));
    await payInOneBlock();
    await life.crash();
    life = await harness.begin({ feeTakers: { owner: OWNER.owner, tokens: [ETH] } });
    await payInOneBlock();
    expect([balance(66), balance(67)]).toEqual([1n + FEE, 1n + 2n * FEE]);
  });

  it("go to the next operator's owner after a handover, except for the block that was open", async () => {
    await process(deposit({ key: OWNER.key }), deposit({ owner: NEXT_OWNER.owner, key: NEXT_OWNER.key }));
    await openFor(NEXT_OWNER.owner, personOf("stranger").key);
    await life.sequencer.sealNow();
    await pay();
    await life.crash();
    life = await harness.begin({ feeTakers: { owner: NEXT_OWNER.owner, tokens: [ETH] } });
    await life.sequencer.sealNow();
    await payInOneBlock();
    expect([balance(66), balance(67), balance(68)]).toEqual([1n + FEE, 1n + FEE, 1n]);
  });

  it("follow the owner's account to another index when blocks are rebuilt", async () => {
    const first = await openFor(personOf("someone").owner, 0n);
    expect(first).toMatchObject(confirmed);
    await life.sequencer.sealNow();
    await process(deposit({ key: OWNER.key }));
    await payInOneBlock();
    expect(life.sequencer.feeAccounts().accounts).toEqual([67]);
    // Rebuilt from the second block on, with the queue entry first: the two accounts swap places.
    await life.sequencer.rebuildFrom(2, "test");
    await life.sequencer.sealNow();
    const [account] = life.sequencer.feeAccounts().accounts;
    expect(life.sequencer.state().getAccount(account ?? accountIndex(0))).toMatchObject({
      owner: OWNER.owner,
      key: OWNER.key,
    });
    nonce = life.sequencer.state().getAccount(accountOf(0)).nonce;
    const before = balance(account ?? 0);
    expect(await payInOneBlock()).toMatchObject(confirmed);
    expect(balance(account ?? 0)).toBe(before + FEE);
    expect(await findBlock(life.database.db, life.keeper.blockNumber())).toMatchObject({ feeAccounts: [account] });
  });

  it("of a transaction that waited while the gas price rose must suffice at its turn", async () => {
    await process(deposit({ key: OWNER.key }));
    await life.crash();
    let gasPrice = 1n;
    const priced = { slotCount: 16, tokens: [{ tokenId: ETH, weiPer1e18: 10n ** 18n }] } as const;
    const gas = { batchGas: 800n, blocksPerBatch: 1n, gasPerByte: 0n, payoutGas: 0n };
    const percents = { expectedFillPercent: 100n, operatorPercent: 0n, tolerancePercent: 100n };
    const takers = { owner: OWNER.owner, tokens: [ETH] };
    const policy = createFeePolicy({ ...priced, ...gas, ...percents }, () => gasPrice);
    life = await harness.begin({ feeTakers: takers }, undefined, policy);
    const paying = (of: number, fee: bigint) => harness.transfer(0, 1, of, { fee: encodeFloat16(fee) });
    const cheap = await life.sequencer.submit([paying(1, 50n)]);
    const dear = await life.sequencer.submit([paying(2, 500n)]);
    expect([cheap, dear]).toMatchObject(Array(2).fill({ type: "accepted", transactions: [{ status: "received" }] }));
    gasPrice = 10n;
    expect(await life.sequencer.submit([paying(0, 500n)])).toMatchObject(confirmed);
    await life.sequencer.sealNow();
    const rows = await loadBlockTransactions(life.database.db, life.keeper.blockNumber());
    expect(rows).toHaveLength(1);
    const [id = 0n] = cheap.type === "accepted" ? cheap.transactions.map((one) => one.id) : [];
    expect(await findTransaction(life.database.db, id)).toMatchObject({
      status: "rejected",
      rejection: { type: "feeTooLow" },
    });
    expect(await life.sequencer.submit([paying(1, 500n)])).toMatchObject(confirmed);
    expect(life.sequencer.state().getAccount(accountOf(0)).nonce).toBe(3);
  });

  it("and an owner's list are read page by page, however many accounts strangers opened", async () => {
    const count = 12;
    for (let i = 0; i < count; i++) await openFor(OWNER.owner, 0n);
    await life.sequencer.sealNow();
    const found: number[] = [];
    let from: number | null = 0;
    while (from !== null) {
      const page = life.sequencer.listAccounts({ owner: OWNER.owner, from, limit: 5 });
      expect(page.accounts.length).toBeLessThanOrEqual(5);
      found.push(...page.accounts.map(({ index }) => index));
      from = page.next;
    }
    expect(found).toEqual(Array.from({ length: count }, (_, i) => 66 + i));
    expect(MAX_ENTRIES_PER_PAGE).toBeGreaterThanOrEqual(100);
  });
});
