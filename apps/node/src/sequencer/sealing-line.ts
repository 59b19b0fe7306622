import type { Chains } from "@cairn/crypto";
import type { BlockSeal } from "@cairn/db";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import type { Journal } from "./journal.ts";
import type { ClosedTask } from "./sealing.ts";
import type { StateKeeper } from "./state-keeper.ts";

/** A newly sealed block. */
export interface SealedBlock {
  readonly number: number;
  readonly seal: BlockSeal;
  readonly openedAtMs: number;
  /** Since the moment it was closed. */
  readonly sealingMs: number;
}

/** Moves closed blocks through the state store into the journal, one after another. */
export interface SealingLine {
  /**
   * Resolves once the state store has the block and the journal has received its seal. Rejects like {@link
   * StateKeeper.seal}.
   */
  readonly seal: (task: ClosedTask) => Promise<SealedBlock>;
  /** Number of blocks in progress. */
  readonly backlog: () => number;
  /** Resolves when nothing is in progress. */
  readonly settled: () => Promise<void>;
}

/**
 * A line into a state store and a journal that continues `chains`; `onFailure` is called for the first block that cannot be
 * sealed, and later ones fail like it.
 */
export function createSealingLine(deps: {
  readonly state: StateKeeper;
  readonly journal: Journal;
  readonly clock: Clock;
  /** After the last sealed block. */
  readonly chains: Chains;
  readonly onFailure: (error: unknown) => void;
}): SealingLine {
  const underWay = new Set<Promise<unknown>>();
  let hasFailed = false;
  let last: Promise<Chains> = Promise.resolve(deps.chains);

  const run = async (task: ClosedTask): Promise<SealedBlock> => {
    const closedAtMs = deps.clock.elapsedMs();
    const sealing = last.then((chains) => deps.state.seal({ ...task, chains }));
    last = sealing.then(({ seal }) => seal.chains);
    last.catch(() => undefined);
    const { seal, ...content } = await sealing;
    crashPoint("block-sealed-in-state");
    const sealed = { ...seal, sealedAtMs: deps.clock.nowMs() };
    const { number, openedAtMs } = task.opening;
    // The journal reports its own failures.
    deps.journal.append({ type: "sealed", number, seal: sealed, ...content }).catch(() => undefined);
    return { number, seal: sealed, openedAtMs, sealingMs: deps.clock.elapsedMs() - closedAtMs };
  };

  return {
    seal: (task) => {
      const sealing = run(task);
      underWay.add(sealing);
      sealing.then(
        () => underWay.delete(sealing),
        (error: unknown) => {
          underWay.delete(sealing);
          if (!hasFailed) deps.onFailure(error);
          hasFailed = true;
        },
      );
      return sealing;
    },
    backlog: () => underWay.size,
    settled: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
