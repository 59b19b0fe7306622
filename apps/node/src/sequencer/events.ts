import type { StoredTransaction } from "@cairn/db";
import type { SealedBlock } from "./sealing-line.ts";

/** Something that other parts want to know at once. */
export type SequencerEvent =
  | { readonly type: "transactions"; readonly transactions: readonly StoredTransaction[] }
  | { readonly type: "block"; readonly block: SealedBlock }
  | { readonly type: "rebuilt"; readonly firstBlock: number };
