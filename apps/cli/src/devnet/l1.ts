import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AnvilNode, startAnvil } from "@cairn/l1/anvil";
import { type Address, createTestClient, defineChain, http, publicActions } from "viem";
import { cliError } from "../errors.ts";
import { writeFileDurably } from "./durable-file.ts";

/** Settings of the development L1. */
export interface DevL1Options {
  /** 0 picks a free one. */
  readonly port: number;
  readonly blockTimeMs: number;
  /** Folder that keeps the chain; null keeps nothing. */
  readonly stateDir: string | null;
}

/** An L1 that makes blocks at an interval and stores them. */
export interface DevL1 {
  readonly rpcUrl: string;
  readonly chainId: number;
  /** Sets an account's balance. */
  readonly give: (address: Address, wei: bigint) => Promise<void>;
  /** From now on makes blocks only at the interval; until then each transaction gets its own block at once. */
  readonly startMining: () => Promise<void>;
  /** Writes the chain to the disk. */
  readonly persist: () => Promise<void>;
  /** Resolves with the error when it cannot continue. */
  readonly failed: Promise<unknown>;
  /** Writes the chain and ends it. */
  readonly stop: () => Promise<void>;
}

/** Empty blocks after which the chain is written; losing fewer changes only heights. */
const EMPTY_BLOCKS_PER_DUMP = 60;
const RPC_TIMEOUT_MS = 120_000;

/**
 * Starts the L1 and continues the chain in the folder, if there is one.
 *
 * A block with transactions is written before the next block is made. A node that considers a block final only once
 * others are on top of it will therefore find it again after any crash; a crash can undo only the last block, which the
 * node sees as a small reorg.
 *
 * Throws `cli/bad-data-dir` when the folder does not hold what was written last, and what {@link startAnvil} throws.
 */
export async function startDevL1({ port, blockTimeMs, stateDir }: DevL1Options): Promise<DevL1> {
  const anvil = await startAnvil({ port });
  try {
    const client = connect(anvil);
    const store = stateDir === null ? null : createStore(stateDir, client);
    await store?.load();
    return run(anvil, client, store, blockTimeMs);
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}

type Client = ReturnType<typeof connect>;
type Store = ReturnType<typeof createStore>;

function connect({ rpcUrl, chainId }: AnvilNode) {
  const chain = defineChain({
    id: chainId,
    name: "development",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const transport = http(rpcUrl, { timeout: RPC_TIMEOUT_MS, retryCount: 0 });
  return createTestClient({ mode: "anvil", chain, transport, cacheTime: 0 }).extend(publicActions);
}

function createStore(stateDir: string, client: Client) {
  const stateFile = join(stateDir, "state.gz");
  const heightFile = join(stateDir, "height");
  return {
    load: async (): Promise<void> => {
      if (!existsSync(stateFile)) return;
      await client.loadState({ state: `0x${readFileSync(stateFile, "hex")}` });
      const height = Number(await client.getBlockNumber());
      const written = existsSync(heightFile) ? Number(readFileSync(heightFile, "utf8")) : 0;
      if (height >= written) return;
      throw cliError(
        "cli/bad-data-dir",
        `${stateFile} ends at block ${height}, but block ${written} was written: it is an old copy`,
        { details: { height, written } },
      );
    },
    save: async (): Promise<void> => {
      const height = await client.getBlockNumber();
      const state = await client.dumpState();
      writeFileDurably(stateFile, Buffer.from(state.slice(2), "hex"));
      writeFileDurably(heightFile, height.toString());
    },
  };
}

function run(anvil: AnvilNode, client: Client, store: Store | null, blockTimeMs: number): DevL1 {
  const failure = Promise.withResolvers<unknown>();
  let isStopping = false;
  let timer: NodeJS.Timeout | null = null;
  let current: Promise<void> = Promise.resolve();
  let unsaved = 0;

  const persist = async (): Promise<void> => {
    await store?.save();
    unsaved = 0;
  };
  const mine = async (): Promise<void> => {
    await client.mine({ blocks: 1 });
    unsaved++;
    if (store === null) return;
    const { transactions } = await client.getBlock();
    if (transactions.length > 0 || unsaved >= EMPTY_BLOCKS_PER_DUMP) await persist();
  };
  const loop = (): void => {
    const startMs = performance.now();
    current = mine().then(
      () => {
        const spentMs = performance.now() - startMs;
        if (!isStopping) timer = setTimeout(loop, Math.max(0, blockTimeMs - spentMs));
      },
      (error: unknown) => failure.resolve(error),
    );
  };
  void anvil.exited.then(() => {
    if (!isStopping) failure.resolve(cliError("cli/devnet-failed", "the L1 node ended unexpectedly"));
  });

  return {
    rpcUrl: anvil.rpcUrl,
    chainId: anvil.chainId,
    give: (address, wei) => client.setBalance({ address, value: wei }),
    startMining: async () => {
      await client.setAutomine(false);
      loop();
    },
    persist,
    failed: failure.promise,
    stop: async () => {
      isStopping = true;
      if (timer !== null) clearTimeout(timer);
      await current;
      try {
        await persist();
      } finally {
        await anvil.stop();
      }
    },
  };
}
