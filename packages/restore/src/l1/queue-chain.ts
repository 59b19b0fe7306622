import { l1OperationFromEvent } from "@cairn/l1";
import { bytesToHex, encodeL1Operation, isCairnError, type L1Operation, nextQueueHash } from "@cairn/protocol";
import type { ChainPosition } from "../chain-position.ts";
import { restoreError } from "../errors.ts";
import type { WaitingEntry } from "../stored-records.ts";
import { placeOfEntry, type QueuedLog } from "./rollup-logs.ts";

/** The queue as its events come in: each must follow the one before and hash to its hash. */
export interface QueueChain {
  /** Throws `restore/events-incomplete`, `restore/queue-mismatch`. */
  add(log: QueuedLog): void;
  /** Takes entries from the head. Throws `restore/events-incomplete` when there are not so many. */
  consume(count: number): readonly WaitingEntry[];
  /** Entries not taken, in order. */
  waiting(): readonly WaitingEntry[];
  /** Entries so far, and the rolling hash after them. */
  tail(): number;
  tailHash(): Uint8Array;
}

/** A queue whose entries before the position are known already; their events are skipped. */
export function createQueueChain({ queuePosition, queueHash }: ChainPosition): QueueChain {
  let waiting: WaitingEntry[] = [];
  let [tail, hash] = [queuePosition, queueHash];
  return {
    add(log) {
      const place = placeOfEntry(log);
      if (place.position < queuePosition) return;
      if (place.position !== tail) {
        throw restoreError("restore/events-incomplete", `queue entry ${tail} is missing before ${place.position}`, {
          details: { entry: tail },
        });
      }
      const { operation, record } = decodeEntry(log);
      hash = nextQueueHash(hash, record);
      if (bytesToHex(hash) !== log.args.queueHash) throw mismatch(tail, "does not hash to its hash");
      waiting.push({ ...place, operation, queueHash: hash });
      tail++;
    },
    consume(count) {
      if (count > waiting.length) {
        throw restoreError(
          "restore/events-incomplete",
          `a batch consumes ${count} entries, ${waiting.length} are known`,
          {
            details: { entry: tail },
          },
        );
      }
      const taken = waiting.slice(0, count);
      if (count > 0) waiting = waiting.slice(count);
      return taken;
    },
    waiting: () => waiting,
    tail: () => tail,
    tailHash: () => hash,
  };
}

function decodeEntry(log: QueuedLog): { readonly operation: L1Operation; readonly record: Uint8Array } {
  try {
    const operation = l1OperationFromEvent(log.args);
    return { operation, record: encodeL1Operation(operation) };
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw mismatch(Number(log.args.position), "is no record that the contract makes", cause);
  }
}

function mismatch(position: number, problem: string, cause?: unknown) {
  return restoreError("restore/queue-mismatch", `queue entry ${position} ${problem}`, {
    cause,
    details: { entry: position },
  });
}
