/**
 * How long tests wait. A time-out only ends what hangs: how long work takes depends on the machine, so all of them are
 * generous, and `CAIRN_TEST_SLOWNESS=3` makes them three times as long.
 */
export const SLOWNESS = Number(process.env.CAIRN_TEST_SLOWNESS ?? 1);

/** Most that one test or one hook may take, unless it names more itself. */
export const TEST_TIMEOUT_MS = 900_000 * SLOWNESS;

/** A test that waits for a condition names how long that takes on a quiet machine, at most; it gets so many times that. */
export const WAIT_FACTOR = 5 * SLOWNESS;
