import type { DeployedDevRollup } from "@cairn/devnet";
import type { NodeDeps } from "@cairn/node";

/** Replacements for parts of a devnet, for tests. */
export interface DevnetDeps {
  /** For its node. */
  readonly node?: NodeDeps;
  /** PostgreSQL for its node, by default the embedded database. */
  readonly databaseUrl?: string;
  /** Whether everything that it needs is built: then nothing looks for it. */
  readonly isBuilt?: boolean;
  /** Called when the rollup has just been deployed; nothing else uses it yet. */
  readonly onDeployed?: (rollup: DeployedDevRollup) => Promise<void>;
}
