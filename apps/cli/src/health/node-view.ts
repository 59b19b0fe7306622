import type { RouteResponse } from "@cairn/rpc";
import { apiErrorOf, type NodeClient } from "@cairn/sdk";

/** A node and its progress. */
export interface NodeView {
  readonly url: string;
  readonly health: RouteResponse<"health">;
  readonly readiness: RouteResponse<"ready">;
  readonly rollup: RouteResponse<"rollup">;
  readonly recentBatches: RouteResponse<"batches">["batches"];
  /** Blocks sealed but not accepted by L1, and accepted but not final. */
  readonly unprovenBlocks: number;
  readonly unfinalBlocks: number;
  /** How long the oldest block has waited for L1; null if none is waiting. */
  readonly oldestUnprovenSeconds: number | null;
}

/** Reads everything from a node. Throws like the client. */
export async function readNode(client: NodeClient, signal: AbortSignal): Promise<NodeView> {
  const options = { signal };
  const [health, readiness, rollup, { batches }] = await Promise.all([
    client.health({}, options),
    client.ready({}, options),
    client.rollup({}, options),
    client.batches({ limit: 5 }, options),
  ]);
  const { lastBlock, lastProvenBlock, lastFinalBlock } = rollup;
  return {
    url: client.url,
    health,
    readiness,
    rollup,
    recentBatches: batches,
    unprovenBlocks: Math.max(0, lastBlock - lastProvenBlock),
    unfinalBlocks: Math.max(0, lastProvenBlock - lastFinalBlock),
    oldestUnprovenSeconds: lastBlock > lastProvenBlock ? await ageOf(client, lastProvenBlock + 1, signal) : null,
  };
}

/** Seconds since a block was sealed; null when it was dropped meanwhile. */
async function ageOf(client: NodeClient, number: number, signal: AbortSignal): Promise<number | null> {
  const block = await client.block({ number }, { signal }).catch((error: unknown) => {
    if (apiErrorOf(error)?.code === "not-found") return null;
    throw error;
  });
  if (block === null || block.sealedAtMs === null) return null;
  return Math.max(0, Math.round((Date.now() - block.sealedAtMs) / 1000));
}
