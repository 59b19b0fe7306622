import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type DevRollup, type DevRollupOptions, devNodeSettings, startDevRollup } from "@cairn/devnet";
import { depositEth } from "@cairn/l1";
import { accountIndex, addressToBigint } from "@cairn/protocol";
import { type ClientRequest, ROUTES, type RouteName, type RouteResponse } from "@cairn/rpc";
import { type Person, personOf } from "@cairn/testkit";
import { pino } from "pino";
import { loadConfig } from "../src/config/config.ts";
import { type CairnNode, createNode, type NodeDeps } from "../src/node.ts";

export const CACHE_DIR = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache"));

/** A development L1 and nodes on one data directory. */
export interface NodeHarness {
  readonly devnet: DevRollup;
  readonly dataDir: string;
  readonly configure: (change?: Readonly<Record<string, string>>) => ReturnType<typeof loadConfig>;
  /** Starts a node; it is stopped with the harness. */
  readonly begin: (deps?: NodeDeps, change?: Readonly<Record<string, string>>) => Promise<CairnNode>;
  /** Deposits for a person, whose owner is anvil's account at `position`. */
  readonly deposit: (position: number, amount: bigint) => Promise<Person>;
  readonly stop: () => Promise<void>;
}

/** `rollup` differs from a rollup of blocks of 16 slots, one to a batch, with real verifiers. */
export async function createNodeHarness(
  databaseUrl?: string,
  rollup: Partial<DevRollupOptions> = {},
): Promise<NodeHarness> {
  const devnet = await startDevRollup({ cacheDir: CACHE_DIR, sizes: [16], ...rollup });
  const dataDir = mkdtempSync(join(tmpdir(), "cairn-node-"));
  const nodes = new Set<CairnNode>();
  const configure = (change: Readonly<Record<string, string>> = {}) =>
    loadConfig({
      ...devNodeSettings({ ...devnet, slots: 16, cacheDir: CACHE_DIR, dataDir }),
      CAIRN_L1_POLL_MS: "100",
      CAIRN_BLOCK_TIME_MS: "500",
      CAIRN_FEE_OPERATOR_PERCENT: "-100",
      CAIRN_LOG_LEVEL: process.env.CAIRN_LOG_LEVEL ?? "silent",
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...change,
    });
  return {
    devnet,
    dataDir,
    configure,
    begin: async (deps = {}, change = {}) => {
      const config = configure(change);
      const node = createNode(config, { logger: pino({ level: config.logLevel }), ...deps });
      await node.start();
      nodes.add(node);
      return node;
    },
    deposit: async (position, amount) => {
      const wallet = devnet.wallet(position);
      const person = { ...personOf(`person ${position}`), owner: addressToBigint(wallet.account.address) };
      const target = { owner: person.owner, index: accountIndex(0), key: person.key };
      await depositEth(devnet.rollup, wallet, amount, target);
      return person;
    },
    stop: async () => {
      for (const node of nodes) await node.stop();
      await devnet.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What a client got: the answer, or the failure's code and details. */
export interface Answer<Name extends RouteName> {
  readonly status: number;
  readonly value: RouteResponse<Name>;
}

/** Calls an operation of a running node. */
export async function call<Name extends RouteName>(
  node: CairnNode,
  name: Name,
  request: Partial<ClientRequest<Name>> = {},
): Promise<Answer<Name>> {
  const { method, path } = ROUTES[name];
  const params = new Map(Object.entries<unknown>(request.params ?? {}));
  const filled = path.replaceAll(/:(\w+)/g, (_, key: string) => String(params.get(key)));
  const url = new URL(filled, node.urls().api ?? "http://off");
  for (const [key, value] of Object.entries<unknown>(request.query ?? {})) url.searchParams.set(key, String(value));
  const response = await fetch(url, {
    method,
    ...(request.body === undefined
      ? {}
      : { body: JSON.stringify(request.body), headers: { "content-type": "application/json" } }),
  });
  return { status: response.status, value: (await response.json()) as RouteResponse<Name> };
}
