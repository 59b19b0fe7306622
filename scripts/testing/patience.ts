/**
 * How long tests wait. A time-out only ends what hangs: how long work takes depends on the machine, so all of them are
 * generous, and `CAIRN_TEST_SLOWNESS=3` makes them three times as long.
 */
export const SLOWNESS = Number(process.env.CAIRN_TEST_SLOWNESS ?? 1);

/** Time limit of one test or one hook, unless it sets a longer one. */
export const TEST_TIMEOUT_MS = 900_000 * SLOWNESS;

/**
 * A test that waits for a condition states how long that takes at most on an idle machine; it gets this many times as
 * long.
 */
export const WAIT_FACTOR = 5 * SLOWNESS;
