import { type Database, findL1Transaction, type StoredL1Transaction } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { anvilKey } from "@cairn/devnet";
import { connectReader, type L1Reader } from "@cairn/l1";
import { type AnvilNode, startAnvil } from "@cairn/l1/anvil";
import type { Hex } from "@cairn/protocol";
import { pino } from "pino";
import { Registry } from "prom-client";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { createManualClock, type ManualClock } from "../src/clock.ts";
import type { L1Call } from "../src/publisher/l1-call.ts";
import { createL1Sender, type L1Sender, type SenderSettings } from "../src/publisher/l1-sender.ts";
import { createPublisherMetrics } from "../src/publisher/metrics.ts";

export const GWEI = 10n ** 9n;
/** The L1 node checks a blob's 128 cell proofs before it answers. */
const PATIENCE_MS = 600_000;
/** Recipient of the scene's calls. */
export const TARGET: Hex = "0x000000000000000000000000000000000000beef";

/** An L1 that mines only when told to, and for each test a fresh account and database. */
export interface SenderScene {
  readonly clock: ManualClock;
  readonly reader: () => L1Reader;
  readonly account: () => PrivateKeyAccount;
  readonly database: () => Database;
  /** Calls a method of the L1 node. */
  readonly l1: (method: string, params?: readonly unknown[]) => Promise<unknown>;
  readonly mine: () => Promise<unknown>;
  readonly setBaseFee: (wei: bigint) => Promise<unknown>;
  /** Switches to another funded account. */
  readonly changeAccount: () => Promise<void>;
  /** A sender for the account, which asks `reader`. */
  readonly sender: (change?: Partial<SenderSettings>, reader?: L1Reader) => L1Sender;
  /** A transaction of the account with nonce 0, signed outside the sender. */
  readonly signFirst: (tipWei: bigint, maxFeeWei: bigint) => Promise<Hex>;
  readonly call: (subject: number) => L1Call;
  readonly stored: (subject: number) => Promise<StoredL1Transaction>;
  readonly nonceOnChain: () => Promise<number>;
}

/** Sets up a scene for the tests of a `describe` block. */
export function useSenderScene(): SenderScene {
  const databases = createTestDatabases().server;
  const clock = createManualClock(1_700_000_000_000);
  let anvil: AnvilNode;
  let reader: L1Reader;
  let database: Database;
  let account: PrivateKeyAccount;
  let accounts = 0;

  const l1 = async (method: string, params: readonly unknown[] = []): Promise<unknown> => {
    const response = await fetch(anvil.rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const answer = (await response.json()) as { result?: unknown; error?: unknown };
    expect(answer.error).toBeUndefined();
    return answer.result;
  };
  const mine = () => l1("evm_mine");
  const setBaseFee = (wei: bigint) => l1("anvil_setNextBlockBaseFeePerGas", [`0x${wei.toString(16)}`]);
  const changeAccount = async (): Promise<void> => {
    account = privateKeyToAccount(anvilKey(++accounts));
    await l1("anvil_setBalance", [account.address, `0x${(10n ** 20n).toString(16)}`]);
  };

  beforeAll(async () => {
    await databases.start();
    anvil = await startAnvil();
    reader = connectReader(anvil.rpcUrl, anvil.chainId, { timeoutMs: PATIENCE_MS });
    await l1("evm_setAutomine", [false]);
    for (let i = 0; i < 3; i++) await mine();
  });
  afterAll(async () => {
    await databases.stop();
    await anvil.stop();
  });
  beforeEach(async () => {
    database = await (await databases.create()).open();
    await changeAccount();
    await l1("anvil_dropAllTransactions");
    await setBaseFee(1n);
    await mine();
  });

  return {
    clock,
    reader: () => reader,
    account: () => account,
    database: () => database,
    l1,
    mine,
    setBaseFee,
    changeAccount,
    sender: (change = {}, asked = reader) =>
      createL1Sender(
        {
          maxFeePerGas: 1000n * GWEI,
          maxFeePerBlobGas: 1000n * GWEI,
          bumpAfterMs: 60_000,
          finalConfirmations: 2,
          ...change,
        },
        {
          db: database.db,
          reader: asked,
          account,
          clock,
          logger: pino({ level: "silent" }),
          metrics: createPublisherMetrics(new Registry()),
        },
      ),
    signFirst: (maxPriorityFeePerGas, maxFeePerGas) =>
      account.signTransaction({
        type: "eip1559",
        chainId: anvil.chainId,
        nonce: 0,
        to: TARGET,
        gas: 50_000n,
        maxFeePerGas,
        maxPriorityFeePerGas,
      }),
    call: (subject) => ({
      purpose: "submitBatch",
      subject,
      content: "",
      to: TARGET,
      data: "0x01",
      gasLimit: 50_000,
    }),
    stored: async (subject) => {
      const found = await findL1Transaction(database.db, "submitBatch", subject, "");
      if (found === undefined) throw new RangeError(`no L1 transaction for ${subject}`);
      return found;
    },
    nonceOnChain: () => reader.getTransactionCount({ address: account.address }),
  };
}
