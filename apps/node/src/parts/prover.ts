import type { BlockCircuit } from "@cairn/circuits";
import { DEV_CHAIN_IDS } from "@cairn/contracts";
import type { Compress } from "@cairn/crypto";
import type { JobQueue } from "@cairn/db";
import type { BlockSize } from "@cairn/protocol";
import { CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import { type CircuitSource, loadCircuit } from "../prover/circuit.ts";
import { createProverMetrics, registerProgressMetrics } from "../prover/metrics.ts";
import { createProofMaker, type ProofMaker, type ProveBlock } from "../prover/proof-maker.ts";
import { createProofThread } from "../prover/proof-thread.ts";
import { createProver, type Prover } from "../prover/worker.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

/** Replacements for parts of a prover, for tests. */
export interface ProvingDeps {
  /** Loads the circuit of a block size; by default from the cache directory. */
  readonly loadCircuit?: (slots: BlockSize) => Promise<BlockCircuit>;
  readonly prove?: ProveBlock;
}

/** The prover's role. Its start throws `node/bad-config`. */
export function createProverPart(
  context: PartContext,
  { database, domain, slotCount: slots }: Storage,
  deps: ProvingDeps & { readonly jobs: JobQueue; readonly compress: Compress },
): Part<Prover> {
  const { config, clock, registry } = context;
  return {
    name: "prover",
    start: async (endings) => {
      const isDevelopment = DEV_CHAIN_IDS.includes(Number(domain.chainId));
      const srs = config.srs === "auto" ? (isDevelopment ? "dev" : "ignition") : config.srs;
      if (srs === "dev" && !isDevelopment) {
        throw new CairnError<NodeErrorCode>("node/bad-config", `proofs over the dev SRS on chain ${domain.chainId}`);
      }
      const maker = createMaker({ cacheDir: config.cacheDir, srs, slots }, config.proverNice, deps);
      const prover = createProver(
        slots,
        { concurrency: config.provers, maxMemoryBytes: config.proverMemoryMb * 1e6 },
        {
          database,
          jobs: deps.jobs,
          maker,
          clock,
          logger: context.child("prover"),
          metrics: createProverMetrics(registry),
        },
      );
      registerProgressMetrics(registry, prover, clock);
      endings.add("prover", prover.stop);
      await prover.start();
      return prover;
    },
  };
}

function createMaker(
  source: CircuitSource,
  nice: number,
  { prove, loadCircuit: load, compress }: ProvingDeps & { readonly compress: Compress },
): ProofMaker {
  if (prove === undefined && load === undefined) return createProofThread({ ...source, nice });
  const loaded = () => (load === undefined ? loadCircuit(source) : load(source.slots));
  return createProofMaker({ compress, loadCircuit: loaded, ...(prove && { prove }) });
}
