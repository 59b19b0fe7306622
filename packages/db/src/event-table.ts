import type { JSONColumnType } from "kysely";

/** What an event is about: an entry of a history by its source, a block, or a batch. */
export type EventSubject = "transaction" | "foreign" | "l1Operation" | "fees" | "payout" | "block" | "batch";

/** A row of the log. */
export interface EventsTable {
  /** In the order of commits, without gaps. */
  number: number;
  at_ms: number;
  subject: EventSubject;
  /** What became of it. */
  status: string;
  /** Of a transaction. */
  id: Uint8Array | null;
  /** Of a batch, its first block. */
  block_number: number | null;
  /** Slot, position in the L1 queue or in the block's list; of a batch, its last block. */
  position: number | null;
  /** What is no longer stored: the row that was deleted, or the account that a transaction had created. */
  old: JSONColumnType<object, string | null, string | null> | null;
}
