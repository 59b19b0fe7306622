import { FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { type Block, someAccounts } from "./blocks.ts";

const CREATED = 20;

/** The block of this number in the history that the crash tests write: 20 accounts created, up to 40 changed. */
export function crashBlock(block: number): Block {
  const first = FIRST_ACCOUNT_INDEX + CREATED * Math.max(0, block - 3);
  const nextIndex = FIRST_ACCOUNT_INDEX + CREATED * block;
  return { updates: someAccounts(first, nextIndex - first, block), nextIndex };
}
