import { rollupAbi } from "@cairn/contracts";
import {
  createL1Access,
  type L1Access,
  type L1Block,
  type L1Rollup,
  readContractState,
  readHead,
  readMany,
} from "@cairn/l1";
import {
  type Account,
  type AccountIndex,
  addressToBigint,
  bigintToAddress,
  bytesToHex,
  type Hex,
} from "@cairn/protocol";
import {
  accountsOf,
  allPayouts,
  findExited,
  findUnpaidPayouts,
  type RestoredState,
  type UnpaidPayout,
  type WaitingEntry,
} from "@cairn/restore";
import { verifyError } from "./errors.ts";

/** An account of an owner. */
export interface HeldAccount {
  readonly index: AccountIndex;
  readonly account: Account;
  /** Whether it was paid out after a freeze; the balance is what it was before. */
  readonly isExited: boolean;
}

/** A queue entry of an owner that no batch has consumed and nobody has paid back. */
export interface HeldEntry {
  readonly position: number;
  readonly operation: WaitingEntry["operation"];
  /** Transaction on L1 that made it. */
  readonly transaction: Hex;
  /** Wei of its fee that are paid back with it. */
  readonly feeWei: bigint;
}

/** All that a rollup has of an owner, in every token, and how it stands on L1. */
export interface Holdings {
  readonly accounts: readonly HeldAccount[];
  readonly entries: readonly HeldEntry[];
  /** Withdrawals to the owner's address that L1 has accepted and nobody has paid. */
  readonly payouts: readonly UnpaidPayout[];
  /** What the owner could not take when it was paid. */
  readonly claims: readonly { readonly tokenId: number; readonly amount: bigint }[];
  readonly isFrozen: boolean;
  /** Block of L1 as of which the contract was asked. */
  readonly l1: L1Block;
}

/**
 * Finds what a rollup has of an owner, in a state rebuilt from L1: balances, what waits in the queue, what was not paid, and
 * what can be claimed. Throws `verify/l1-moved` when L1 has another state by now: restore again; `restore/incomplete`,
 * `l1/unavailable`, and `protocol/bad-address`.
 *
 * @example
 * const { restored } = await restoreState({ rollup, finality: "latest" });
 * const { accounts } = await findHoldings(rollup, restored, "0x7099…");
 */
export async function findHoldings(rollup: L1Rollup, restored: RestoredState, owner: string): Promise<Holdings> {
  const access = createL1Access(rollup);
  const who = addressToBigint(owner);
  const head = await readHead(access, "latest");
  const { root, queueTail } = await readContractState(access, head.block);
  if (root !== restored.tree.root() || queueTail !== restored.end()?.queueTail) {
    throw verifyError("verify/l1-moved", "L1 has another state than the one that was rebuilt: restore again");
  }
  const accounts = accountsOf(restored.tree, who);
  const exited = await findExited(
    access,
    accounts.map(({ index }) => index),
    head.block,
  );
  const waiting = restored.waiting().filter((entry) => beneficiaryOf(entry) === who);
  const calls = waiting.map(({ position }) => [BigInt(position)] as const);
  const reclaimed = await readMany(access, "isReclaimed", calls, head.block);
  // Of all lists only those that pay the owner, so that the RPC is asked little.
  const lists = allPayouts(restored).filter(({ payouts }) => payouts.some(({ recipient }) => recipient === who));
  const unpaid = await findUnpaidPayouts(access, lists, head.block);
  return {
    accounts: accounts.map(({ index, account }) => ({ index, account, isExited: exited.has(index) })),
    entries: waiting.filter((_, i) => !reclaimed[i]).map(heldEntry),
    payouts: unpaid.filter(({ recipient }) => recipient === who),
    claims: await findClaims(access, owner, head),
    isFrozen: await access.call("whether the rollup is frozen", () => readIsFrozen(rollup, head)),
    l1: head,
  };
}

/** In every token of the rollup. */
async function findClaims(access: L1Access, owner: string, { block }: L1Block): Promise<Holdings["claims"]> {
  const { reader, address } = access.rollup;
  const count = await access.call("the number of tokens", () =>
    reader.readContract({ address, abi: rollupAbi, functionName: "tokenCount", blockNumber: BigInt(block) }),
  );
  const ids = Array.from({ length: count + 1 }, (_, id) => id);
  const beneficiary = bigintToAddress(addressToBigint(owner));
  const calls = ids.map((id) => [id, beneficiary] as const);
  const amounts = await readMany(access, "claimable", calls, block);
  return ids.flatMap((tokenId, i) => {
    const amount = amounts[i] ?? 0n;
    return amount === 0n ? [] : [{ tokenId, amount }];
  });
}

function readIsFrozen({ reader, address }: L1Rollup, { block }: L1Block): Promise<boolean> {
  return reader.readContract({ address, abi: rollupAbi, functionName: "isFrozen", blockNumber: BigInt(block) });
}

function beneficiaryOf({ operation }: WaitingEntry): bigint {
  return operation.type === "deposit" ? operation.owner : operation.sender;
}

function heldEntry({ position, operation, origin, submitterFee }: WaitingEntry): HeldEntry {
  return { position, operation, transaction: bytesToHex(origin.transactionHash), feeWei: submitterFee };
}
