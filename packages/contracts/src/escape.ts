import {
  type Account,
  type AccountIndex,
  accountMeta,
  bigintToHex,
  type L1Operation,
  META_FLAGS_SHIFT,
  SLOT_KIND,
} from "@cairn/protocol";
import { type ContractFunctionArgs, type Log, parseEventLogs } from "viem";
import { rollupAbi } from "./generated/rollup-abi.ts";

/** An account as `exit` and `exitMany` expect it. Spec: docs/spec/8-escape.md. */
export type AccountLeaf = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "exit">[0];
/** A queue entry as `reclaim` expects it. */
export type QueueRecord = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "reclaim">[1];
/** Arguments of the contract's `exit`. */
export type ExitArguments = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "exit">;
/** Arguments of the contract's `exitMany`. */
export type ExitManyArguments = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "exitMany">;
/** Arguments of the contract's `reclaim`. */
export type ReclaimArguments = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "reclaim">;

/** An account and its index in the state. */
export interface IndexedAccount {
  readonly index: AccountIndex;
  readonly account: Account;
}

/** Events of a freeze, an exit or a reclaim. */
export type EscapeEvent = ReturnType<typeof parseEscapeEvents>[number];

/** An account as the contract expects it. Throws `protocol/out-of-range`. */
export function encodeAccountLeaf({ index, account }: IndexedAccount): AccountLeaf {
  return {
    index,
    owner: bigintToHex(account.owner, 20),
    tokenId: account.tokenId,
    nonce: account.nonce,
    flags: Number(accountMeta(account) >> BigInt(META_FLAGS_SHIFT)),
    balance: account.balance,
    key: account.key,
  };
}

/** A queue entry as the contract expects it. */
export function encodeQueueRecord(operation: L1Operation): QueueRecord {
  const isDeposit = operation.type === "deposit";
  return {
    kind: SLOT_KIND[operation.type],
    owner: bigintToHex(isDeposit ? operation.owner : operation.sender, 20),
    tokenId: isDeposit ? operation.tokenId : 0,
    amount: isDeposit ? operation.amount : 0n,
    index: operation.index,
    key: operation.type === "forcedWithdraw" ? 0n : operation.key,
  };
}

/** Arguments of `exit`; three siblings per level from the leaf's level up, in the order of their positions. */
export function exitArguments(account: IndexedAccount, siblings: readonly bigint[]): ExitArguments {
  return [encodeAccountLeaf(account), siblings.map((sibling) => bigintToHex(sibling, 32))];
}

/** Arguments of `exitMany`; accounts in ascending order of their indices, siblings as spec 8.4 orders them. */
export function exitManyArguments(accounts: readonly IndexedAccount[], siblings: readonly bigint[]): ExitManyArguments {
  return [accounts.map(encodeAccountLeaf), siblings.map((sibling) => bigintToHex(sibling, 32))];
}

/** Arguments of `reclaim` for the queue entry at `position`. */
export function reclaimArguments(position: number, operation: L1Operation): ReclaimArguments {
  return [BigInt(position), encodeQueueRecord(operation)];
}

/** The events `Frozen`, `Exited` and `Reclaimed` among the logs of a receipt, in order. */
export function parseEscapeEvents(logs: readonly Log[]) {
  return parseEventLogs({ abi: rollupAbi, eventName: ["Frozen", "Exited", "Reclaimed"], logs: [...logs] });
}
