import { useEffect } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { rollupName } from "../kept/use-kept.ts";
import { failedOf, noteFailure } from "./failed.ts";
import { useOutbox } from "./use-outbox.ts";

/** Keeps what has failed: the SDK forgets it, the user should not have to. Is there as long as there is a session. */
export function NoteFailures(): null {
  const { list } = useOutbox();
  const { config } = useRollup();
  const kept = failedOf(rollupName(config));
  useEffect(() => {
    for (const { handle, progress } of list) {
      if (progress.isFailed && progress.isOver && progress.error !== null) noteFailure(kept, handle, progress.error);
    }
  }, [list, kept]);
  return null;
}
