import {
  AMOUNT_BITS,
  FEE_BITS,
  FIRST_ACCOUNT_INDEX,
  INDEX_BITS,
  TO_L1,
  TO_NEW_ACCOUNT,
  WORD_BITS,
} from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { type Float16, type Float40, float16, float40 } from "./float.ts";
import { type AccountIndex, accountIndex } from "./ids.ts";

/** What a transaction's slot publishes whatever its kind. */
interface PublishedTransaction {
  readonly from: AccountIndex;
  readonly amount: Float40;
  readonly fee: Float16;
}

/** What a slot publishes, its extra included. L1 operations and noops publish nothing. Spec 3.2. */
export type PublishedSlot =
  | { readonly type: "nothing" }
  | (PublishedTransaction & { readonly type: "transfer"; readonly to: AccountIndex })
  | (PublishedTransaction & { readonly type: "transferToNew"; readonly toOwner: bigint; readonly toKey: bigint })
  | (PublishedTransaction & { readonly type: "withdraw"; readonly recipient: bigint });

/** What the word of an L2 transaction says by itself: extras hold new owners, keys and recipients. */
export type SlotWord = PublishedTransaction &
  ({ readonly type: "transfer"; readonly to: AccountIndex } | { readonly type: "transferToNew" | "withdraw" });

/** What a slot publishes besides its word. */
export interface SlotExtra {
  /** Of the account that the slot creates, or the recipient on L1; never 0. */
  readonly owner: bigint;
  /** Of the account that the slot creates; 0 for a withdrawal. */
  readonly key: bigint;
}

const FEE_SHIFT = BigInt(FEE_BITS);
const INDEX_SHIFT = BigInt(AMOUNT_BITS + FEE_BITS);
const INDICES = 2 ** INDEX_BITS;
const WORD_LIMIT = 1n << BigInt(WORD_BITS);

/**
 * The word of a slot: from 24 ‖ to 24 ‖ amount 40 ‖ fee 16; 0 for `nothing`. Throws `protocol/malformed-data`,
 * `protocol/out-of-range`, `protocol/amount-overflow`.
 *
 * @example encodeSlotWord({ type: "nothing" }) // 0n
 */
export function encodeSlotWord(slot: PublishedSlot): bigint {
  if (slot.type === "nothing") return 0n;
  const { from, amount, fee } = slot;
  requireData(from >= FIRST_ACCOUNT_INDEX, `sender index ${from} is an operation code`);
  const indices = accountIndex(from) * INDICES + publishedTo(slot);
  return (BigInt(indices) << INDEX_SHIFT) + (BigInt(float40(amount)) << FEE_SHIFT) + BigInt(float16(fee));
}

/**
 * Reads the word of an L2 transaction; `word` is not 0. Throws `protocol/malformed-data` for what no slot publishes,
 * `protocol/amount-overflow`.
 *
 * @example decodeSlotWord(word).from // 64
 */
export function decodeSlotWord(word: bigint): SlotWord {
  requireData(word >= 0n && word < WORD_LIMIT, `a word has ${WORD_BITS} bits`);
  const indices = Number(word >> INDEX_SHIFT);
  const [from, to] = [Math.floor(indices / INDICES), indices % INDICES];
  requireData(from >= FIRST_ACCOUNT_INDEX, `sender index ${from} is an operation code`);
  const common = {
    from: accountIndex(from),
    amount: float40(Number(BigInt.asUintN(AMOUNT_BITS, word >> FEE_SHIFT))),
    fee: float16(Number(BigInt.asUintN(FEE_BITS, word))),
  };
  if (to >= FIRST_ACCOUNT_INDEX) return { type: "transfer", ...common, to: accountIndex(to) };
  requireData(to === TO_NEW_ACCOUNT || to === TO_L1, `unknown operation code ${to}`);
  return { type: to === TO_NEW_ACCOUNT ? "transferToNew" : "withdraw", ...common };
}

/**
 * The extra of a slot; null for one without.
 *
 * @example slotExtra({ type: "withdraw", from, amount, fee, recipient: 7n }) // { owner: 7n, key: 0n }
 */
export function slotExtra(slot: PublishedSlot): SlotExtra | null {
  switch (slot.type) {
    case "nothing":
    case "transfer":
      return null;
    case "transferToNew":
      return { owner: slot.toOwner, key: slot.toKey };
    case "withdraw":
      return { owner: slot.recipient, key: 0n };
  }
}

function publishedTo(slot: Exclude<PublishedSlot, { type: "nothing" }>): number {
  switch (slot.type) {
    case "transfer":
      requireData(slot.to >= FIRST_ACCOUNT_INDEX, `receiver index ${slot.to} is an operation code`);
      return accountIndex(slot.to);
    case "transferToNew":
      return TO_NEW_ACCOUNT;
    case "withdraw":
      return TO_L1;
  }
}

function requireData(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new CairnError<ProtocolErrorCode>("protocol/malformed-data", `slot: ${reason}`);
}
