import type { DeployedDevRollup } from "@cairn/devnet";
import type { NodeDeps } from "@cairn/node";

/** Replacements for parts of a devnet, for tests. */
export interface DevnetDeps {
  /** For its node. */
  readonly node?: NodeDeps;
  /** Called when the rollup has just been deployed; nothing else uses it yet. */
  readonly onDeployed?: (rollup: DeployedDevRollup) => Promise<void>;
}
