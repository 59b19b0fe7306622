import { DEV_CHAIN_IDS } from "@cairn/contracts";
import type { Compress } from "@cairn/crypto";
import type { JobQueue } from "@cairn/db";
import { CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import { createProverMetrics, registerProgressMetrics } from "../prover/metrics.ts";
import { createProofMaker, type ProofMaker } from "../prover/proof-maker.ts";
import { createProofThread } from "../prover/proof-thread.ts";
import { type CircuitSource, createProving, type Proving } from "../prover/proving.ts";
import { createProver, type Prover } from "../prover/worker.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

/** Replacements for parts of a prover, for tests. */
export type ProvingDeps = Partial<Proving>;

/** The prover's role. Its start throws `node/bad-config`. */
export function createProverPart(
  context: PartContext,
  { database, domain, slotCount: slots }: Pick<Storage, "database" | "domain" | "slotCount">,
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
      const maker = createMaker({ cacheDir: config.cacheDir, srs }, config.proverNice, deps);
      const prover = createProver(
        slots,
        {
          concurrency: config.provers,
          maxMemoryBytes: config.proverMemoryMb * 1e6,
          // No other process has access to an embedded database.
          aloneUpToBlocks: config.databaseUrl === undefined ? config.batchBlocks : null,
        },
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

/** Without replacements, proofs are made in a thread of their own. */
function createMaker(
  source: CircuitSource,
  nice: number,
  given: ProvingDeps & { readonly compress: Compress },
): ProofMaker {
  const { compress, loadCircuit, proveSolo, proveBlockClaim, proveMerge, proveBatch } = given;
  const replaced = [loadCircuit, proveSolo, proveBlockClaim, proveMerge, proveBatch];
  if (replaced.every((part) => part === undefined)) return createProofThread({ ...source, nice });
  const real = createProving(source);
  const proving: Proving = {
    loadCircuit: loadCircuit ?? real.loadCircuit,
    proveSolo: proveSolo ?? real.proveSolo,
    proveBlockClaim: proveBlockClaim ?? real.proveBlockClaim,
    proveMerge: proveMerge ?? real.proveMerge,
    proveBatch: proveBatch ?? real.proveBatch,
  };
  return createProofMaker({ compress, nice, proving });
}
