import type { Chains } from "@cairn/crypto";
import type { PublishedBatch } from "../published-batch.ts";
import { encodeBatch } from "./format.ts";

/** Bytes that are gathered before they are written, and for how long. */
const BUFFER_BYTES = 2 ** 18;
const BUFFER_MS = 1000;

/**
 * Keeps the batches that a restoration has read, such as a page's database, so that one in another process or after a reload
 * need not read them again. What comes from it is checked like an archive from a stranger: whoever can write there can
 * waste time, and nothing else.
 */
export interface BatchStorage {
  /** What was kept of the batches from number `first` on, in order and as many as it likes; none at the end. */
  read(first: number): Promise<readonly Uint8Array[]>;
  /** Keeps batches from number `first` on, in the place of all that it has from there on. */
  write(first: number, batches: readonly Uint8Array[]): Promise<void>;
}

/** Keeps batches in a storage, many at a time. */
export interface BatchKeeper {
  /** The next batch, or an earlier one after which all are replaced; `chains` are those after it. */
  add(batch: PublishedBatch, chains: Chains): Promise<void>;
  /** On return, all batches so far are kept. */
  flush(): Promise<void>;
}

/** A keeper of batches; `now` in milliseconds from any start. */
export function createBatchKeeper(storage: BatchStorage, now: () => number): BatchKeeper {
  let first = 1;
  let held: Uint8Array[] = [];
  let bytes = 0;
  let lastMs = now();
  const flush = async (): Promise<void> => {
    if (held.length === 0) return;
    const [from, batches] = [first, held];
    first += held.length;
    [held, bytes, lastMs] = [[], 0, now()];
    await storage.write(from, batches);
  };
  return {
    async add(batch, chains) {
      if (batch.number !== first + held.length) {
        await flush();
        first = batch.number;
      }
      const payload = encodeBatch(batch, chains);
      held.push(payload);
      bytes += payload.length;
      if (bytes >= BUFFER_BYTES || now() - lastMs >= BUFFER_MS) await flush();
    },
    flush,
  };
}
