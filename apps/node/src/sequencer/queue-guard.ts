import { type Database, findForkedBlock, findRebuildHold } from "@cairn/db";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Sequencer } from "./sequencer.ts";

/** Keeps the sequencer's blocks in line with the L1 queue that the watcher stores. */
export interface QueueGuard {
  /** Looks once, now. Throws what database and sequencer throw. */
  readonly look: () => Promise<void>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** A guard that looks every `pollMs`, and whenever told to. */
export function createQueueGuard(deps: {
  readonly database: Database;
  readonly sequencer: Sequencer;
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
    await deps.sequencer.queueChanged();
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
