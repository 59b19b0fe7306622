import { accountHash } from "@cairn/crypto";
import { findBatch, insertAcceptedBatch, listBatches, markBatchAccepted, revokeAcceptancesFrom } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { accountIndex, blockNumber, payoutListHash } from "@cairn/protocol";
import { accountProofFromJson, ROUTES } from "@cairn/rpc";
import { merkleRoot } from "@cairn/state";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountOf, createSequencerHarness, type Life, type SequencerHarness } from "../../test/sequencer-harness.ts";
import { headerOf, loadBatchContent, toPayout } from "../batches/content.ts";
import { createForgetter, PROVABLE_BATCHES, readProvableBatches } from "../provable-batches.ts";
import { findAccountProof } from "./account-proofs.ts";

const databases = createTestDatabases().server;
const WORD = new Uint8Array(32);
/** Batches that L1 accepts in all; each moves money from person 0 to person 1. */
const BATCHES = PROVABLE_BATCHES + 4;

describe("proofs of accounts", () => {
  let harness: SequencerHarness;
  let life: Life;
  /** Root after each batch, by its number. */
  const roots = new Map<number, bigint>();

  const accept = async (number: number): Promise<void> => {
    const { db } = life.database;
    const [{ firstBlock, lastBlock } = expect.unreachable()] = await listBatches(db, { limit: 1 });
    const content = await loadBatchContent(db, { firstBlock, lastBlock });
    if (content === null) throw new RangeError("no such blocks");
    const place = { l1Transaction: WORD, l1Block: 100 + number, l1BlockHash: WORD };
    const header = headerOf(content, { circuit: "solo16", dataSource: "calldata" });
    await insertAcceptedBatch(db, {
      number,
      firstBlock,
      lastBlock,
      submitter: 5n,
      header,
      dataCommitment: WORD.with(0, number),
      payoutsHash: payoutListHash(content.payouts.map(toPayout)),
      content: null,
      ...place,
      l1Timestamp: 1,
      isFromArchive: false,
    });
    await markBatchAccepted(db, firstBlock, { number, ...place, atMs: 60 });
    roots.set(number, header.newRoot);
  };
  const sealAndClose = async (): Promise<void> => {
    const nonce = life.sequencer.state().getAccount(accountOf(0)).nonce;
    await life.sequencer.submit([harness.transfer(0, 1, nonce)]);
    await life.sequencer.sealNow();
    await life.closeBatches();
  };

  beforeAll(async () => {
    await databases.start();
    harness = await createSequencerHarness(await databases.create(), 3);
    life = await harness.begin();
    await harness.fund(life);
    await life.closeBatches();
    for (let number = 1; number <= BATCHES; number++) {
      await accept(number);
      await sealAndClose();
    }
  });
  afterAll(async () => {
    await harness?.stop();
    await databases.stop();
  });

  const ask = (index: number, query: Readonly<Record<string, string>> = {}, { database, keeper } = life) =>
    findAccountProof({ db: database.db, keeper }, accountIndex(index), ROUTES.accountProof.query.parse(query));
  const rootOf = async (answer: Awaited<ReturnType<typeof ask>>): Promise<bigint> => {
    const { index, account, siblings } = accountProofFromJson(ROUTES.accountProof.response.parse(answer));
    return merkleRoot(index, accountHash(account, harness.compress), siblings, harness.compress);
  };

  it("lead to the root after the newest batch that L1 accepted, not after the newest block", async () => {
    const answer = await ask(accountOf(0));
    expect(answer).toMatchObject({ block: BATCHES, batch: { number: BATCHES } });
    expect(await rootOf(answer)).toBe(roots.get(BATCHES));
    expect(answer.account.nonce).toBe(BATCHES - 1);
  });

  it("lead to the root after each of the last 64 batches, also for accounts that do not exist", async () => {
    for (let batch = BATCHES - PROVABLE_BATCHES + 1; batch <= BATCHES; batch++) {
      for (const index of [accountOf(0), accountOf(1), accountOf(2), 5, 1_000_000]) {
        const answer = await ask(index, { batch: String(batch) });
        expect(answer.batch?.number).toBe(batch);
        expect(await rootOf(answer), `account ${index} after batch ${batch}`).toBe(roots.get(batch));
      }
    }
    expect((await ask(5)).account).toMatchObject({ owner: `0x${"0".repeat(40)}`, balance: "0", nonce: 0 });
  });

  it("are refused for older batches, with those that the node has", async () => {
    const window = { oldest: BATCHES - PROVABLE_BATCHES + 1, newest: BATCHES };
    for (const batch of ["1", String(BATCHES - PROVABLE_BATCHES)]) {
      await expect(ask(64, { batch })).rejects.toMatchObject({ code: "gone", status: 410, details: window });
    }
    expect(await readProvableBatches(life.database.db, life.keeper)).toEqual(window);
  });

  it("are refused for batches that L1 has not accepted", async () => {
    for (const batch of [String(BATCHES + 1), "999999999999999"]) {
      const notYet = { code: "not-accepted", status: 409, details: { newest: BATCHES } };
      await expect(ask(64, { batch })).rejects.toMatchObject(notYet);
    }
    await expect(ask(64, { batch: "0" })).rejects.toMatchObject({ code: "gone" });
  });

  it("come for the newest sealed state too, which names no batch", async () => {
    const answer = await ask(accountOf(0), { state: "sealed" });
    expect(answer).toMatchObject({ block: BATCHES + 1, batch: null, account: { nonce: BATCHES } });
    expect(await rootOf(answer)).toBe(life.keeper.root());
    await expect(ask(64, { state: "sealed", batch: "3" })).rejects.toMatchObject({ code: "bad-request" });
  });

  it("are forgotten as L1 accepts batches, until as many states are left as are promised", async () => {
    const forgetter = createForgetter({ ...life, clock: harness.clock, logger: pino({ level: "silent" }) });
    await forgetter.poll();
    // Two blocks of what is too old go with each new one.
    for (let i = 0; i < 3; i++) await sealAndClose();
    expect(life.keeper.provableBlocks()).toEqual({ from: BATCHES - PROVABLE_BATCHES + 1, to: BATCHES + 4 });
    const oldest = await ask(64, { batch: String(BATCHES - PROVABLE_BATCHES + 1) });
    expect(await rootOf(oldest)).toBe(roots.get(BATCHES - PROVABLE_BATCHES + 1));
  });

  it("are refused where the state store does not go back as far: it was restored, or older", async () => {
    const { keeper } = life;
    const from = blockNumber(BATCHES - 2);
    const young = {
      ...life,
      keeper: {
        ...keeper,
        provableBlocks: () => ({ from, to: keeper.blockNumber() }),
        proveAccount: (...[index, block]: Parameters<typeof keeper.proveAccount>) => {
          if (block < from) return keeper.proveAccount(index, blockNumber(0));
          return keeper.proveAccount(index, block);
        },
      },
    };
    const window = { oldest: BATCHES - 2, newest: BATCHES };
    await expect(ask(64, { batch: String(BATCHES - 3) }, young)).rejects.toMatchObject({
      code: "gone",
      details: window,
    });
    expect((await ask(64, { batch: String(BATCHES - 2) }, young)).batch?.number).toBe(BATCHES - 2);
  });

  it("are unavailable while the state store is behind or has other blocks than the database", async () => {
    const { keeper } = life;
    const behind = {
      ...life,
      keeper: { ...keeper, proveAccount: () => keeper.proveAccount(accountOf(0), blockNumber(9_999)) },
    };
    const other = {
      ...life,
      keeper: { ...keeper, proveAccount: () => keeper.proveAccount(accountOf(0), keeper.blockNumber()) },
    };
    for (const wrong of [behind, other]) {
      await expect(ask(64, {}, wrong)).rejects.toMatchObject({ code: "node/unavailable" });
    }
  });

  it("are of an earlier batch after a reorg of L1, and of none before the first", async () => {
    const { db } = life.database;
    await revokeAcceptancesFrom(db, 100 + BATCHES, 70);
    expect((await ask(64)).batch?.number).toBe(BATCHES - 1);
    await expect(ask(64, { batch: String(BATCHES) })).rejects.toMatchObject({ code: "not-accepted" });
    expect(await findBatch(db, BATCHES)).toMatchObject({ acceptance: null });
    await revokeAcceptancesFrom(db, 0, 80);
    await expect(ask(64)).rejects.toMatchObject({ code: "not-accepted", details: { newest: null } });
    expect(await readProvableBatches(db, life.keeper)).toBeNull();
  });
});
