import { createHash } from "node:crypto";
import {
  type BlockTotals,
  countAcceptedBatches,
  countWaitingProofs,
  type Database,
  type Db,
  findLastSealedBlock,
  listAcceptedPlans,
  listProofNodes,
  listProvers,
  loadBatchCosts,
  loadBatchIncome,
  loadPendingBatches,
  readBlockHeights,
  sumBlocks,
  sumBlocksSince,
} from "@cairn/db";
import { FIRST_ACCOUNT_INDEX, MAX_BATCH_BLOCKS } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import type { Clock } from "../clock.ts";
import type { Handlers } from "./handlers.ts";

/** Operations that show the rollup as a whole. */
export type OverviewRoute = "stats" | "provers" | "proofs";

const FRESH_MS = 5000;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** Batches over which costs are summed up. */
const RECENT_BATCHES = 32;
const NOTHING: BlockTotals = { blocks: 0, transactions: 0, l1Operations: 0 };

/** Statistics, which everyone gets from the same computation for a few seconds, provers and proofs. */
export function createOverviewHandlers({ db }: Database, clock: Clock): Handlers<OverviewRoute> {
  const totals = createTotals(db);
  let computed: { readonly atMs: number; readonly stats: Promise<RouteResponse<"stats">> } | null = null;
  return {
    stats: () => {
      const nowMs = clock.elapsedMs();
      if (computed === null || nowMs - computed.atMs > FRESH_MS) {
        const stats = computeStats(db, totals, Math.floor(clock.nowMs() / 1000));
        computed = { atMs: nowMs, stats };
        // A failure is not kept.
        stats.catch(() => {
          computed = null;
        });
      }
      return computed.stats;
    },
    provers: async () => {
      const [provers, waiting] = await Promise.all([listProvers(db), countWaitingProofs(db)]);
      return {
        provers: provers.map(({ name, working, made, lastMadeAtMs }) => ({
          id: proverId(name),
          working: working.map((proof) => ({ ...proof })),
          made: made.map((some) => ({ ...some })),
          lastMadeAtMs,
        })),
        waiting: [...waiting].map(([circuit, proofs]) => ({ circuit, proofs })),
      };
    },
    proofs: async ({ query }) => {
      const firstBlock = query.firstBlock ?? (await readBlockHeights(db)).proven + 1;
      const proofs = await listProofNodes(db, firstBlock, firstBlock + MAX_BATCH_BLOCKS - 1);
      return {
        proofs: proofs.map(({ prover, ...proof }) => ({ ...proof, prover: prover === null ? null : proverId(prover) })),
      };
    },
  };
}

/** Stands for a prover, whose name tells its machine. */
function proverId(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 8);
}

/** What all sealed blocks hold; the final ones, which never change, are summed up once. */
function createTotals(db: Db): () => Promise<BlockTotals> {
  let settled = { lastBlock: 0, totals: NOTHING };
  return async () => {
    const { final } = await readBlockHeights(db);
    const known = settled;
    if (final > known.lastBlock) {
      const added = await sumBlocks(db, known.lastBlock + 1, final);
      settled = { lastBlock: final, totals: plus(known.totals, added) };
    }
    const { lastBlock, totals } = settled;
    return plus(totals, await sumBlocks(db, lastBlock + 1, Number.MAX_SAFE_INTEGER));
  };
}

function plus(a: BlockTotals, b: BlockTotals): BlockTotals {
  return {
    blocks: a.blocks + b.blocks,
    transactions: a.transactions + b.transactions,
    l1Operations: a.l1Operations + b.l1Operations,
  };
}

async function computeStats(
  db: Db,
  totals: () => Promise<BlockTotals>,
  nowSeconds: number,
): Promise<RouteResponse<"stats">> {
  const [all, lastHour, lastDay, sealed, accepted, pending, recent] = await Promise.all([
    totals(),
    sumBlocksSince(db, nowSeconds - HOUR_SECONDS),
    sumBlocksSince(db, nowSeconds - DAY_SECONDS),
    findLastSealedBlock(db),
    countAcceptedBatches(db),
    loadPendingBatches(db),
    sumRecent(db),
  ]);
  const nextIndex = sealed?.seal?.newNextIndex ?? FIRST_ACCOUNT_INDEX;
  return {
    accounts: nextIndex - FIRST_ACCOUNT_INDEX,
    ...all,
    lastHour: { ...lastHour },
    lastDay: { ...lastDay },
    batches: { accepted, waiting: pending.length },
    recent,
  };
}

async function sumRecent(db: Db): Promise<RouteResponse<"stats">["recent"]> {
  const batches = await listAcceptedPlans(db, RECENT_BATCHES);
  const firstBlocks = batches.map(({ firstBlock }) => firstBlock);
  const costs = await loadBatchCosts(db, firstBlocks);
  const paid = batches.filter(({ firstBlock }) => costs.has(firstBlock));
  if (paid.length === 0) return null;
  const income = await loadBatchIncome(
    db,
    paid.map(({ firstBlock }) => firstBlock),
  );
  const sums = new Map<number, bigint>();
  for (const { tokenId, amount } of [...income.values()].flat()) {
    sums.set(tokenId, (sums.get(tokenId) ?? 0n) + amount);
  }
  const spent = paid.flatMap(({ firstBlock }) => costs.get(firstBlock) ?? []);
  const sum = (of: (cost: (typeof spent)[number]) => number): number => spent.reduce((all, cost) => all + of(cost), 0);
  return {
    batches: paid.length,
    transactions: paid.reduce((all, { transactions }) => all + transactions, 0),
    gasUsed: sum(({ gasUsed }) => gasUsed),
    blobGasUsed: sum(({ blobGasUsed }) => blobGasUsed),
    paidWei: spent.reduce((all, { paidWei }) => all + paidWei, 0n).toString(),
    income: [...sums].sort(([a], [b]) => a - b).map(([tokenId, amount]) => ({ tokenId, amount: amount.toString() })),
  };
}
