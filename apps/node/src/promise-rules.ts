import type { SoloSize } from "@cairn/protocol";
import { REBUILD_AGE_SECONDS } from "./block-rules.ts";

/** Divisor of the age limit: how much slower than expected things may become. */
export const SAFETY_FACTOR = 1.5;
/** The longest wait that may be promised, in seconds. */
export const LONGEST_WAIT_SECONDS = Math.floor(REBUILD_AGE_SECONDS / SAFETY_FACTOR);
/** Default seconds for a block by size: several times what one prover with two cores takes. */
export const ASSUMED_SECONDS_PER_BLOCK: Readonly<Record<SoloSize, number>> = { 16: 15, 64: 30, 256: 120 };
