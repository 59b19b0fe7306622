import type { ShownEvents } from "@cairn/l1";
import { type CairnError, isCairnError } from "@cairn/protocol";
import { type RestoreErrorCode, restoreError } from "./errors.ts";

/** Up to where archives led: the last batch, and how many queue entries are known. */
export interface ReachedByArchives {
  readonly batch: number;
  readonly queueEnd: number;
}

/**
 * An error that means that L1 does not show what follows the archives, as `restore/l1-gap`, which says what is missing; all
 * else as it is.
 *
 * @example throw asL1Gap(error, { batch: 512, queueEnd: 77 });
 */
export function asL1Gap(cause: unknown, reached: ReachedByArchives): unknown {
  if (!isCairnError(cause, "l1/events-incomplete") && !isCairnError(cause, "l1/history-pruned")) return cause;
  return l1Gap(reached, (cause.details.shown ?? null) as ShownEvents | null, cause);
}

/** A `restore/l1-gap` error; `shown` is what L1 shows, null where that is not known. */
export function l1Gap(
  { batch, queueEnd }: ReachedByArchives,
  shown: ShownEvents | null,
  cause?: unknown,
): CairnError<RestoreErrorCode> {
  const details = { batch, queueEntries: queueEnd, shown };
  const begins =
    shown === null
      ? "L1 no longer shows what follows"
      : `L1 shows nothing of the rollup before ${describe(shown)}, from L1 block ${shown.block} on`;
  const message = `the archives end with batch ${batch} and ${queueEnd} queue entries, but ${begins}`;
  return restoreError("restore/l1-gap", message, { details, cause });
}

function describe({ batch, entry }: ShownEvents): string {
  const shown = [...(batch === null ? [] : [`batch ${batch}`]), ...(entry === null ? [] : [`queue entry ${entry}`])];
  return shown.length === 0 ? "its end" : shown.join(" and ");
}
