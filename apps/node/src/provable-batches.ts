import { type Database, type Db, findOwnAcceptance, loadAcceptedSummaries } from "@cairn/db";
import { blockNumber } from "@cairn/protocol";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import { createPoller, type Poller } from "./poller.ts";
import type { StateKeeper } from "./sequencer/state-keeper.ts";

/** Batches after which accounts can be proven: the last that L1 accepted. */
export const PROVABLE_BATCHES = 64;

/** How often states that nobody may ask for any more are given up. */
const POLL_MS = 10_000;

/** Numbers that the contract gave. */
export interface BatchWindow {
  readonly oldest: number;
  readonly newest: number;
}

/** After which batches accounts can be proven now; null for none. */
export async function readProvableBatches(
  db: Db,
  keeper: Pick<StateKeeper, "provableBlocks">,
): Promise<BatchWindow | null> {
  const newest = await findOwnAcceptance(db, "newest");
  if (newest === undefined) return null;
  const { from, to } = keeper.provableBlocks();
  const window = await loadAcceptedSummaries(db, Math.max(1, newest.number - PROVABLE_BATCHES + 1), newest.number);
  const provable = window.filter(({ lastBlock }) => lastBlock >= from && lastBlock <= to);
  const [oldest, last] = [provable[0], provable.at(-1)];
  return oldest === undefined || last === undefined ? null : { oldest: oldest.number, newest: last.number };
}

/** Lets the state store forget, as L1 accepts batches, the states before the last {@link PROVABLE_BATCHES} of them. */
export function createForgetter({
  database: { db },
  keeper,
  ...deps
}: {
  readonly database: Database;
  readonly keeper: Pick<StateKeeper, "forgetBefore">;
  readonly clock: Clock;
  readonly logger: Logger;
}): Poller {
  return createPoller({
    run: async () => {
      const newest = await findOwnAcceptance(db, "newest");
      const oldest = newest && (await findOwnAcceptance(db, newest.number - PROVABLE_BATCHES + 1));
      if (oldest !== undefined) await keeper.forgetBefore(blockNumber(oldest.lastBlock));
    },
    failure: "the oldest states that must be provable are not known",
    pollMs: POLL_MS,
    ...deps,
  });
}
