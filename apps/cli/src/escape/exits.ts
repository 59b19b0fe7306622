import { parseEscapeEvents } from "@cairn/contracts";
import { type AccountIndex, CairnError, isCairnError } from "@cairn/protocol";
import { type ExitProof, findExited, proveExits, type RestoreErrorCode, verifyExitProof } from "@cairn/restore";
import { exitCall } from "@cairn/sdk";
import { showAddress } from "../address.ts";
import type { RollupCaller } from "../l1/caller.ts";
import type { SentCall } from "../l1/sent-calls.ts";
import type { RestoredSession } from "../restored/session.ts";
import { halves } from "./halves.ts";

/** An account that was paid out, or would be. */
export interface ExitedAccount {
  readonly index: number;
  readonly owner: string;
  readonly tokenId: number;
  readonly amount: bigint;
  /** False when the owner could not receive it: then it is claimable. Null for a dry run. */
  readonly paid: boolean | null;
}

/** An account that could not be paid out, and why. */
export interface RefusedExit {
  readonly index: number;
  readonly reason: string;
}

/** Result of exits. */
export interface ExitOutcome {
  readonly exited: readonly ExitedAccount[];
  readonly refused: readonly RefusedExit[];
  readonly transactions: readonly SentCall[];
}

/** Gas per transaction, with a margin below L1's limit (2^24, EIP-7825). */
const MAX_CALL_GAS = 12_000_000n;

/** A proof against the contract's root. Throws `restore/state-mismatch` when it would be invalid. */
export function checkedProof({ restored }: RestoredSession, indices: readonly AccountIndex[]): ExitProof {
  const proof = proveExits(restored.tree, indices);
  if (verifyExitProof(proof, restored.position().root, restored.compress)) return proof;
  throw new CairnError<RestoreErrorCode>(
    "restore/state-mismatch",
    "the restored state does not prove its own accounts: restore into another folder",
  );
}

/**
 * Pays accounts out to their owners, `chunkSize` of them per transaction, fewer where that would cost too much gas or
 * is refused: so accounts that cannot be paid, for example because a token uses more gas than in the simulation, do not
 * block others. Accounts that someone else pays out meanwhile are skipped. Throws the refusal of a single account, and
 * whatever else sending throws.
 */
export async function exitAll(
  session: RestoredSession,
  caller: RollupCaller,
  indices: readonly AccountIndex[],
  { chunkSize, progress }: { readonly chunkSize: number; readonly progress: (line: string) => void },
): Promise<ExitOutcome> {
  const exited: ExitedAccount[] = [];
  const refused: RefusedExit[] = [];
  const transactions: SentCall[] = [];
  const open: (readonly AccountIndex[])[] = [];
  for (let at = 0; at < indices.length; at += chunkSize) open.push(indices.slice(at, at + chunkSize));
  for (let chunk = open.shift(); chunk !== undefined; chunk = open.shift()) {
    const proof = checkedProof(session, chunk);
    const call = exitCall(proof);
    try {
      if (chunk.length > 1 && (await caller.estimate(call)) > MAX_CALL_GAS) {
        open.unshift(...halves(chunk));
        continue;
      }
      const { sent, receipt } = await caller.send(call);
      transactions.push(sent);
      exited.push(...(receipt === null ? triedAccounts(proof) : exitedAccounts(receipt.logs)));
      progress(`${exited.length} of ${indices.length} accounts`);
    } catch (error) {
      if (!isCairnError(error, "l1/transaction-reverted")) throw error;
      const left = await withoutExited(session, chunk);
      const [first] = left;
      if (first === undefined) continue;
      if (left.length < chunk.length) open.unshift(left);
      else if (left.length > 1) open.unshift(...halves(left));
      else if (indices.length === 1) throw error;
      else refused.push({ index: first, reason: String(error.details.reason) });
    }
  }
  return { exited, refused, transactions };
}

/** The accounts of a refused call that have not been paid out meanwhile. */
async function withoutExited({ access }: RestoredSession, chunk: readonly AccountIndex[]): Promise<AccountIndex[]> {
  const exited = await findExited(access, chunk, Number(await access.rollup.reader.getBlockNumber()));
  return chunk.filter((index) => !exited.has(index));
}

function triedAccounts({ accounts }: ExitProof): ExitedAccount[] {
  return accounts.map(({ index, account }) => ({
    index,
    owner: showAddress(account.owner),
    tokenId: account.tokenId,
    amount: account.balance,
    paid: null,
  }));
}

function exitedAccounts(logs: Parameters<typeof parseEscapeEvents>[0]): ExitedAccount[] {
  return parseEscapeEvents(logs).flatMap((event) => (event.eventName === "Exited" ? [event.args] : []));
}
