/**
 * Restores the archive argv[3] into the LMDB store argv[2], archiving to argv[4], and prints the root. With argv[5] it
 * kills itself in the middle of that write to the store, or after it when argv[6] is "after".
 */
import { writeSync } from "node:fs";
import type { KeyValueChange } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import { FAKE_CRYPTO } from "@cairn/testkit";
import { restoreFromFiles } from "../src/node/restore-files.ts";

const [path = "", archive = "", archiveTo = "", deadlyWrite, when] = process.argv.slice(2);
const store = createLmdbStore({ path });
let writes = 0;
const { restored } = await restoreFromFiles({
  store: { ...store, write },
  compress: FAKE_CRYPTO.compress,
  rollup: null,
  archives: [archive],
  archiveTo,
  checkpoints: { batches: 3, accounts: 1_000_000, ms: 1_000_000 },
});
writeSync(1, `${restored.tree.root()}`);
await restored.close();

function write(changes: Iterable<KeyValueChange>): void {
  const isDeadly = ++writes === Number(deadlyWrite);
  store.write(isDeadly && when !== "after" ? deadly(changes) : changes);
  if (isDeadly) die();
}

/** The same changes, but reading the middle one ends the process at once. */
function deadly(changes: Iterable<KeyValueChange>): KeyValueChange[] {
  const copy = [...changes];
  return Object.defineProperty(copy, Math.floor(copy.length / 2), { get: die });
}

function die(): never {
  process.kill(process.pid, "SIGKILL");
  // The signal arrives while this waits.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new TypeError("still alive");
}
