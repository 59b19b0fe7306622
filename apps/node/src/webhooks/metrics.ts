import type { SentMessages, WebhookMessageCounts } from "@cairn/db";
import { Counter, Gauge, type Registry } from "prom-client";

/** What is measured of webhooks. */
export interface WebhookMetrics {
  /** Attempts to send. */
  readonly count: (sent: SentMessages) => void;
  /** What waits, and what was given up. */
  readonly show: (counts: Iterable<WebhookMessageCounts>, nowMs: number) => void;
}

/** Registers the metrics of webhooks. */
export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const registers = [registry];
  const attempts = new Counter({
    name: "cairn_webhook_attempts_total",
    help: "Messages that were posted to webhooks, by what became of them",
    labelNames: ["result"],
    registers,
  });
  const messages = new Gauge({
    name: "cairn_webhook_messages",
    help: "Messages to webhooks that were not taken: waiting, or dead after they were given up",
    labelNames: ["state"],
    registers,
  });
  const oldest = new Gauge({
    name: "cairn_webhook_oldest_seconds",
    help: "How long the oldest message to a webhook has been waiting; 0 when none waits",
    registers,
  });
  return {
    count: ({ delivered, failed }) => {
      attempts.inc({ result: "taken" }, delivered.length);
      attempts.inc({ result: "failed" }, failed.length);
    },
    show: (counts, nowMs) => {
      const all = [...counts];
      messages.set({ state: "waiting" }, sum(all.map(({ waiting }) => waiting)));
      messages.set({ state: "dead" }, sum(all.map(({ dead }) => dead)));
      oldest.set(Math.max(0, ...all.map(({ oldestWaitingAtMs: atMs }) => (atMs === null ? 0 : (nowMs - atMs) / 1000))));
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
