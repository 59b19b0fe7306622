import type { BlockSize } from "@cairn/protocol";
import { REBUILD_AGE_SECONDS } from "./block-rules.ts";

/** By what the age limit is divided: so much slower than expected may things become. */
export const SAFETY_FACTOR = 1.5;
/** The greatest wait that may be promised, seconds. */
export const LONGEST_WAIT_SECONDS = Math.floor(REBUILD_AGE_SECONDS / SAFETY_FACTOR);
/** Seconds for a block of a size that are assumed by default: several times what one prover of two cores takes. */
export const ASSUMED_SECONDS_PER_BLOCK: Readonly<Record<BlockSize, number>> = { 16: 15, 64: 30, 256: 120 };
