import { createL1Access, type L1Access, type L1Block, type L1Rollup, readBlock } from "@cairn/l1";
import { bytesToHex, FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { createObserver, type Owed, type RestoredState, type TokenObservation, totalOwed } from "@cairn/restore";
import { verifyError } from "./errors.ts";
import { paced } from "./paced.ts";

/** Why what a rollup has in a token does not cover what it owes. */
export type SolvencyProblem =
  /** It owes more than the contract counts as owed: balances on L2 are not backed. */
  | "custody-too-small"
  /** It has less of the token than it counts as owed: the token took money away. */
  | "balance-too-small"
  /** The token's contract does not say how much the rollup has. */
  | "balance-unknown";

/** One token in the books of a rollup, in its smallest unit. */
export interface TokenSolvency {
  readonly tokenId: number;
  /** What it owes, by reason. */
  readonly owed: Owed;
  readonly totalOwed: bigint;
  /** What the contract counts as owed. */
  readonly custody: bigint;
  /** What the rollup has; null when the token does not answer. */
  readonly balance: bigint | null;
  /** Null when owed ≤ custody ≤ balance. */
  readonly problem: SolvencyProblem | null;
}

/** Whether a rollup can pay all that it owes. */
export interface Solvency {
  readonly isSolvent: boolean;
  readonly tokens: readonly TokenSolvency[];
  /** The last batch in the state. */
  readonly batch: number;
  /** Accounts that were summed up. */
  readonly accounts: number;
  /** L1 block as of which the contract and the tokens were asked. */
  readonly l1: L1Block;
  /** What was checked, in order. */
  readonly checked: readonly string[];
}

/** How {@link verifySolvency} works. */
export interface SolvencyOptions {
  readonly signal?: AbortSignal;
  /** Called now and then with the accounts summed up so far, of all. */
  readonly onProgress?: (accounts: number, of: number) => void;
}

/**
 * Checks for each token that balances on L2, unpaid payouts, claimable payments and waiting deposits together are no more
 * than what the contract keeps for them, and that it has it. The state must be one that was restored to the end, and must not
 * change meanwhile; the event loop is never blocked for long. Throws `verify/l1-moved` when L1 no longer has the block to
 * which the state was restored, the reason of the signal, `restore/incomplete`, `l1/unavailable`, `l1/state-missing`.
 *
 * @example
 * const { restored } = await restoreState({ rollup, blobs });
 * const { isSolvent, tokens } = await verifySolvency(rollup, restored);
 */
export async function verifySolvency(
  rollup: L1Rollup,
  restored: RestoredState,
  { signal, onProgress = () => {} }: SolvencyOptions = {},
): Promise<Solvency> {
  const access = createL1Access(rollup, signal === undefined ? {} : { signal });
  const head = await headOf(access, restored);
  const { tree } = restored;
  const accounts = tree.nextIndex() - FIRST_ACCOUNT_INDEX;
  const observer = createObserver(access, restored, {
    sumBalances: (sums) => paced(sums, { signal, onStep: (done) => onProgress(done, accounts) }),
  });
  const { tokens } = await observer.observe(head);
  const books = tokens.map(toSolvency);
  return {
    isSolvent: books.every(({ problem }) => problem === null),
    tokens: books,
    batch: restored.position().batch,
    accounts,
    l1: head,
    checked: [
      `the state after batch ${restored.position().batch} was rebuilt, and is the contract's in L1 block ${head.block}`,
      `the balances of all ${accounts} accounts were summed up`,
      "unpaid payouts, claimable payments and waiting deposits were read from L1",
      "per token, their sum was compared with the contract's custody, and that with what the rollup has",
    ],
  };
}

async function headOf(access: L1Access, restored: RestoredState): Promise<L1Block> {
  const end = restored.end();
  // Throws what says that there is none.
  if (end === null) restored.waiting();
  const head = end && (await readBlock(access, end.l1Block));
  if (end !== null && head?.hash === bytesToHex(end.l1BlockHash)) return head;
  throw verifyError("verify/l1-moved", "L1 no longer has the block to which the state was restored: restore again");
}

function toSolvency({ tokenId, owed, custody, balance }: TokenObservation): TokenSolvency {
  const total = totalOwed(owed);
  return { tokenId, owed, totalOwed: total, custody, balance, problem: problemOf(total, custody, balance) };
}

function problemOf(owed: bigint, custody: bigint, balance: bigint | null): SolvencyProblem | null {
  if (owed > custody) return "custody-too-small";
  if (balance === null) return "balance-unknown";
  return custody > balance ? "balance-too-small" : null;
}
