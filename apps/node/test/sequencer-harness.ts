import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Compress, linkContentHash, sign as signHash } from "@cairn/crypto";
import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import { type Database, findLastQueueEntry, insertQueueEntries, type QueueEntry, storePublisher } from "@cairn/db";
import type { TestDatabase } from "@cairn/db/testing";
import {
  type AccountIndex,
  accountIndex,
  EMPTY_QUEUE_HASH,
  encodeFloat16,
  encodeFloat40,
  encodeL1Operation,
  type L1Operation,
  type L2Transaction,
  linkContentWords,
  nextQueueHash,
  type SignedTransaction,
  type Transfer,
  tokenId,
} from "@cairn/protocol";
import { type Person, personOf, signTransaction, type TestCrypto } from "@cairn/testkit";
import { pino } from "pino";
import { Registry } from "prom-client";
import { createBatcher } from "../src/batches/batcher.ts";
import { inCalldata } from "../src/batches/closing.ts";
import { createBatchPolicy } from "../src/batches/policy.ts";
import { type BlockRules, createBlockRules } from "../src/block-rules.ts";
import { createManualClock, type ManualClock } from "../src/clock.ts";
import { LONGEST_WAIT_SECONDS } from "../src/promise-rules.ts";
import { createFeePolicy, type FeePolicy } from "../src/sequencer/fee-policy.ts";
import { createSequencerMetrics } from "../src/sequencer/metrics.ts";
import { createPromises, type Promises } from "../src/sequencer/promises.ts";
import { createSequencer, type Sequencer } from "../src/sequencer/sequencer.ts";
import type { SequencerSettings } from "../src/sequencer/settings.ts";
import { createSignatureChecker, type SignatureChecker } from "../src/sequencer/signature-checker.ts";
import { openStateKeeper, type StateKeeper } from "../src/sequencer/state-keeper.ts";

export const START_MS = 1_700_000_000_000;
/** L1 account that submits the batches. */
export const PUBLISHER = 0xb0bn;
export const DOMAIN = { chainId: 31337n, rollup: 0xca1n };
/** Checks the signatures of all harnesses of this process, because starting its thread takes longer than most tests. */
const checker: SignatureChecker = createSignatureChecker(1);
/** The sequencer ticks at least this often. */
const TICK_MS = 100;
export const FOREVER = 2 ** 32 - 1;

/** One run of a sequencer on its stores. */
export interface Life {
  readonly sequencer: Sequencer;
  readonly database: Database;
  readonly keeper: StateKeeper;
  /** Closes a batch for every sealed block. */
  readonly closeBatches: () => Promise<void>;
  /** Ends it like a crash: the stores close under it. */
  readonly crash: () => Promise<void>;
}

export interface SequencerHarness {
  readonly clock: ManualClock;
  /** Lets time pass, and due work happen. */
  readonly pass: (ms: number) => Promise<void>;
  readonly rules: BlockRules;
  readonly promises: Promises;
  readonly compress: Compress;
  readonly people: readonly Person[];
  readonly stateDirectory: string;
  /** `wrap` is placed between the sequencer and its state store. */
  readonly begin: (
    settings?: Partial<SequencerSettings>,
    wrap?: (keeper: StateKeeper) => StateKeeper,
    feePolicy?: FeePolicy,
  ) => Promise<Life>;
  /** Appends operations to the stored L1 queue. */
  readonly enqueue: (database: Database, operations: readonly L1Operation[]) => Promise<void>;
  /** Deposits for every person and processes them in a block; person i has account 64 + i. */
  readonly fund: (life: Life, amount?: bigint) => Promise<void>;
  readonly transfer: (from: number, to: number, nonce: number, change?: Partial<Transfer>) => SignedTransaction;
  /** Two transfers that run together or not at all. */
  readonly swap: (a: number, b: number, nonces: readonly [number, number]) => readonly SignedTransaction[];
  readonly sign: (transaction: L2Transaction, signer: number) => SignedTransaction;
  readonly stop: () => Promise<void>;
}

export async function createSequencerHarness(
  test: TestDatabase,
  peopleCount: number,
  maxWaitSeconds = LONGEST_WAIT_SECONDS,
): Promise<SequencerHarness> {
  const clock = createManualClock(START_MS);
  const rules = createBlockRules(clock, { maxSeconds: 3600, maxBlocks: 1000 });
  const promises = createPromises(
    { slotCount: 16, maxWaitSeconds, assumedSecondsPerBlock: 15, batch: { maxBlocks: 1, maxAgeSeconds: 600 } },
    clock,
    rules,
  );
  const compress = await createFastCompress();
  const verifier = await createFastSignatureVerifier();
  const people = Array.from({ length: peopleCount }, (_, i) => personOf(`person ${i}`));
  const crypto: TestCrypto = {
    compress,
    sign: (message, { secretKey }) => signHash(message, secretKey, compress),
    verify: verifier.verify,
  };
  const stateDirectory = mkdtempSync(join(tmpdir(), "cairn-state-"));
  const lives = new Set<Life>();

  const settingsOf = (change: Partial<SequencerSettings>): SequencerSettings => ({
    domain: DOMAIN,
    slotCount: 16,
    blockTimeMs: 1000,
    minValiditySeconds: 60,
    nonceWindow: 16,
    maxGroupSize: 4,
    pool: { maxTransactions: 100, maxPerAccount: 8, replacementPercent: 10 },
    maxInFlight: 1000,
    feeTakers: null,
    ...change,
  });

  const begin: SequencerHarness["begin"] = async (change = {}, wrap = (keeper) => keeper, feePolicy = undefined) => {
    const database = await test.open();
    const keeper = await openStateKeeper({ path: stateDirectory, retainedBlocks: 1000 });
    const settings = settingsOf(change);
    const sequencer = createSequencer(settings, {
      database,
      keeper: wrap(keeper),
      checker,
      verify: verifier.verify,
      compress,
      feePolicy: feePolicy ?? freeOfCharge(settings.slotCount),
      clock,
      rules,
      promises,
      logger: pino({ level: "silent" }),
      metrics: createSequencerMetrics(new Registry()),
    });
    await storePublisher(database.db, { account: PUBLISHER, dataMode: "calldata", maxBlobGasWei: 0n, maxGasWei: 0n });
    const batcher = createBatcher({
      database,
      domain: DOMAIN,
      policy: createBatchPolicy({ maxBlocks: 1, maxAgeSeconds: 1, inclusionDelaySeconds: null }),
      clock,
      logger: pino({ level: "silent" }),
      placeOf: inCalldata,
      onPlanned: () => undefined,
    });
    const life: Life = {
      sequencer,
      database,
      keeper,
      closeBatches: batcher.close,
      crash: async () => {
        lives.delete(life);
        await database.close();
        await sequencer.stop();
        await keeper.close();
      },
    };
    lives.add(life);
    await sequencer.start();
    return life;
  };

  const enqueue = async (database: Database, operations: readonly L1Operation[]): Promise<void> => {
    const last = await findLastQueueEntry(database.db);
    let hash = last?.hashAfter ?? EMPTY_QUEUE_HASH;
    const first = (last?.index ?? -1) + 1;
    const entries = operations.map((operation, i): QueueEntry => {
      hash = nextQueueHash(hash, encodeL1Operation(operation));
      return {
        index: first + i,
        operation,
        hashAfter: hash,
        l1Block: 10 + first + i,
        l1BlockHash: new Uint8Array(32).fill(1),
        l1Transaction: new Uint8Array(32).fill(2),
        enqueuedAt: START_MS / 1000,
        isFromArchive: false,
      };
    });
    await insertQueueEntries(database.db, entries);
  };

  const transfer = (from: number, to: number, nonce: number, change: Partial<Transfer> = {}): SignedTransaction => {
    const receiver = personAt(to);
    return sign(
      {
        type: "transfer",
        from: accountOf(from),
        to: accountOf(to),
        toOwner: receiver.owner,
        toKey: receiver.key,
        nonce,
        tokenId: tokenId(0),
        amount: encodeFloat40(1000n),
        fee: encodeFloat16(0n),
        validFrom: 0,
        validUntil: FOREVER,
        reference: 0n,
        link: null,
        ...change,
      },
      from,
    );
  };

  const sign = (transaction: L2Transaction, signer: number) =>
    signTransaction(transaction, personAt(signer), DOMAIN, crypto);

  return {
    clock,
    pass: async (ms) => {
      clock.advance(ms);
      // The next tick is due only after the one that this ran.
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(TICK_MS);
      await new Promise((resolve) => setImmediate(resolve));
    },
    rules,
    promises,
    compress,
    people,
    stateDirectory,
    begin,
    enqueue,
    fund: async ({ sequencer, database }, amount = 10n ** 18n) => {
      await enqueue(
        database,
        people.map(({ owner, key }) => ({
          type: "deposit",
          owner,
          key,
          tokenId: tokenId(0),
          amount,
          index: accountIndex(0),
        })),
      );
      for (let taken = 0; taken < people.length; taken += 4) {
        await sequencer.queueChanged();
        clock.advance(50);
        await sequencer.sealNow();
      }
    },
    transfer,
    swap: (a, b, [nonceA, nonceB]) => {
      const content = (signed: SignedTransaction) => linkContentHash(linkContentWords(signed.transaction), compress);
      const [forth, back] = [transfer(a, b, nonceA), transfer(b, a, nonceB)];
      return [
        transfer(a, b, nonceA, { link: { offset: 1, content: content(back) } }),
        transfer(b, a, nonceB, { link: { offset: -1, content: content(forth) } }),
      ];
    },
    sign,
    stop: async () => {
      for (const life of lives) await life.crash();
      rmSync(stateDirectory, { recursive: true, force: true });
    },
  };

  function personAt(index: number): Person {
    const person = people[index];
    if (person === undefined) throw new RangeError(`no person ${index}`);
    return person;
  }
}

function freeOfCharge(slotCount: SequencerSettings["slotCount"]): FeePolicy {
  const nothing = { tokens: [], batchGas: 0n, blocksPerBatch: 1n, gasPerByte: 0n, payoutGas: 0n };
  const percents = { expectedFillPercent: 100n, operatorPercent: -100n, tolerancePercent: 100n };
  return createFeePolicy({ slotCount, ...nothing, ...percents }, () => 1n);
}

/** Account of a funded person. */
export function accountOf(person: number): AccountIndex {
  return accountIndex(64 + person);
}
