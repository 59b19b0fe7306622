import type { L1Blob, L1TransactionPurpose } from "@cairn/db";
import type { Hex } from "@cairn/protocol";

/** A call to be made on L1 once. */
export interface L1Call {
  readonly purpose: L1TransactionPurpose;
  /** First block of the batch that it is about. */
  readonly subject: number;
  /** Distinguishes concurrent calls about one subject. */
  readonly content: string;
  readonly to: Hex;
  readonly data: Hex;
  readonly gasLimit: number;
  /** The blob that its transaction carries; an ordinary transaction without. */
  readonly blob?: L1Blob;
}
