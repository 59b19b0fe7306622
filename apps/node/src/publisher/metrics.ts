import type { L1TransactionPurpose, L1TransactionStatus } from "@cairn/db";
import { Counter, Gauge, type Registry } from "prom-client";

const PURPOSES: readonly L1TransactionPurpose[] = ["submitBatch", "pay", "fillNonce"];
const STATUSES: readonly L1TransactionStatus[] = ["prepared", "sent", "mined", "final", "failed", "abandoned"];

/** What the publisher measures. */
export interface PublisherMetrics {
  readonly moved: (purpose: L1TransactionPurpose, status: L1TransactionStatus) => void;
  readonly bumped: () => void;
  readonly capped: () => void;
  readonly refused: () => void;
  readonly reorged: () => void;
  readonly badProof: () => void;
  /** A block has to be rebuilt. */
  readonly rebuilt: () => void;
  readonly observe: (now: { balanceWei: bigint; live: number; unsent: number; left: number }) => void;
}

/** Registers the publisher's metrics. */
export function createPublisherMetrics(registry: Registry): PublisherMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const moves = new Counter({
    name: "cairn_l1_transactions_total",
    help: "State changes of L1 transactions",
    labelNames: ["purpose", "status"],
    registers,
  });
  // A series that starts with its first event hides that event from `increase`.
  for (const purpose of PURPOSES) for (const status of STATUSES) moves.inc({ purpose, status }, 0);
  const bumps = counter("cairn_l1_fee_bumps_total", "Replacements with higher fees");
  const caps = counter("cairn_l1_fee_capped_total", "Times that fees above the cap held a transaction back");
  const refusals = counter("cairn_l1_refusals_total", "Broadcasts that L1 refused");
  const reorgs = counter("cairn_l1_transactions_reorged_total", "Mined L1 transactions that a reorg removed");
  const badProofs = counter("cairn_bad_proofs_total", "Proofs that the verifier on L1 does not accept");
  const rebuilds = counter(
    "cairn_block_rebuild_requests_total",
    "Times that a block could not become proven unchanged",
  );
  const balance = new Gauge({
    name: "cairn_publisher_balance_ether",
    help: "Ether of the publisher's account",
    registers,
  });
  const live = new Gauge({ name: "cairn_l1_transactions_live", help: "L1 transactions not settled", registers });
  const unsent = new Gauge({
    name: "cairn_batches_unsent",
    help: "Batches with a proof that L1 has not accepted",
    registers,
  });
  const left = new Gauge({
    name: "cairn_payouts_left",
    help: "Payouts left to others because they burn too much gas",
    registers,
  });
  return {
    moved: (purpose, status) => moves.inc({ purpose, status }),
    bumped: () => bumps.inc(),
    capped: () => caps.inc(),
    refused: () => refusals.inc(),
    reorged: () => reorgs.inc(),
    badProof: () => badProofs.inc(),
    rebuilt: () => rebuilds.inc(),
    observe: (now) => {
      balance.set(Number(now.balanceWei) / 1e18);
      live.set(now.live);
      unsent.set(now.unsent);
      left.set(now.left);
    },
  };
}
