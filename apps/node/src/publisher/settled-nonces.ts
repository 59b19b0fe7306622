import { isBusy, isRefusal } from "@cairn/l1";

/** How many nonces an account had used at settled depth. */
export interface SettledNonces {
  /** Records the nonces used at L1's head. */
  readonly note: (head: number, used: number) => void;
  /** Nonces used at a block. Throws what the RPC throws, unless it lacks the state of that block. */
  readonly at: (block: number) => Promise<number>;
}

/**
 * Reads the count with `readAt`. An L1 node that keeps the states of few blocks cannot answer: then what it said about
 * its heads counts, from the block on where it was first seen. After a restart that is nothing, so settling takes as
 * many blocks again.
 */
export function createSettledNonces(readAt: (block: number) => Promise<number>): SettledNonces {
  /** The lowest head at which each number of used nonces was seen, in order. */
  const seen: { readonly block: number; readonly used: number }[] = [];

  const remembered = (block: number): number => {
    // Of those that are settled, the last one suffices.
    while (seen.length > 1 && (seen[1]?.block ?? block + 1) <= block) seen.shift();
    const [first] = seen;
    return first !== undefined && first.block <= block ? first.used : 0;
  };

  return {
    note: (head, used) => {
      // A reorg has freed nonces again, or moved them to later blocks.
      while (seen.length > 0 && isUndone(seen.at(-1), head, used)) seen.pop();
      if (seen.at(-1)?.used !== used) seen.push({ block: head, used });
    },
    at: async (block) => {
      try {
        return await readAt(block);
      } catch (error) {
        if (!isRefusal(error) || isBusy(error)) throw error;
        return remembered(block);
      }
    },
  };
}

function isUndone(last: { readonly block: number; readonly used: number } | undefined, head: number, used: number) {
  return last !== undefined && (last.used > used || last.block > head);
}
