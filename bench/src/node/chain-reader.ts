import type { RouteResponse } from "@cairn/rpc";
import type { NodeApi } from "./node-api.ts";

/** A block as the API shows it. */
export type ApiBlock = RouteResponse<"blocks">["blocks"][number];
/** A batch as the API shows it. */
export type ApiBatch = RouteResponse<"batches">["batches"][number];

const PAGE = 100;

/** All blocks from `first` on, lowest first. */
export async function readBlocks(api: NodeApi, first: number): Promise<ApiBlock[]> {
  const found: ApiBlock[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { blocks, next } = await api.get("blocks", { query: { limit: String(PAGE), cursor } });
    found.push(...blocks.filter(({ number }) => number >= first));
    if (next === null || (blocks.at(-1)?.number ?? 0) < first) return found.reverse();
    cursor = next;
  }
}

/** All batches that begin at block `first` or later, lowest first. */
export async function readBatches(api: NodeApi, first: number): Promise<ApiBatch[]> {
  const found: ApiBatch[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { batches, next } = await api.get("batches", { query: { limit: String(PAGE), cursor } });
    found.push(...batches.filter(({ firstBlock }) => firstBlock >= first));
    if (next === null || (batches.at(-1)?.firstBlock ?? 0) < first) return found.reverse();
    cursor = next;
  }
}
