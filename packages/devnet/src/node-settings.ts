import { type L1Rollup, rollupDomain } from "@cairn/l1";
import { bigintToAddress, type SoloSize } from "@cairn/protocol";
import { anvilKey } from "./dev-rollup.ts";

/** Where a node of a development rollup runs. */
export interface DevNodePlace {
  readonly rollup: L1Rollup;
  /** How the node reaches L1, such as through a proxy. */
  readonly rpcUrl: string;
  readonly slots: SoloSize;
  readonly cacheDir: string;
  readonly dataDir: string;
}

/** Settings that every operator's node of a development rollup needs, as variables; it listens on free ports. */
export function devNodeSettings({ rollup, rpcUrl, slots, cacheDir, dataDir }: DevNodePlace): Record<string, string> {
  const domain = rollupDomain(rollup);
  return {
    CAIRN_DATA_DIR: dataDir,
    CAIRN_CACHE_DIR: cacheDir,
    CAIRN_CHAIN_ID: domain.chainId.toString(),
    CAIRN_ROLLUP: bigintToAddress(domain.rollup),
    CAIRN_L1_RPC_URL: rpcUrl,
    CAIRN_L1_CONFIRMATIONS: "1",
    CAIRN_L1_FINAL_CONFIRMATIONS: "1",
    CAIRN_PUBLISHER_KEY: anvilKey(0),
    CAIRN_SLOTS: String(slots),
    CAIRN_SRS: "dev",
    CAIRN_API_PORT: "0",
    CAIRN_METRICS_PORT: "0",
  };
}
