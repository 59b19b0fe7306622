import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rollupAbi } from "@cairn/contracts";
import { type L1Rollup, rollupDomain } from "@cairn/l1";
import { bigintToAddress } from "@cairn/protocol";
import { createTestClient, http } from "viem";
import { expect, vi } from "vitest";
import { readApi } from "./api.ts";
import { readBatches } from "./batches.ts";
import { runCairn, type Told } from "./cairn-command.ts";
import type { NodeProcess } from "./node-process.ts";
import { openScene, type Scene, type SceneOptions } from "./scene.ts";

/** Names of anvil's first accounts as keys of the `cairn` command; the first is the operator, the last a stranger. */
const NAMES = ["operator", "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "stranger"] as const;
export type Actor = (typeof NAMES)[number];

export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** A scene in which people besides the operator act, each with an L1 key and the `cairn` command. */
export interface Drill {
  readonly scene: Scene;
  /** Lets time pass on L1. */
  readonly warp: (seconds: number) => Promise<void>;
  /** Runs a command that must succeed, on this L1 and rollup. */
  readonly cairn: <T>(...args: readonly string[]) => Promise<T>;
  /** Runs a command. */
  readonly tryCairn: <T>(...args: readonly string[]) => Promise<Told<T>>;
  /** The environment of such a node, which may be stopped and started with it again. */
  readonly newStranger: () => Promise<Readonly<Record<string, string>>>;
  /**
   * Starts someone's own node: with their key, an empty directory and database, and a direct connection to L1, from
   * which it restores.
   */
  readonly startStranger: (change?: Readonly<Record<string, string>>) => Promise<NodeProcess>;
  /** The account that submitted a batch, in lower case; undefined without such a batch. */
  readonly submitterOf: (batch: bigint) => Promise<string | undefined>;
  /** L1 address of the wallet at a position, in lower case. */
  readonly addressOf: (position: number) => string;
  /** Waits until L1 has at least this many batches. */
  readonly untilBatch: (count: number) => Promise<void>;
  /** Waits until the node at this API has L1's root and nothing beyond it. */
  readonly untilAgreed: (api: string, rollup?: L1Rollup) => Promise<void>;
  /**
   * Waits until transactions, by default all acknowledged ones, are final for the node behind the scene's API, and it
   * agrees with L1.
   */
  readonly untilFinal: (ids?: readonly string[]) => Promise<void>;
  readonly custody: (tokenId: number) => Promise<bigint>;
  readonly positionOf: (actor: Actor) => number;
  readonly stop: () => Promise<void>;
}

const WAIT = { timeout: 180_000, interval: 100 };

/** Sets a drill up; no node runs yet. */
export async function openDrill(options: SceneOptions = {}): Promise<Drill> {
  const scene = await openScene(options);
  const { l1, dir } = scene;
  const { reader, address } = l1.rollup;
  const client = createTestClient({ mode: "anvil", chain: reader.chain, transport: http(l1.rpcUrl) });
  const home = join(dir, "home");
  mkdirSync(home);
  const profile = {
    version: 1,
    chainId: Number(rollupDomain(l1.rollup).chainId),
    rollup: address,
    l1RpcUrl: l1.rpcUrl,
    accounts: NAMES.map((name, position) => ({
      name,
      address: l1.wallet(position).account.address,
      privateKey: l1.privateKey(position),
    })),
    defaultKey: "stranger" satisfies Actor,
  };
  writeFileSync(join(home, "profile.json"), JSON.stringify(profile));

  const tryCairn: Drill["tryCairn"] = (...args) => runCairn(args, { CAIRN_HOME: home });
  let strangers = 0;
  const newStranger: Drill["newStranger"] = async () => ({
    ...(await scene.ownDatabase()),
    CAIRN_DATA_DIR: join(dir, `stranger-${strangers++}`),
    CAIRN_L1_RPC_URL: l1.rpcUrl,
    CAIRN_PUBLISHER_KEY: l1.privateKey(NAMES.indexOf("stranger")),
    CAIRN_RESTORE: "true",
  });
  const untilAgreed = (api: string, rollup: L1Rollup = l1.rollup): Promise<void> =>
    vi.waitFor(async () => {
      const contract = { address: rollup.address, abi: rollupAbi } as const;
      const chain = await rollup.reader.readContract({ ...contract, functionName: "state" });
      const node = await readApi(api, "rollup");
      expect([node.root, node.lastBlock, node.lastProvenBlock]).toEqual([
        chain.root,
        Number(chain.lastBlock),
        Number(chain.lastBlock),
      ]);
    }, WAIT);
  return {
    scene,
    warp: async (seconds) => {
      await client.increaseTime({ seconds });
      await client.mine({ blocks: 1 });
    },
    tryCairn,
    cairn: async <T>(...args: readonly string[]): Promise<T> => {
      const { code, value, stderr } = await tryCairn<T>(...args);
      expect(code, `cairn ${args.join(" ")}: ${JSON.stringify(value)} ${stderr}`).toBe(0);
      return value;
    },
    newStranger,
    startStranger: async (change = {}) => scene.start({ ...(await newStranger()), ...change }),
    submitterOf: async (batch) =>
      (await readBatches(l1.rollup)).find(({ number }) => number === Number(batch))?.submitter,
    addressOf: (position) => l1.wallet(position).account.address.toLowerCase(),
    untilBatch: (count) =>
      vi.waitFor(async () => expect((await l1.state()).batchCount).toBeGreaterThanOrEqual(BigInt(count)), WAIT),
    untilAgreed,
    untilFinal: async (ids = scene.ledger.acknowledged().map(({ id }) => id)) => {
      for (const id of ids) {
        const read = () => readApi(scene.api(), "transaction", { params: { id } });
        await vi.waitFor(async () => expect((await read()).status).toBe("final"), WAIT);
      }
      await untilAgreed(scene.api());
    },
    custody: (tokenId) => reader.readContract({ address, abi: rollupAbi, functionName: "custody", args: [tokenId] }),
    positionOf: (actor) => NAMES.indexOf(actor),
    stop: scene.stop,
  };
}

/** What an L1 account has in wei. */
export function balanceOf(scene: Scene, owner: bigint): Promise<bigint> {
  return scene.l1.rollup.reader.getBalance({ address: bigintToAddress(owner) });
}
