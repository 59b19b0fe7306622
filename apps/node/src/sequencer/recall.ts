import {
  type Database,
  findBlock,
  findForeignByNonce,
  recallTransaction,
  type StoredForeignTransaction,
  type StoredTransaction,
} from "@cairn/db";
import {
  decodeFloat16,
  decodeFloat40,
  type L2Transaction,
  type SignedTransaction,
  WHOLE_BALANCE,
} from "@cairn/protocol";

/** A signed transaction whose signature is valid, and what a row of it needs. */
export interface Recallable {
  readonly id: bigint;
  readonly signed: SignedTransaction;
  /** Its place in the order of execution, should its block be dropped. */
  readonly sequence: number;
}

/**
 * Recognises a transaction that a block of others holds, as after a restoration from L1, which has neither ids nor
 * references: by its account and nonce. From then on it is known like any other; null when it is not that one.
 */
export async function recall(
  { db }: Pick<Database, "db">,
  { id, signed, sequence }: Recallable,
): Promise<StoredTransaction | null> {
  const { transaction } = signed;
  const foreign = await findForeignByNonce(db, transaction.from, transaction.nonce);
  if (foreign === undefined || !isSame(foreign, transaction)) return null;
  const block = await findBlock(db, foreign.blockNumber);
  if (block === undefined) return null;
  const row: StoredTransaction = {
    id,
    sequence,
    groupId: id,
    groupPosition: 0,
    groupSize: 1,
    signed,
    fromOwner: foreign.from.owner,
    status: "confirmed",
    inclusion: { blockNumber: foreign.blockNumber, slot: foreign.slot },
    amount: foreign.amount,
    fee: foreign.fee,
    createdIndex: transaction.type === "transferToNew" ? (foreign.to?.index ?? null) : null,
    rejection: null,
    receivedAtMs: block.timestamp * 1000,
  };
  return (await recallTransaction(db, row)) ? row : null;
}

/** Whether L1 has this transaction, as far as L1 gets it; nonces tell apart those that are alike. */
function isSame(foreign: StoredForeignTransaction, transaction: L2Transaction): boolean {
  const { type, tokenId, amount, fee } = transaction;
  const isAmount = amount === WHOLE_BALANCE || decodeFloat40(amount) === foreign.amount;
  if (foreign.kind !== type || foreign.tokenId !== tokenId || !isAmount) return false;
  if (decodeFloat16(fee) !== foreign.fee) return false;
  switch (transaction.type) {
    case "transfer":
      return foreign.to?.index === transaction.to;
    case "transferToNew":
      return foreign.to?.owner === transaction.toOwner;
    case "withdraw":
      return foreign.recipient === transaction.recipient;
  }
}
