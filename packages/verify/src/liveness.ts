import { rollupAbi } from "@cairn/contracts";
import { l1Error } from "@cairn/l1";
import type { Hex } from "@cairn/protocol";
import { decodeEventLog, encodeEventTopics, isHash, isHex, numberToHex } from "viem";
import type { VerifierL1 } from "./l1.ts";
import { asking, assertRollup, assertStillThere, type HeadOfL1, readHeadOfL1, readTimeOfBlock } from "./l1.ts";

/** A batch as an event of the contract tells it. */
export interface AcceptedBatch {
  readonly number: number;
  readonly transaction: Hex;
  readonly block: number;
  /** Time of the L1 block, seconds since the epoch. */
  readonly at: number;
  /** Seconds since the batch before; null for the first that was read. */
  readonly seconds: number | null;
  /** Whether that is a gap: more than ten times the median. */
  readonly isGap: boolean;
}

/** How regularly L1 accepts batches of a rollup. */
export interface Liveness {
  /** The last ones, oldest first. */
  readonly batches: readonly AcceptedBatch[];
  /** Between two batches; null for fewer than two. */
  readonly medianSeconds: number | null;
  /** An interval longer than this is a gap; null as the median. */
  readonly gapSeconds: number | null;
  /** Since the last batch, as of L1's head, and whether that is a gap; null without a batch. */
  readonly sinceLast: { readonly seconds: number; readonly isGap: boolean } | null;
  readonly l1: Pick<HeadOfL1, "block" | "hash" | "timestamp">;
}

/** An interval this many times as long as the median is a gap. */
const GAP_FACTOR = 10;
/** L1 blocks asked for at once: initially, and at most. RPCs refuse more in many ways. */
const WIDTH = { first: 2_000, most: 50_000 };
const TOPICS = encodeEventTopics({ abi: rollupAbi, eventName: "BatchSubmitted" });

type Found = Omit<AcceptedBatch, "seconds" | "isGap">;

/**
 * When L1 accepted the last batches, by the contract's events alone, and where there are gaps. A rollup without anything to
 * do makes no batches: a gap is a reason to look, not a proof of failure. Throws `l1/bad-events` when the RPC leaves a batch
 * out that the contract counts, `verify/wrong-chain`, `verify/l1-moved`, `l1/not-a-rollup`, `l1/unavailable`.
 *
 * @example const { batches, medianSeconds } = await readLiveness(l1, { batches: 100 });
 */
export async function readLiveness(
  l1: VerifierL1,
  { batches: wanted = 100 }: { readonly batches?: number } = {},
): Promise<Liveness> {
  await assertRollup(l1);
  const head = await readHeadOfL1(l1, "latest");
  if (head === null) throw l1Error("l1/unavailable", "the RPC has no latest block with the rollup's state");
  const found = await readBack(l1, head, Math.min(wanted, head.batchCount));
  await assertStillThere(l1, head);
  const intervals = found.slice(1).map(({ at }, place) => at - (found[place]?.at ?? at));
  const medianSeconds = medianOf(intervals);
  const gapSeconds = medianSeconds === null ? null : GAP_FACTOR * Math.max(1, medianSeconds);
  const isGap = (seconds: number) => gapSeconds !== null && seconds > gapSeconds;
  const last = found.at(-1);
  const { block, hash, timestamp } = head;
  const since = last && timestamp - last.at;
  return {
    batches: found.map((batch, place) => {
      const seconds = place === 0 ? null : (intervals[place - 1] ?? null);
      return { ...batch, seconds, isGap: seconds !== null && isGap(seconds) };
    }),
    medianSeconds,
    gapSeconds,
    sinceLast: since === undefined ? null : { seconds: since, isGap: isGap(since) },
    l1: { block, hash, timestamp },
  };
}

/** The last batches up to a head, oldest first, none left out. */
async function readBack(l1: VerifierL1, head: HeadOfL1, count: number): Promise<Found[]> {
  const found: Found[] = [];
  const first = head.batchCount - count + 1;
  for (let [to, width] = [head.block, WIDTH.first]; to >= 0 && found.length < count; ) {
    const from = Math.max(0, to - width + 1);
    const read = await readRange(l1, from, to).catch((error: unknown) => {
      if (from === to) throw error;
      return null;
    });
    if (read === null) {
      width = Math.max(1, Math.floor((to - from + 1) / 2));
      continue;
    }
    found.unshift(...read.filter(({ number }) => number >= first));
    to = from - 1;
    width = Math.min(WIDTH.most, width * 2);
  }
  const isWhole = found.length === count && found.every(({ number }, place) => number === first + place);
  if (isWhole) return found;
  throw l1Error("l1/bad-events", `the RPC does not have the events of batches ${first} to ${head.batchCount}`);
}

function readRange(l1: VerifierL1, from: number, to: number): Promise<Found[]> {
  return asking(`the batches in blocks ${from} to ${to}`, async () => {
    const range = { fromBlock: numberToHex(from), toBlock: numberToHex(to) };
    const params = [{ address: l1.address, topics: TOPICS, ...range }];
    const logs = await l1.connection.request({ method: "eth_getLogs", params });
    if (!Array.isArray(logs)) throw l1Error("l1/unavailable", "the RPC answers with something else than events");
    return Promise.all(logs.map((log: unknown) => toBatch(l1, log)));
  });
}

async function toBatch(l1: VerifierL1, log: unknown): Promise<Found> {
  const { data, topics, blockNumber, transactionHash }: Readonly<Record<string, unknown>> = Object(log);
  if (
    !isHex(data) ||
    !Array.isArray(topics) ||
    !isHex(blockNumber) ||
    !isHex(transactionHash) ||
    !isHash(transactionHash)
  )
    throw l1Error("l1/unavailable", "the RPC answers with something else than an event");
  const { args } = decodeEventLog({
    abi: rollupAbi,
    eventName: "BatchSubmitted",
    data,
    topics: topics as [Hex, ...Hex[]],
  });
  const block = Number(blockNumber);
  return {
    number: Number(args.batchNumber),
    transaction: transactionHash,
    block,
    at: await readTimeOfBlock(l1, block),
  };
}

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
