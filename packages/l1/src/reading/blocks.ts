import type { Hex } from "@cairn/protocol";
import { l1Error } from "../errors.ts";
import { insist, type L1Access } from "./access.ts";
import { isMissingBlock } from "./refusals.ts";

/** An L1 block. */
export interface L1Block {
  readonly block: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

/** Which head of L1 counts. */
export type L1HeadTag = "latest" | "safe" | "finalized";

/**
 * An L1 block by number or tag; null when the RPC says that it has none: it may be behind, and there is no safe or
 * finalized block until the consensus layer has reported one, or ever on chains without finality. Throws
 * `l1/unavailable`.
 *
 * @example const finalized = await readBlock(access, "finalized");
 */
export async function readBlock({ rollup, call }: L1Access, block: number | L1HeadTag): Promise<L1Block | null> {
  const question = typeof block === "number" ? { blockNumber: BigInt(block) } : { blockTag: block };
  const found = await call(typeof block === "number" ? `block ${block}` : `its ${block} block`, async () => {
    try {
      return await rollup.reader.getBlock(question);
    } catch (error) {
      if (isMissingBlock(error, block)) return null;
      throw error;
    }
  });
  if (found === null || found.hash === null || found.number === null) return null;
  const { number, hash, parentHash, timestamp } = found;
  return { block: Number(number), hash, parentHash, timestamp: Number(timestamp) };
}

/**
 * Whether an L1 block is still the one it was, asked more than once before it is said to be gone. Throws
 * `l1/unavailable`.
 *
 * @example if (!(await isStillThere(access, lastBlock))) await undoReorg();
 */
export async function isStillThere(access: L1Access, known: Pick<L1Block, "block" | "hash">): Promise<boolean> {
  const shown = await insist(() => readBlock(access, known.block));
  return shown?.hash === known.hash;
}

/**
 * The head of L1. Throws `l1/unavailable`, also when the RPC has no such block.
 *
 * @example const { block, hash } = await readHead(access, "latest");
 */
export async function readHead(access: L1Access, tag: L1HeadTag): Promise<L1Block> {
  const head = await readBlock(access, tag);
  if (head !== null) return head;
  throw l1Error(
    "l1/unavailable",
    `L1 has no ${tag} block: a chain without finality has none, and a node that starts has none yet`,
  );
}
