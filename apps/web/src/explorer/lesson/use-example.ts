import type { RouteResponse } from "@cairn/rpc";
import type { NodeClient } from "@cairn/sdk";
import type { UseQueryResult } from "@tanstack/react-query";
import { useNode } from "../../data/use-node.ts";

type Batch = RouteResponse<"batch">;
type Transaction = RouteResponse<"transaction">;

/** The transfer that the lesson follows, and where it is. */
export interface Example {
  readonly transaction: Transaction & {
    readonly transaction: Extract<Transaction["transaction"], { readonly type: "transfer" }>;
    readonly inclusion: NonNullable<Transaction["inclusion"]>;
  };
  readonly block: RouteResponse<"block">;
  readonly batch: Batch;
}

/** Batches that are searched for a transfer. */
const SEARCHED = 20;
/** It stays the same while the lesson is read. */
const NEVER = { intervalMs: 3_600_000 } as const;

/** The newest transfer that L1 has accepted; null while there is none. */
export function useExample(): UseQueryResult<Example | null, Error> {
  return useNode(["lesson"], [], (node, options) => findExample(node, options.signal), NEVER);
}

async function findExample(node: NodeClient, signal: AbortSignal): Promise<Example | null> {
  const { batches } = await node.batches({ limit: SEARCHED }, { signal });
  for (const batch of batches.filter(({ status }) => status === "accepted")) {
    for (let number = batch.lastBlock; number >= batch.firstBlock; number--) {
      const { transactions } = await node.blockTransactions({ number }, { signal });
      const transfer = transactions.findLast(({ transaction }) => transaction.type === "transfer");
      if (transfer === undefined) continue;
      const found = await node.transaction({ id: transfer.id }, { signal });
      const { transaction, inclusion } = found;
      if (transaction.type !== "transfer" || inclusion === null) continue;
      const block = await node.block({ number: inclusion.block }, { signal });
      return { transaction: { ...found, transaction, inclusion }, block, batch };
    }
  }
  return null;
}
