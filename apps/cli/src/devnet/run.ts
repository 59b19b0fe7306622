import { connectReader } from "@cairn/l1";
import { type CairnNode, createNode, createNodeLogger } from "@cairn/node";
import type { SoloSize } from "@cairn/protocol";
import { cliError } from "../errors.ts";
import { type ProfileInput, removeProfile, writeProfile } from "../profile.ts";
import { devAccounts } from "./accounts.ts";
import { assertDeployed, buildOf, deployDevnet, readVerifier } from "./contracts.ts";
import type { DevnetDeps } from "./deps.ts";
import { assertSameBuild, assertSameSlots, type DevDeployment, type DevDirectory, openDirectory } from "./directory.ts";
import { type DevL1, startDevL1 } from "./l1.ts";
import { devNodeConfig } from "./node-config.ts";
import { assertPortsFree } from "./ports.ts";
import { assertProfileFree } from "./profile-owner.ts";
import type { ReadyDocument } from "./ready.ts";
import { ensureBuilt, ensurePages } from "./setup.ts";

/** Settings of a devnet. */
export interface DevnetOptions {
  readonly slots: SoloSize;
  readonly l1Port: number;
  readonly apiPort: number;
  readonly metricsPort: number;
  /** Null keeps nothing. */
  readonly dataDir: string | null;
  readonly l1BlockTimeMs: number;
  readonly blockTimeMs: number;
  readonly logLevel: string;
  /** Whether the node serves the pages, which are built if need be. */
  readonly hasPages: boolean;
  /** Whether a node runs; without it only the L1 runs, as if the operator were gone. */
  readonly hasNode: boolean;
  readonly cacheDir: string;
  readonly profilePath: string;
}

/** A running devnet. */
export interface Devnet {
  readonly ready: ReadyDocument;
  /** Resolves with the error when a part cannot continue. */
  readonly failed: Promise<unknown>;
  /** Stops everything, the L1 last; if data is kept, it is durable afterwards. */
  readonly stop: () => Promise<void>;
}

const ETH = { id: 0, address: null, symbol: "ETH", decimals: 18 } as const;
const MS_PER_SECOND = 1000;

interface Work {
  readonly progress: (line: string) => void;
  readonly deps: DevnetDeps;
}

/**
 * Starts L1, contracts and a node with all roles. Throws `cli/port-taken`, `cli/bad-data-dir`, `cli/setup-failed`,
 * `cli/interrupted`, and what its parts throw; then nothing runs.
 */
export async function startDevnet(
  options: DevnetOptions,
  { progress, signal }: { readonly progress: (line: string) => void; readonly signal: AbortSignal },
  deps: DevnetDeps = {},
): Promise<Devnet> {
  const startMs = performance.now();
  const endings: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const end of endings.splice(0).reverse()) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  const goOn = (): void => {
    if (signal.aborted) throw cliError("cli/interrupted", "stopped before the devnet was up");
  };
  try {
    const { l1Port, apiPort, metricsPort, cacheDir, slots } = options;
    await assertPortsFree([
      { name: "L1", flag: "--l1-port", port: l1Port },
      { name: "node's API", flag: "--api-port", port: apiPort },
      { name: "metrics", flag: "--metrics-port", port: metricsPort },
    ]);
    const directory = openDirectory(options.dataDir);
    endings.push(directory.release);
    assertSameSlots(directory, slots);
    const l1Options = {
      port: l1Port,
      blockTimeMs: options.l1BlockTimeMs,
      stateDir: directory.isTemporary ? null : directory.l1Dir,
    };
    const starting = startDevL1(l1Options);
    // Meanwhile: deploying waits for L1 most of the time.
    const making = options.hasPages && options.hasNode ? makePages({ cacheDir, progress, signal }) : null;
    const needs = { circuits: [`solo${slots}`], srs: "dev", cacheDir, progress, signal } as const;
    const built = await (deps.isBuilt === true ? Promise.resolve() : ensureBuilt(needs)).then(
      () => null,
      (error: unknown) => ({ error }),
    );
    const l1 = await starting;
    endings.push(l1.stop);
    if (built !== null) throw built.error;
    goOn();
    const deployment = await findOrDeploy(directory, l1, options, { progress, deps });
    goOn();
    await l1.startMining();
    const pages = await making;
    if (pages !== null && "error" in pages) throw pages.error;
    const webDir = pages?.folder ?? null;
    const node = options.hasNode
      ? await startNode(deployment, l1, directory, { ...options, webDir }, { endings, progress, deps })
      : null;
    goOn();
    const urls = { l1: l1.rpcUrl, ...urlsOf(node, webDir !== null) };
    const accounts = devAccounts();
    const profile: ProfileInput = {
      version: 1,
      chainId: deployment.chainId,
      rollup: deployment.rollup,
      l1RpcUrl: urls.l1,
      ...(urls.api === null ? {} : { nodeUrl: urls.api }),
      deploymentBlock: deployment.deploymentBlock,
      tokens: deployment.tokens,
      accounts: accounts.map((account) => ({ ...account })),
      defaultKey: accounts[1]?.name,
    };
    await assertProfileFree(options.profilePath, profile);
    writeProfile(options.profilePath, profile);
    endings.push(() => removeProfile(options.profilePath, profile));
    const reader = connectReader(l1.rpcUrl, deployment.chainId);
    const verifier = await readVerifier({ reader, address: deployment.rollup }, slots);
    return {
      ready: {
        chainId: deployment.chainId,
        slots,
        urls,
        contracts: {
          rollup: deployment.rollup,
          verifier,
          policy: deployment.policy,
          receipts: deployment.receipts,
        },
        deploymentBlock: deployment.deploymentBlock,
        tokens: [ETH, ...deployment.tokens],
        accounts,
        profile: options.profilePath,
        directory: directory.isTemporary ? null : directory.path,
        log: directory.logFile,
        isContinued: directory.deployment !== null,
        secondsToReady: (performance.now() - startMs) / MS_PER_SECOND,
      },
      failed: Promise.race(node === null ? [l1.failed] : [l1.failed, node.failed]),
      stop,
    };
  } catch (error) {
    await stop().catch((failure: unknown) => progress(`not everything ended cleanly: ${String(failure)}`));
    throw error;
  }
}

/** The folder of the pages, or why there is none, for whoever waits for it later. */
async function makePages(
  options: Parameters<typeof ensurePages>[0],
): Promise<{ readonly folder: string } | { readonly error: unknown }> {
  try {
    return { folder: await ensurePages(options) };
  } catch (error) {
    return { error };
  }
}

async function startNode(
  deployment: DevDeployment,
  l1: DevL1,
  directory: DevDirectory,
  { cacheDir, apiPort, metricsPort, blockTimeMs, logLevel, webDir }: DevnetOptions & { readonly webDir: string | null },
  { endings, progress, deps }: Work & { readonly endings: (() => unknown)[] },
): Promise<CairnNode> {
  const config = devNodeConfig(deployment, {
    l1RpcUrl: l1.rpcUrl,
    dataDir: directory.nodeDir,
    cacheDir,
    apiPort,
    metricsPort,
    blockTimeMs,
    logLevel,
    webDir,
    databaseUrl: deps.databaseUrl,
  });
  const node = createNode(config, {
    logger: createNodeLogger(config.logLevel, directory.logFile),
    ...deps.node,
  });
  endings.push(node.stop);
  progress("node …");
  await node.start();
  return node;
}

function urlsOf(node: CairnNode | null, hasPages: boolean): Omit<ReadyDocument["urls"], "l1"> {
  if (node === null) return { api: null, stream: null, metrics: null, pages: null, wallet: null };
  const { api, metrics } = node.urls();
  return {
    api: api ?? "",
    stream: `${(api ?? "").replace(/^http/, "ws")}/v1/stream`,
    metrics: `${metrics ?? ""}/metrics`,
    pages: hasPages ? `${api ?? ""}/` : null,
    wallet: hasPages ? `${(api ?? "").replace("//127.0.0.1", "//localhost")}/wallet.html` : null,
  };
}

async function findOrDeploy(
  directory: DevDirectory,
  l1: DevL1,
  { slots, cacheDir }: DevnetOptions,
  { progress, deps }: Work,
): Promise<DevDeployment> {
  if (directory.deployment !== null) {
    assertSameBuild(directory.path, directory.deployment, buildOf(cacheDir, slots));
    await assertDeployed(l1, directory.deployment);
    return directory.deployment;
  }
  progress("contracts, tokens …");
  const deployment = await deployDevnet(l1, slots, cacheDir, deps);
  await l1.persist();
  directory.complete(deployment);
  return deployment;
}
