import type { Chains } from "@cairn/crypto";
import type { ChainPosition } from "@cairn/vm";
import type { RollupIdentity } from "../identity.ts";
import type { ArchivedSettlement, PublishedBatch } from "../published-batch.ts";
import type { ArchivedQueue } from "./format.ts";

/** An archive that is being written. Batches must come in order, checked, and settlements in L1's order between them. */
export interface ArchiveWriter {
  readonly path: string;
  /** Last batch in it. */
  lastBatch(): number;
  /** `chains` are those after the batch. Throws `restore/io`, `restore/bad-option` for a batch out of order. */
  append(batch: PublishedBatch, chains: Chains): Promise<void>;
  /** Adds what became of payouts after the last batch; those that are there already are left out. Throws `restore/io`. */
  settle(settlements: readonly ArchivedSettlement[]): Promise<void>;
  /** Cuts off the batches after `position`, if there are any. Throws as {@link continueArchive}. */
  continueAfter(position: ChainPosition): Promise<void>;
  /** On return, all batches so far survive a crash. Throws `restore/io`. */
  flush(): Promise<void>;
  /**
   * Writes what waits in the queue after the last batch, if that is known and no more than 2^17 entries, and the end
   * frame, and closes the file, which is then a whole archive. Throws `restore/io`.
   */
  finish(waiting: ArchivedQueue | null): Promise<void>;
  /** Closes the file as it is; it can be continued later. */
  close(): Promise<void>;
}

/** Opens an archive that continues after a position of a rollup. */
export type ArchiveTarget = (identity: RollupIdentity, position: ChainPosition) => Promise<ArchiveWriter>;
