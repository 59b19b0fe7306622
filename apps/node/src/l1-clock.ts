import type { L1Reader } from "@cairn/l1";

/** The head of L1 and its time, in seconds. */
export interface L1Clock {
  readonly number: number;
  readonly hash: string;
  readonly timestamp: number;
  /** The timestamp that L1 would give a block made now: on a chain that mines on demand, it advances between blocks. */
  readonly nextTimestamp: number;
}

/** Reads the head and the pending block; without a pending block the head's time counts. Throws what the RPC throws. */
export async function readL1Clock(reader: L1Reader): Promise<L1Clock> {
  const [latest, pending] = await Promise.all([
    reader.getBlock({ blockTag: "latest" }),
    reader.getBlock({ blockTag: "pending" }).catch(() => null),
  ]);
  const timestamp = Number(latest.timestamp);
  const nextTimestamp = Math.max(timestamp, Number(pending?.timestamp ?? 0));
  return { number: Number(latest.number), hash: latest.hash, timestamp, nextTimestamp };
}
