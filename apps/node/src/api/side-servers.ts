import { type Database, type JobQueue, listRejectedProofs, resetRefusals } from "@cairn/db";
import { bytesToHex } from "@cairn/protocol";
import type { Registry } from "prom-client";
import { wordHex } from "../json.ts";
import type { ProverProgress } from "../prover/progress.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";
import { requireBearer } from "./bearer.ts";
import { ApiError } from "./errors.ts";
import { createHttpApp } from "./http.ts";
import { type ListeningServer, listening } from "./server.ts";

/** Prometheus metrics on their own port. */
export function createMetricsServer(
  settings: { readonly host: string; readonly port: number },
  registry: Registry,
): ListeningServer {
  const app = createHttpApp({ forceCloseConnections: true });
  app.get("/metrics", async (_request, reply) => {
    reply.header("content-type", registry.contentType);
    return registry.metrics();
  });
  return listening(app, settings);
}

const LISTED_PROOFS = 20;

/** Operations for the operator alone, on their own port, behind a bearer token. */
export function createAdminServer(
  settings: { readonly host: string; readonly port: number; readonly token: string },
  deps: {
    readonly database: Database;
    readonly sequencer: Sequencer | null;
    readonly jobs: JobQueue | null;
    readonly proving: () => readonly ProverProgress[];
  },
): ListeningServer {
  const authorise = requireBearer(settings.token, "the admin token is missing or wrong");
  const app = createHttpApp({ forceCloseConnections: true, bodyLimit: 4096, authorise });
  app.post("/v1/blocks/seal", async () => {
    const sealed = await present(deps.sequencer, "sequencer").sealNow();
    return { sealed: sealed?.number ?? null };
  });
  app.get("/v1/proofs/poisoned", async () => {
    const rejected = await listRejectedProofs(deps.database.db, LISTED_PROOFS);
    const queue = present(deps.jobs, "job queue");
    return {
      queue: await queue.counts(),
      active: deps.proving(),
      jobs: await queue.poisoned(),
      rejected: rejected.map(({ point, proof, ...rest }) => ({
        ...rest,
        point: wordHex(point),
        proof: bytesToHex(proof),
      })),
    };
  });
  app.post("/v1/proofs/retry", async () => {
    await resetRefusals(deps.database.db);
    return { retried: await present(deps.jobs, "job queue").retryPoisoned() };
  });
  return listening(app, settings);
}

function present<T>(part: T | null, name: string): T {
  if (part === null) throw new ApiError("not-found", `this process has no ${name}`);
  return part;
}
