import { type Address, type Hex, isAddressEqual } from "viem";
import type { SendingReader } from "./parties.ts";
import type { ShownTransaction } from "./signed-transaction.ts";

/** The transaction that used a nonce. */
export interface NonceUser extends ShownTransaction {
  readonly hash: Hex;
  readonly block: number;
}

/** Blocks to search below the one where the nonce was free: a reorg may have moved the transaction. */
const REORG_ROOM = 64;
/** Blocks to read one by one when the L1 node does not keep the states that the bisection needs. */
const MAX_READ = 500;

/**
 * Finds the transaction that used a nonce that was free at block `freeAt`. Null when it is not found: the nonce is
 * free, the search goes further back than the L1 node can answer, or its answers contradict one another. Throws what
 * the RPC throws.
 */
export async function findNonceUser(
  reader: SendingReader,
  from: Address,
  nonce: number,
  freeAt: number,
): Promise<NonceUser | null> {
  const head = Number(await reader.getBlockNumber());
  const first = Math.max(0, freeAt - REORG_ROOM);
  const block = await firstBlockBeyond(reader, from, nonce, first, head);
  if (block !== null) return userIn(reader, from, nonce, block);
  for (let number = head; number >= first && number > head - MAX_READ; number--) {
    const user = await userIn(reader, from, nonce, number);
    if (user !== null) return user;
  }
  return null;
}

/** The first block after which the account has used the nonce, by bisection; null when old states are missing. */
async function firstBlockBeyond(
  reader: SendingReader,
  address: Address,
  nonce: number,
  first: number,
  head: number,
): Promise<number | null> {
  let [low, high] = [first, head];
  try {
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const used = await reader.getTransactionCount({ address, blockNumber: BigInt(middle) });
      if (used > nonce) high = middle;
      else low = middle + 1;
    }
    return low;
  } catch {
    return null;
  }
}

async function userIn(reader: SendingReader, from: Address, nonce: number, number: number): Promise<NonceUser | null> {
  const { transactions } = await reader.getBlock({ blockNumber: BigInt(number), includeTransactions: true });
  const found = transactions.find((one) => one.nonce === nonce && isAddressEqual(one.from, from));
  if (found === undefined) return null;
  const { hash, to, input, value } = found;
  return { hash, from, nonce, to, input, value, block: number };
}
