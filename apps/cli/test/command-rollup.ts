import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anvilKey, type DevRollup, type DevToken, startDevRollup } from "@cairn/devnet";
import { createUnprovenOperator, standInVerifier, TEST_CACHE_DIR, type Untruth } from "@cairn/devnet/testing";
import { depositEth, depositToken, rollupDomain } from "@cairn/l1";
import { accountIndex, addressToBigint, bigintToHex, encodeFloat16, encodeFloat40 } from "@cairn/protocol";
import { type Person, personOf, signTransaction } from "@cairn/testkit";
import { type Address, createTestClient, type Hex, http, type TestClient } from "viem";
import { type Ran, runInTest } from "./run.ts";

const NAMES = ["operator", "alice", "bob", "carol", "dave"] as const;

/** Output of a command. */
export interface CommandOutput<T> {
  readonly code: Ran["code"];
  readonly data: T;
}

/** Money that leaves an account in a block. */
export interface Payment {
  readonly from: number;
  readonly amount: bigint;
  readonly recipient: Address;
}

/** A rollup with stand-in proofs, and the command with a profile for its people. */
export interface CommandRollup {
  readonly devnet: DevRollup;
  readonly token: DevToken;
  readonly client: TestClient;
  /** Folder of the profile and of restored states. */
  readonly home: string;
  address(name: (typeof NAMES)[number]): Address;
  /** Queues a deposit of ETH, for the depositor with a key or for another owner. */
  deposit(name: (typeof NAMES)[number], amount: bigint, owner?: Address): Promise<void>;
  depositTokens(name: (typeof NAMES)[number], amount: bigint): Promise<void>;
  /** Publishes a block of the waiting queue entries and these withdrawals. */
  publish(withdrawals?: readonly Payment[], untruth?: Untruth): Promise<void>;
  /** Publishes an empty block with its cells in a blob. */
  publishInBlob(): Promise<void>;
  /** Root of the operator's state. */
  root(): Hex;
  /** Lets time pass on L1. */
  warp(seconds: number): Promise<void>;
  /** Runs the command with `--json`; its document and exit code. */
  cairn<T = Readonly<Record<string, unknown>>>(...args: readonly string[]): Promise<CommandOutput<T>>;
  /** Runs the command without `--json`. */
  cairnText(...args: readonly string[]): Promise<Ran>;
  stop(): Promise<void>;
}

/** Starts an anvil with a rollup of 16 slots and the command's profile. */
export async function startCommandRollup(): Promise<CommandRollup> {
  const devnet = await startDevRollup({
    cacheDir: TEST_CACHE_DIR,
    sizes: [16],
    isBatching: true,
    verifierOf: standInVerifier,
  });
  const { rollup } = devnet;
  const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
  const { tree, crypto, ...operator } = await createUnprovenOperator(devnet);
  const token = await devnet.createToken("USD", 6);
  const domain = rollupDomain(rollup);
  const home = mkdtempSync(join(tmpdir(), "cairn-cli-escape-"));
  const address = (name: (typeof NAMES)[number]): Address => devnet.wallet(NAMES.indexOf(name)).account.address;
  const person = (owner: Address): Person => ({ ...personOf(owner.toLowerCase()), owner: addressToBigint(owner) });
  writeFileSync(join(home, "profile.json"), JSON.stringify(profileOf(devnet, token)));
  const env = { CAIRN_HOME: home, CAIRN_CACHE_DIR: TEST_CACHE_DIR };

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
    async publish(withdrawals = [], untruth = {}) {
      await operator.publish((builder) => {
        for (const { from, amount, recipient } of withdrawals) {
          const account = builder.state.getAccount(accountIndex(from));
          const transaction = {
            type: "withdraw",
            from: accountIndex(from),
            nonce: account.nonce,
            tokenId: account.tokenId,
            amount: encodeFloat40(amount),
            fee: encodeFloat16(0n),
            validFrom: 0,
            validUntil: 2 ** 32 - 1,
            reference: 0n,
            recipient: addressToBigint(recipient),
          } as const;
          const signer = { ...personOf("signer"), key: account.key };
          const result = builder.addGroup([signTransaction(transaction, signer, domain, crypto)]);
          if (result.type !== "included") throw new TypeError(`not included: ${JSON.stringify(result)}`);
        }
      }, untruth);
    },
    async publishInBlob() {
      await operator.publishInBlob();
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
