import type { Database, JobQueue } from "@cairn/db";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";
import { createManualClock } from "../clock.ts";
import { loadConfig } from "../config/config.ts";
import { createEndings, type Endings } from "../endings.ts";
import { createProverPart } from "./prover.ts";

const logger = pino({ level: "silent" });

describe("the prover of a node", () => {
  let endings: Endings | null = null;
  afterEach(() => endings?.end());

  /** Starts one with what the proof of a block takes. */
  const start = async (change: Readonly<Record<string, string>>): Promise<unknown> => {
    const config = loadConfig({
      CAIRN_CHAIN_ID: "31337",
      CAIRN_ROLLUP: `0x${"12".repeat(20)}`,
      CAIRN_PUBLISHER_KEY: `0x${"11".repeat(32)}`,
      CAIRN_FEE_OPERATOR_PERCENT: "-100",
      CAIRN_SRS: "dev",
      CAIRN_PROVER_MEMORY_MB: "400",
      ...change,
    });
    const clock = createManualClock(0);
    const context = { config, clock, registry: new Registry(), child: () => logger, has: () => true, fail: () => {} };
    const storage = { database: {} as Database, domain: { chainId: 31337n, rollup: 1n }, slotCount: 16 } as const;
    const jobs: Pick<JobQueue, "work"> = { work: () => Promise.resolve(() => Promise.resolve()) };
    const part = createProverPart(context, storage, { jobs: jobs as JobQueue, compress: () => 0n });
    endings = createEndings(logger);
    return part.start(endings);
  };

  it("refuses batches with proofs that it has no memory for, where no other prover can help", async () => {
    const refusal = { code: "node/bad-config", details: { maxBlocks: 4, neededMb: 5500, allowedMb: 400 } };
    await expect(start({ CAIRN_BATCH_BLOCKS: "4" })).rejects.toMatchObject(refusal);
    await start({});
  });

  it("leaves heavier proofs to other provers of the same database server", async () => {
    await start({ CAIRN_BATCH_BLOCKS: "4", DATABASE_URL: "postgres://db/cairn" });
  });
});
