import { SLOT_KIND } from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import type { L1Operation } from "./l1-operation.ts";
import type { L2Transaction } from "./transaction.ts";

/** Kind of an L2 transaction. */
export type TransactionKind = L2Transaction["type"];
/** Kind of an L1 operation. */
export type L1OperationKind = L1Operation["type"];

/** How many of a block's N/4 payouts, new accounts and extras (spec 2.9) a slot uses. */
export interface SlotUse {
  readonly payouts: number;
  readonly newAccounts: number;
  /** Published beside the slot itself. */
  readonly extras: number;
}

/** What each kind of L2 transaction uses. */
export const TRANSACTION_KINDS = {
  transfer: { payouts: 0, newAccounts: 0, extras: 0 },
  transferToNew: { payouts: 0, newAccounts: 1, extras: 1 },
  withdraw: { payouts: 1, newAccounts: 0, extras: 1 },
} as const satisfies Record<TransactionKind, SlotUse>;

/** The most that each kind of L1 operation can use; actual use depends on the state. */
export const L1_OPERATION_KINDS = {
  deposit: { payouts: 1, newAccounts: 1, extras: 0 },
  forcedWithdraw: { payouts: 1, newAccounts: 0, extras: 0 },
  setKey: { payouts: 0, newAccounts: 0, extras: 0 },
} as const satisfies Record<L1OperationKind, SlotUse>;

/**
 * Whether a name is a kind of L2 transaction.
 *
 * @example isTransactionKind("deposit") // false: an L1 operation
 */
export function isTransactionKind(name: string): name is TransactionKind {
  return Object.hasOwn(TRANSACTION_KINDS, name);
}

/**
 * The kind of L1 operation that a record's type byte stands for. Throws `protocol/malformed-record` for an unknown one.
 *
 * @example l1OperationKind(SLOT_KIND.setKey) // "setKey"
 */
export function l1OperationKind(code: number | undefined): L1OperationKind {
  const found = namesOf(L1_OPERATION_KINDS).find((name) => SLOT_KIND[name] === code);
  if (found !== undefined) return found;
  throw new CairnError<ProtocolErrorCode>("protocol/malformed-record", `L1 operation: unknown type ${code}`);
}

/**
 * Row names of a table, in table order.
 *
 * @example namesOf(TRANSACTION_KINDS) // ["transfer", "transferToNew", "withdraw"]
 */
export function namesOf<Name extends string>(table: Readonly<Record<Name, SlotUse>>): readonly Name[] {
  return Object.keys(table) as Name[];
}
