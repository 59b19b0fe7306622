import {
  clearRebuildRequest,
  type Database,
  type Db,
  findBatch,
  findForkedBlock,
  findL1Head,
  findRebuildHold,
  findRebuildRequest,
  findSubmissionRight,
  findUnproven,
} from "@cairn/db";
import type { Logger } from "pino";
import type { BlockRules } from "../block-rules.ts";
import type { Clock } from "../clock.ts";
import type { Sequencer } from "./sequencer.ts";

/** Keeps the sequencer's blocks in line with what watcher and publisher store of L1. */
export interface QueueGuard {
  /** Looks once, now. Throws what database and sequencer throw. */
  readonly look: () => Promise<void>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** Tells the rules what is stored of L1, with the queue read in between: entries up to the head are known before its time is. */
export async function observeChain(db: Db, rules: BlockRules, readQueue: () => Promise<void>): Promise<void> {
  const [head, submission] = [await findL1Head(db), await findSubmissionRight(db)];
  await readQueue();
  rules.observe({ head, submission, unproven: (await findUnproven(db)) ?? null });
}

/** A guard that looks every `pollMs`, and whenever told to. */
export function createQueueGuard(deps: {
  readonly database: Database;
  readonly sequencer: Sequencer;
  readonly rules: BlockRules;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pollMs: number;
}): QueueGuard {
  const { db } = deps.database;
  let current: Promise<void> | null = null;
  let cancel: () => void = () => undefined;
  let isStopped = false;

  const check = async (): Promise<void> => {
    if (deps.sequencer.status().phase !== "running") return;
    if ((await findRebuildHold(db)) === null) {
      const forked = await findForkedBlock(db);
      if (forked !== undefined) await deps.sequencer.rebuildFrom(forked, "the L1 queue changed");
    }
    await obeyRequest();
    await observeChain(db, deps.rules, deps.sequencer.queueChanged);
  };

  /** A request about a batch that is no longer stored, or that L1 has accepted, is void. */
  const obeyRequest = async (): Promise<void> => {
    const request = await findRebuildRequest(db);
    if (request === null) return;
    const batch = await findBatch(db, request.firstBlock);
    if (batch?.publicInput.toString() === request.publicInput && batch.acceptance === null) {
      await deps.sequencer.rebuildFrom(request.firstBlock, request.reason);
    }
    await clearRebuildRequest(db);
  };

  const look = (): Promise<void> => {
    current ??= check().finally(() => {
      current = null;
    });
    return current;
  };

  const loop = (): void => {
    cancel = deps.clock.after(deps.pollMs, () => {
      look()
        .catch((error: unknown) => deps.logger.error({ err: error }, "the L1 queue cannot be followed"))
        .finally(() => {
          if (!isStopped) loop();
        });
    });
  };

  return {
    look,
    start: loop,
    stop: async () => {
      isStopped = true;
      cancel();
      await current?.catch(() => undefined);
    },
  };
}
