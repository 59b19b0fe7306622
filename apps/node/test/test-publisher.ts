import type { Database } from "@cairn/db";
import type { L1Rollup } from "@cairn/l1";
import { pino } from "pino";
import { Registry } from "prom-client";
import type { LocalAccount } from "viem";
import type { BlobMaker } from "../src/blobs/blob-maker.ts";
import { createBlobThread } from "../src/blobs/blob-thread.ts";
import type { Clock } from "../src/clock.ts";
import { createPublisherMetrics } from "../src/publisher/metrics.ts";
import { createPublisher, type Publisher } from "../src/publisher/publisher.ts";
import type { Watcher } from "../src/watcher/watcher.ts";
import { createTestWatcher } from "./test-watcher.ts";

/** A publisher and a watcher that a test polls by hand. */
export function createTestPublisher(deps: {
  readonly database: Database;
  readonly rollup: L1Rollup;
  readonly account: LocalAccount;
  readonly clock: Clock;
  readonly blobs?: BlobMaker;
}): { readonly publisher: Publisher; readonly watcher: Watcher } {
  const { database, rollup, account, clock, blobs = createBlobThread() } = deps;
  const about = { database, rollup, clock, logger: pino({ level: "silent" }) };
  const publisher = createPublisher(
    {
      pollMs: 1000,
      idlePollMs: 1000,
      maxLive: 4,
      lowBalanceWei: 0n,
      maxPayoutGas: 100_000,
      maxFeePerGas: 10n ** 12n,
      maxFeePerBlobGas: 10n ** 12n,
      mayLeaveBlobs: true,
      bumpAfterMs: 60_000,
      finalConfirmations: 2,
    },
    { ...about, account, blobs, metrics: createPublisherMetrics(new Registry()) },
  );
  const watcher = createTestWatcher(about);
  return { publisher, watcher };
}
