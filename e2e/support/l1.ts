import { type RollupParameters, rollupAbi } from "@cairn/contracts";
import { anvilKey, type DeployDevRollupOptions, type DevRollup, type DevToken, startDevRollup } from "@cairn/devnet";
import { standInVerifier } from "@cairn/devnet/testing";
import type { L1Rollup, L1Wallet } from "@cairn/l1";
import { CairnError } from "@cairn/protocol";
import { type ContractFunctionReturnType, createTestClient, type Hex, http } from "viem";
import type { Proofs } from "./commands.ts";
import type { E2eErrorCode } from "./errors.ts";
import { type L1Proxy, startL1Proxy } from "./l1-proxy.ts";
import { CACHE_DIR } from "./places.ts";

/** The rollup contract's state. */
type ChainState = ContractFunctionReturnType<typeof rollupAbi, "view", "state">;

/** An L1 node with a rollup, a proxy that the rollup's node talks to, and direct access past the proxy. */
export interface L1 {
  /** Address of the L1 node itself. */
  readonly rpcUrl: string;
  readonly proxy: L1Proxy;
  readonly rollup: L1Rollup;
  readonly devnet: DevRollup;
  /** Wallet of a prefunded account; 0 is the operator, under whose key the node publishes. */
  readonly wallet: (position: number) => L1Wallet;
  readonly privateKey: (position: number) => Hex;
  readonly createToken: (symbol: string, decimals: number) => Promise<DevToken>;
  /** State of the rollup contract. */
  readonly state: () => Promise<ChainState>;
  /** Number of the latest block. */
  readonly head: () => Promise<number>;
  readonly mine: (blocks?: number) => Promise<void>;
  /** Moves L1's clock forward, and mines a block. */
  readonly passTime: (seconds: number) => Promise<void>;
  /** Mines a block for each transaction. */
  readonly mineAtOnce: () => Promise<void>;
  /** Mines a block at this interval, empty or not. */
  readonly mineEvery: (seconds: number) => Promise<void>;
  /** Mines no block unless asked. */
  readonly mineByHand: () => Promise<void>;
  /** Base fee of the next block, in wei. */
  readonly setNextBaseFee: (wei: bigint) => Promise<void>;
  /** Replaces the last `depth` blocks by as many empty ones; their transactions are gone, also from the pool. */
  readonly reorg: (depth: number) => Promise<void>;
  /** Replaces everything after block `height`, in the same way. */
  readonly reorgTo: (height: number) => Promise<void>;
  /**
   * Replaces the last blocks, at most `depth` and none from before the rollup: the operator's transactions are gone,
   * those of others are mined again in the same order.
   */
  readonly reorgKeepingDeposits: (depth: number) => Promise<void>;
  /** Drops every transaction that waits to be mined. */
  readonly clearPool: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A signed transaction and its replaced block, counted from the first. */
type Kept = readonly [raw: Hex, offset: number];

/** Options of {@link startL1}. */
export interface L1Options {
  /** Seconds between blocks; by default a block for each transaction. */
  readonly blockTimeSeconds?: number;
  /** Differences from the rollup's default parameters, such as shorter delays. */
  readonly parameters?: Partial<RollupParameters>;
}

/**
 * A rollup for blocks of 16 slots. With stand-in proofs it also takes batches of several blocks, whose real proofs take
 * minutes.
 */
export function deploymentFor(proofs: Proofs): DeployDevRollupOptions {
  const solo = { cacheDir: CACHE_DIR, sizes: [16] } as const;
  return proofs === "real" ? solo : { ...solo, isBatching: true, verifierOf: standInVerifier };
}

/** Starts anvil, deploys the rollup of {@link deploymentFor}, and puts a proxy in front. */
export async function startL1({
  blockTimeSeconds,
  parameters = {},
  proofs,
}: L1Options & { readonly proofs: Proofs }): Promise<L1> {
  const devnet = await startDevRollup({ ...deploymentFor(proofs), parameters });
  const { rpcUrl, rollup } = devnet;
  const proxy = await startL1Proxy(rpcUrl);
  const client = createTestClient({ mode: "anvil", chain: rollup.reader.chain, transport: http(rpcUrl) });
  const head = async (): Promise<number> => Number(await rollup.reader.getBlockNumber());

  const firstHeight = await head();
  const operator = devnet.wallet(0).account.address.toLowerCase();

  const readRaw = (hash: Hex): Promise<Hex> =>
    client.request<{ Method: "eth_getRawTransactionByHash"; Parameters: [Hex]; ReturnType: Hex }>({
      method: "eth_getRawTransactionByHash",
      params: [hash],
    });

  const reorg = async (depth: number, kept: readonly Kept[] = [], triesLeft = 2): Promise<void> => {
    const before = await rollup.reader.getBlock();
    await client.request<{ Method: "anvil_reorg"; Parameters: [number, readonly Kept[]]; ReturnType: null }>({
      method: "anvil_reorg",
      params: [depth, kept],
    });
    // A reorg sets the clock of the L1 node back; on a real chain the next block has the current time.
    await client.request<{ Method: "evm_setTime"; Parameters: [number]; ReturnType: unknown }>({
      method: "evm_setTime",
      params: [Math.max(Number(before.timestamp), Math.floor(Date.now() / 1000))],
    });
    const after = await rollup.reader.getBlock({ blockNumber: before.number });
    if (after.hash !== before.hash) return;
    // A block that was mined in between was replaced instead.
    if (triesLeft > 0) return reorg(depth, kept, triesLeft - 1);
    throw new CairnError<E2eErrorCode>("e2e/rpc-failed", `the L1 node did not reorganise ${depth} blocks`);
  };

  if (blockTimeSeconds !== undefined) await client.setIntervalMining({ interval: blockTimeSeconds });
  return {
    rpcUrl,
    proxy,
    rollup,
    devnet,
    wallet: devnet.wallet,
    privateKey: anvilKey,
    createToken: devnet.createToken,
    head,
    mine: (blocks = 1) => client.mine({ blocks }),
    state: () => rollup.reader.readContract({ address: rollup.address, abi: rollupAbi, functionName: "state" }),
    passTime: async (seconds) => {
      await client.increaseTime({ seconds });
      await client.mine({ blocks: 1 });
    },
    mineAtOnce: async () => {
      await client.setIntervalMining({ interval: 0 });
      await client.setAutomine(true);
    },
    mineEvery: (interval) => client.setIntervalMining({ interval }),
    mineByHand: async () => {
      await client.setIntervalMining({ interval: 0 });
      await client.setAutomine(false);
    },
    setNextBaseFee: (baseFeePerGas) => client.setNextBlockBaseFeePerGas({ baseFeePerGas }),
    reorg,
    reorgKeepingDeposits: async (wanted) => {
      const height = await head();
      const depth = Math.min(wanted, height - firstHeight);
      if (depth <= 0) return;
      const kept: Kept[] = [];
      for (let offset = 0; offset < depth; offset++) {
        const blockNumber = BigInt(height - depth + 1 + offset);
        const { transactions } = await rollup.reader.getBlock({ blockNumber, includeTransactions: true });
        for (const { from, hash } of transactions) {
          if (from.toLowerCase() !== operator) kept.push([await readRaw(hash), offset]);
        }
      }
      await reorg(depth, kept);
    },
    reorgTo: async (height) => reorg((await head()) - height),
    clearPool: async () => {
      await client.request<{ Method: "anvil_dropAllTransactions"; Parameters: []; ReturnType: null }>({
        method: "anvil_dropAllTransactions",
        params: [],
      });
    },
    stop: async () => {
      await proxy.stop();
      await devnet.stop();
    },
  };
}
