import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildCached, rollupTargets } from "@cairn/contracts/build";
import { createFastCompress } from "@cairn/crypto/fast";
import { anvilKey, type DevRollup, type DevToken, startDevRollup } from "@cairn/devnet";
import { depositEth, depositToken, readQueue, rollupDomain, submitBatch } from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  bigintToHex,
  blockNumber,
  EMPTY_QUEUE_HASH,
  encodeFloat16,
  encodeFloat40,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import { FAKE_CRYPTO, type Person, personOf, signTransaction, type TestCrypto } from "@cairn/testkit";
import { blockPublicInput, createBlockBuilder } from "@cairn/vm";
import { type Address, createTestClient, type Hex, http, type TestClient } from "viem";
import { type Ran, runInTest } from "./run.ts";

const SLOTS = 16;
/** Code that answers 1 to every call. */
const ACCEPTS_ALL = "0x600160005260206000f3";
const NAMES = ["operator", "alice", "bob", "carol", "dave"] as const;
const cacheDir = process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache");

/** What a command told. */
export interface Told<T> {
  readonly code: Ran["code"];
  readonly data: T;
}

/** Money that leaves an account in a block. */
export interface Payment {
  readonly from: number;
  readonly amount: bigint;
  readonly recipient: Address;
}

/**
 * The real contract on a real anvil with verifiers that accept everything, so that tests can publish batches at once, and the
 * command with a profile of its people.
 */
export interface UnprovenRollup {
  readonly devnet: DevRollup;
  readonly token: DevToken;
  readonly client: TestClient;
  /** Folder of the profile and of restored states. */
  readonly home: string;
  address(name: (typeof NAMES)[number]): Address;
  /** Queues a deposit of ETH, for oneself with a key or for another owner. */
  deposit(name: (typeof NAMES)[number], amount: bigint, owner?: Address): Promise<void>;
  depositTokens(name: (typeof NAMES)[number], amount: bigint): Promise<void>;
  /** Publishes a block of what waits in the queue and these withdrawals. */
  publish(withdrawals?: readonly Payment[], changed?: { readonly newRoot?: bigint }): Promise<void>;
  /** Root of the operator's state. */
  root(): Hex;
  /** Lets time pass on L1. */
  warp(seconds: number): Promise<void>;
  /** Runs the command with `--json`; its document and exit code. */
  cairn<T = Readonly<Record<string, unknown>>>(...args: readonly string[]): Promise<Told<T>>;
  /** Runs the command for people. */
  cairnText(...args: readonly string[]): Promise<Ran>;
  stop(): Promise<void>;
}

/** Starts an anvil with a rollup of 16 slots and the command's profile. */
export async function startUnprovenRollup(): Promise<UnprovenRollup> {
  for (const target of rollupTargets()) await buildCached(cacheDir, target);
  const devnet = await startDevRollup({ cacheDir, sizes: [SLOTS] });
  const { rollup } = devnet;
  const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
  for (const address of devnet.verifiers.values()) await client.setCode({ address, bytecode: ACCEPTS_ALL });
  const token = await devnet.createToken("USD", 6);
  const domain = rollupDomain(rollup);
  const compress = await createFastCompress();
  const crypto: TestCrypto = { ...FAKE_CRYPTO, compress };
  const tree = createStateTree({ store: createMemoryStore(), compress });
  const home = mkdtempSync(join(tmpdir(), "cairn-cli-escape-"));
  const address = (name: (typeof NAMES)[number]): Address => devnet.wallet(NAMES.indexOf(name)).account.address;
  const person = (owner: Address): Person => ({ ...personOf(owner.toLowerCase()), owner: addressToBigint(owner) });
  writeFileSync(join(home, "profile.json"), JSON.stringify(profileOf(devnet, token)));
  const env = { CAIRN_HOME: home, CAIRN_CACHE_DIR: cacheDir };
  let [consumed, queueHash] = [0, EMPTY_QUEUE_HASH];

  return {
    devnet,
    token,
    client,
    home,
    address,
    async deposit(name, amount, owner = address(name)) {
      const key = owner === address(name) ? person(owner).key : 0n;
      const target = { owner: addressToBigint(owner), key, index: accountIndex(0) };
      await depositEth(rollup, devnet.wallet(NAMES.indexOf(name)), amount, target);
    },
    async depositTokens(name, amount) {
      await devnet.mint(token, address(name), amount);
      const { owner, key } = person(address(name));
      const target = { owner, key, index: accountIndex(0) };
      await depositToken(rollup, devnet.wallet(NAMES.indexOf(name)), token.id, amount, target);
    },
    root: () => bigintToHex(tree.root(), 32),
    async publish(withdrawals = [], changed = {}) {
      const { timestamp } = await rollup.reader.getBlock();
      const builder = createBlockBuilder({
        state: tree,
        domain,
        slotCount: SLOTS,
        blockNumber: blockNumber(tree.blockNumber() + 1),
        timestamp: Number(timestamp),
        queueHash,
        feeAccounts: [],
        verifySignature: crypto.verify,
        compress,
      });
      for (const { operation } of (await readQueue(rollup, consumed)).slice(0, SLOTS / 4)) {
        builder.addL1Operation(operation);
      }
      for (const { from, amount, recipient } of withdrawals) {
        const account = builder.state.getAccount(accountIndex(from));
        const transaction = {
          type: "withdraw",
          from: accountIndex(from),
          nonce: account.nonce,
          tokenId: account.tokenId,
          amount: encodeFloat40(amount),
          fee: encodeFloat16(0n),
          validUntil: 2 ** 32 - 1,
          recipient: addressToBigint(recipient),
        } as const;
        const signer = { ...personOf("signer"), key: account.key };
        const result = builder.addGroup([signTransaction(transaction, signer, domain, crypto)]);
        if (result.type !== "included") throw new TypeError(`not included: ${JSON.stringify(result)}`);
      }
      const executed = builder.seal();
      const oldRoot = tree.root();
      const newRoot = tree.applyBlock(executed.blockNumber, executed.updates, executed.newNextIndex);
      await submitBatch(rollup, devnet.wallet(0), {
        slots: SLOTS,
        fields: { ...blockPublicInput(executed, oldRoot, newRoot), ...changed },
        publishedData: executed.publishedBytes,
        proof: new Uint8Array(32),
        payouts: executed.payouts,
      });
      consumed += executed.l1OperationCount;
      queueHash = executed.queueHashAfter;
    },
    async warp(seconds) {
      await client.increaseTime({ seconds });
      await client.mine({ blocks: 1 });
    },
    async cairn<T>(...args: readonly string[]) {
      const { code, stdout } = await runInTest([...args, "--json"], env);
      return { code, data: JSON.parse(stdout) as T };
    },
    cairnText: (...args) => runInTest(args, env),
    async stop() {
      await devnet.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function profileOf(devnet: DevRollup, token: DevToken): object {
  return {
    version: 1,
    chainId: 31337,
    rollup: devnet.rollup.address,
    l1RpcUrl: devnet.rpcUrl,
    tokens: [token],
    accounts: NAMES.map((name, position) => ({
      name,
      address: devnet.wallet(position).account.address,
      privateKey: anvilKey(position),
    })),
    defaultKey: "dave",
  };
}
