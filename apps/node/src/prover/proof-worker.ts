import { setPriority } from "node:os";
import { workerData } from "node:worker_threads";
import { createFastCompress } from "@cairn/crypto/fast";
import { CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import { serve } from "../threads/serve.ts";
import { createProofMaker, type PreparedProof } from "./proof-maker.ts";
import type { ProofRequest, ProofThreadOptions } from "./proof-thread.ts";
import { createProving } from "./proving.ts";

const options: ProofThreadOptions = workerData;

await serve<ProofRequest>(async () => {
  // On Linux priorities belong to threads; elsewhere this would slow down the whole node.
  if (options.nice > 0 && process.platform === "linux") setPriority(options.nice);
  const jobs = new Map<number, { readonly prepared: PreparedProof; readonly abort: AbortController }>();
  const maker = createProofMaker({
    compress: await createFastCompress(),
    proving: createProving(options),
    nice: options.nice,
  });

  const prove = async (job: number) => {
    const found = jobs.get(job);
    if (found === undefined) throw new CairnError<NodeErrorCode>("node/unavailable", `no witness of job ${job}`);
    try {
      return await found.prepared.prove(found.abort.signal);
    } finally {
      jobs.delete(job);
    }
  };

  const handle = async (request: ProofRequest): Promise<unknown> => {
    switch (request.type) {
      case "prepare":
        jobs.set(request.job, { prepared: await maker.prepare(request.task), abort: new AbortController() });
        return null;
      case "prove":
        return prove(request.job);
      case "abort":
        jobs.get(request.job)?.abort.abort(stopping());
        return null;
    }
  };
  return {
    handle,
    stop: () => {
      for (const { abort } of jobs.values()) abort.abort(stopping());
    },
  };
});

function stopping(): CairnError<NodeErrorCode> {
  return new CairnError("node/stopping", "the prover stops");
}
