import { Gauge, type Registry } from "prom-client";
import type { PartStatus } from "../api/handlers.ts";

/** Registers what a process reports about itself, read with the metrics. */
export function registerProcessMetrics(
  registry: Registry,
  node: {
    readonly version: string;
    readonly roles: readonly string[];
    readonly parts: () => Readonly<Record<string, PartStatus>>;
    /** Balance of the publisher below which an alarm is due, in wei. */
    readonly lowBalanceWei: bigint;
  },
): void {
  const registers = [registry];
  new Gauge({
    name: "cairn_node_info",
    help: "1; the labels say what runs",
    labelNames: ["version", "roles"],
    registers,
  }).set({ version: node.version, roles: node.roles.join(",") }, 1);
  new Gauge({
    name: "cairn_publisher_low_balance_ether",
    help: "Balance of the publisher below which an alarm is due",
    registers,
  }).set(Number(node.lowBalanceWei) / 1e18);
  new Gauge({
    name: "cairn_part_ready",
    help: "1 while a part of the node works properly",
    labelNames: ["part"],
    registers,
    collect() {
      for (const [part, { isReady }] of Object.entries(node.parts())) this.set({ part }, isReady ? 1 : 0);
    },
  });
}

/** Registers the connections of the stream. */
export function registerStreamMetrics(registry: Registry, streamClients: () => number): void {
  new Gauge({
    name: "cairn_stream_clients",
    help: "Clients of the WebSocket stream",
    registers: [registry],
    collect() {
      this.set(streamClients());
    },
  });
}

/** Registers fees that cannot be paid. */
export function registerFeeMetrics(registry: Registry, feeTokensWithoutAccount: () => number): void {
  new Gauge({
    name: "cairn_fee_tokens_without_account",
    help: "Fee tokens in which no account of the fee owner can receive fees, so that nobody can pay in them",
    registers: [registry],
    collect() {
      this.set(feeTokensWithoutAccount());
    },
  });
}
