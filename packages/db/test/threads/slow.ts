/** The database's thread on a machine that is slow to start it: first busy, then waiting. */
import { setTimeout as delay } from "node:timers/promises";

const BUSY_MS = 1000;
const WAITING_MS = 2000;

for (const end = performance.now() + BUSY_MS; performance.now() < end; );
await delay(WAITING_MS);
await import("../../src/embedded-worker.ts");
