import { loadConfig, type NodeConfig } from "@cairn/node";
import { devAccounts } from "./accounts.ts";
import type { DevDeployment } from "./directory.ts";
import { DEV_TOKENS } from "./tokens.ts";

/** Settings of a devnet's node besides its deployment. */
export interface DevNodeOptions {
  readonly l1RpcUrl: string;
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly apiPort: number;
  readonly metricsPort: number;
  readonly blockTimeMs: number;
  readonly logLevel: string;
  /** Folder of the pages that it serves; null for none. */
  readonly webDir: string | null;
  /** Undefined for the embedded database. */
  readonly databaseUrl?: string | undefined;
}

/** Confirmations at which the devnet's L1 counts as final; more than one, see {@link startDevL1}. */
export const FINAL_CONFIRMATIONS = 5;
const L1_POLL_MS = 250;
const ETH_PRICE = 10n ** 18n;

/** The node of a devnet: every role, real proofs over the development SRS, fees to the operator. */
export function devNodeConfig(deployment: DevDeployment, options: DevNodeOptions): NodeConfig {
  const [operator] = devAccounts();
  const prices = new Map(DEV_TOKENS.map(({ symbol, weiPer1e18 }) => [symbol, weiPer1e18]));
  const feeTokens = [
    `0=${ETH_PRICE}`,
    ...deployment.tokens.map(({ id, symbol }) => `${id}=${prices.get(symbol) ?? ETH_PRICE}`),
  ];
  return loadConfig({
    CAIRN_DATA_DIR: options.dataDir,
    ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
    CAIRN_CACHE_DIR: options.cacheDir,
    CAIRN_L1_RPC_URL: options.l1RpcUrl,
    CAIRN_CHAIN_ID: String(deployment.chainId),
    CAIRN_ROLLUP: deployment.rollup,
    CAIRN_DEPLOYMENT_BLOCK: String(deployment.deploymentBlock),
    CAIRN_L1_CONFIRMATIONS: "1",
    CAIRN_L1_FINAL_CONFIRMATIONS: String(FINAL_CONFIRMATIONS),
    CAIRN_L1_POLL_MS: String(L1_POLL_MS),
    CAIRN_SLOTS: String(deployment.slots),
    CAIRN_BLOCK_TIME_MS: String(options.blockTimeMs),
    // On a devnet someone is waiting for the proof.
    CAIRN_PROVER_NICE: "0",
    CAIRN_PUBLISHER_KEY: operator?.privateKey ?? "",
    CAIRN_FEE_OWNER: operator?.address ?? "",
    CAIRN_FEE_TOKENS: feeTokens.join(","),
    CAIRN_API_PORT: String(options.apiPort),
    CAIRN_PAGE_ORIGINS: "loopback",
    ...(options.webDir === null ? {} : { CAIRN_WEB_DIR: options.webDir, CAIRN_WEB_L1_URL: options.l1RpcUrl }),
    // Whoever reaches a devnet may do everything with it.
    CAIRN_WEBHOOK_TOKEN: "devnet",
    CAIRN_METRICS_PORT: String(options.metricsPort),
    CAIRN_LOG_LEVEL: options.logLevel,
  });
}
