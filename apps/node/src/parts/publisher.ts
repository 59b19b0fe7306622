import { type PublisherTerms, takeBackPayouts } from "@cairn/db";
import { addressToBigint } from "@cairn/protocol";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { createBlobThread } from "../blobs/blob-thread.ts";
import { createPublisherMetrics } from "../publisher/metrics.ts";
import { createPublisher, type Publisher } from "../publisher/publisher.ts";
import { type FeeCaps, firstBlobCaps } from "../publisher/raised-fees.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";
import type { Watcher } from "../watcher/watcher.ts";
import type { L1 } from "./l1.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

const WEI_PER_GWEI = 10n ** 9n;

/** The L1 account that this process publishes with; null without the role or its key. */
export function publisherAccount({ config, has }: Pick<PartContext, "config" | "has">): PrivateKeyAccount | null {
  const { publisherKey } = config;
  if (!has("publisher") || publisherKey === undefined) return null;
  return privateKeyToAccount(`0x${publisherKey.reveal().slice(2)}`);
}

/** The terms on which this process publishes with an account; batches are closed on those that were stored last. */
export function publisherTerms({ config }: Pick<PartContext, "config">, account: PrivateKeyAccount): PublisherTerms {
  const { gas, blobGas } = firstBlobCaps(feeCaps(config));
  const prices = { maxBlobGasWei: blobGas, maxGasWei: gas };
  return { account: addressToBigint(account.address), dataMode: config.dataSource, ...prices };
}

function feeCaps({ maxFeeGwei, maxBlobFeeGwei }: PartContext["config"]): FeeCaps {
  return { gas: BigInt(maxFeeGwei) * WEI_PER_GWEI, blobGas: BigInt(maxBlobFeeGwei) * WEI_PER_GWEI };
}

/** What brings work to a publisher in the same process. */
interface WorkSources {
  readonly watcher: Watcher | null;
  readonly sequencer: Sequencer | null;
}

/** How often an idle publisher polls that is also woken by new work. */
const IDLE_POLL_MS = 4000;

/** The publisher's role. */
export function createPublisherPart(
  context: PartContext,
  account: PrivateKeyAccount,
  { database }: Storage,
  { rollup }: L1,
  sources: WorkSources,
): Part {
  const { config } = context;
  let publisher: Publisher | null = null;
  return {
    name: "publisher",
    start: async (endings) => {
      await takeBackPayouts(database.db, config.maxPayoutGas);
      const { watcher, sequencer } = sources;
      const caps = feeCaps(config);
      const isAlone = watcher === null || sequencer === null;
      const blobs = createBlobThread();
      endings.add("blobs", blobs.stop);
      publisher = createPublisher(
        {
          pollMs: config.l1PollMs,
          idlePollMs: isAlone ? config.l1PollMs : Math.max(config.l1PollMs, IDLE_POLL_MS),
          maxLive: config.maxLiveL1,
          lowBalanceWei: config.lowBalanceWei,
          maxPayoutGas: config.maxPayoutGas,
          maxFeePerGas: caps.gas,
          mayLeaveBlobs: config.dataSource === "auto",
          maxFeePerBlobGas: caps.blobGas,
          bumpAfterMs: config.bumpAfterMs,
          finalConfirmations: config.finalConfirmations,
        },
        {
          database,
          rollup,
          account,
          blobs,
          clock: context.clock,
          logger: context.child("publisher"),
          metrics: createPublisherMetrics(context.registry),
        },
      );
      endings.add("publisher", publisher.stop);
      const { start, poke } = publisher;
      sequencer?.onEvent(({ type }) => {
        if (type === "block") poke();
      });
      watcher?.onEvent(({ type }) => {
        if (type === "progress" || type === "reorg") poke();
      });
      start();
    },
    readiness: () => (publisher === null ? {} : { publisher: readinessOf(publisher) }),
  };
}

function readinessOf(publisher: Publisher) {
  const { state, waitingFor, isBalanceLow } = publisher.status();
  const notes = [waitingFor === null ? [] : `waits for ${waitingFor}`, isBalanceLow ? "low balance" : []].flat();
  const isReady = state !== "failing" && state !== "frozen";
  return { isReady, state: [state, ...notes].join(", ") };
}
