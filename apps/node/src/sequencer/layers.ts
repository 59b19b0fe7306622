import type { Account, AccountIndex } from "@cairn/protocol";
import type { ClosedBlock, StateReader } from "@cairn/vm";

/** The state after blocks that are closed but not in the state store yet. */
export interface Layers extends StateReader {
  /** Puts a block on top. */
  readonly push: (block: number, closed: Pick<ClosedBlock, "updates" | "newNextIndex">) => void;
  /** Removes the lowest block. Precondition: the base has it now. */
  readonly drop: (block: number) => void;
  readonly size: () => number;
}

/** No blocks on `base`, which may advance over blocks that are still here: they agree. */
export function createLayers(base: StateReader): Layers {
  const blocks = new Map<number, Pick<ClosedBlock, "updates" | "newNextIndex">>();
  const accounts = new Map<AccountIndex, { readonly account: Account; readonly block: number }>();
  let nextIndex: number | null = null;
  return {
    nextIndex: () => nextIndex ?? base.nextIndex(),
    getAccount: (index) => accounts.get(index)?.account ?? base.getAccount(index),
    push: (block, closed) => {
      blocks.set(block, closed);
      for (const [index, account] of closed.updates) accounts.set(index, { account, block });
      nextIndex = closed.newNextIndex;
    },
    drop: (block) => {
      for (const index of blocks.get(block)?.updates.keys() ?? []) {
        if (accounts.get(index)?.block === block) accounts.delete(index);
      }
      blocks.delete(block);
      if (blocks.size === 0) nextIndex = null;
    },
    size: () => blocks.size,
  };
}
