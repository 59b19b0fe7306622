import { type Compress, linkContentHash, messageHash } from "@cairn/crypto";
import {
  type Account,
  type AccountIndex,
  assertL1Operation,
  assertUintNumber,
  type BlockData,
  type BlockNumber,
  type BlockSize,
  blockCapacity,
  CairnError,
  type Domain,
  domainToBigint,
  encodeBlockCells,
  type L1Operation,
  linkContentWords,
  messageWords,
  type PublishedSlot,
} from "@cairn/protocol";
import type { ExecutedBlock } from "./block.ts";
import { type Capacity, type CapacityLimit, emptyBlockCapacity, remainingCapacity } from "./capacity.ts";
import { NO_EFFECT, type SlotEffect } from "./effects.ts";
import type { VmErrorCode } from "./errors.ts";
import { creditFees, type FeeSums, feePosition, gatherFee, publishedFeeIndices, resolveFeeAccounts } from "./fees.ts";
import { executeGroup } from "./groups.ts";
import { applyL1Operation } from "./l1-operations.ts";
import { PUBLISHES_NOTHING, publishedSlot } from "./published.ts";
import { type L1Receipt, type Receipt, type TransactionReceipt, transactionReceipt } from "./receipts.ts";
import type { Rejection } from "./rejections.ts";
import { createOverlay, netUpdates, type StateReader } from "./state.ts";
import type { SlotTrace } from "./trace.ts";
import type { ExecutedTransaction, HashMessage, OfferedGroup, VerifySignature } from "./transactions.ts";

/** What a block is built on and with. */
export interface BlockOptions {
  /** The state before the block; must not change until the block is sealed. */
  readonly state: StateReader;
  readonly domain: Domain;
  readonly slotCount: BlockSize;
  readonly blockNumber: BlockNumber;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  /** The operator's accounts that receive fees: assigned, at most four, of distinct tokens. */
  readonly feeAccounts: readonly AccountIndex[];
  readonly verifySignature: VerifySignature;
  readonly compress: Compress;
  /** Refuse transactions that expire within this time after `timestamp`; 0 by default. */
  readonly minValiditySeconds?: number;
}

/** What became of an L1 operation: it cannot fail, but the block may be full. */
export type L1OperationResult =
  | { readonly type: "included"; readonly receipt: L1Receipt }
  | { readonly type: "deferred"; readonly limit: "l1Operations" };

/** What became of a group of transactions. Only `included` changes the block. */
export type AddGroupResult =
  | { readonly type: "included"; readonly receipts: readonly TransactionReceipt[] }
  | ({ readonly type: "rejected" } & Rejection)
  | { readonly type: "deferred"; readonly limit: CapacityLimit };

/** A block under construction. A builder that threw `vm/supply-exceeded` must be dropped. */
export interface BlockBuilder {
  /** The state after what was added so far, without fee credits. */
  readonly state: StateReader;
  /** What still fits. */
  readonly remaining: Capacity;
  /**
   * Executes the next entry of the L1 queue. Throws `vm/l1-operation-order` after an L2 transaction,
   * `protocol/malformed-record` for what the contract never enqueues, `vm/supply-exceeded`, `vm/sealed`.
   */
  addL1Operation(operation: L1Operation): L1OperationResult;
  /** Executes transactions in consecutive slots, all or none. Throws `vm/supply-exceeded`, `vm/sealed`. */
  addGroup(group: OfferedGroup): AddGroupResult;
  /** Pads with noops, credits the fees and ends the block. Throws `vm/supply-exceeded`, `vm/sealed`. */
  seal(): ExecutedBlock;
  /**
   * Ends the block like `seal`, without computing what is published and proven: for a caller that goes on with the
   * state while another thread seals the same block. Throws `vm/supply-exceeded`, `vm/sealed`.
   */
  close(): ClosedBlock;
}

/** What the next block needs to know of a block. */
export interface ClosedBlock {
  /** As in {@link ExecutedBlock}. */
  readonly updates: ReadonlyMap<AccountIndex, Account>;
  readonly newNextIndex: number;
}

interface FilledSlot {
  readonly trace: SlotTrace;
  readonly published: PublishedSlot;
  readonly receipt: Receipt;
}

/** An empty block on `options.state`. Throws `vm/bad-option`, `protocol/out-of-range`. */
export function createBlockBuilder(options: BlockOptions): BlockBuilder {
  const { state, domain, slotCount, timestamp, compress, minValiditySeconds = 0 } = options;
  assertOptions(options);
  const capacity = emptyBlockCapacity(slotCount);
  const feeAccounts = resolveFeeAccounts(state, options.feeAccounts);
  const fees: FeeSums = new Map();
  const hashMessage: HashMessage = (transaction) => messageHash(messageWords(transaction, domain), compress);
  const oldNextIndex = state.nextIndex();
  const overlay = createOverlay(state);
  const slots: FilledSlot[] = [];
  let remaining = capacity;
  let l1Count = 0;
  let isSealed = false;

  const fill = (trace: SlotTrace, published: PublishedSlot, receipt: Receipt): void => {
    slots.push({ trace, published, receipt });
  };

  const assertOpen = (): void => {
    if (isSealed) throw new CairnError<VmErrorCode>("vm/sealed", `block ${options.blockNumber} is sealed`);
  };

  const include = (executed: ExecutedTransaction): TransactionReceipt => {
    const { id, effect, fee, feeCredit } = executed;
    const { transaction, signature } = executed.signed;
    const receipt = transactionReceipt(slots.length, executed);
    fill(
      slotTrace(effect, { kind: transaction.type, signed: { transaction, signature, id }, feeCredit }),
      publishedSlot(transaction),
      receipt,
    );
    gatherFee(fees, transaction.tokenId, fee);
    return receipt;
  };

  return {
    state: overlay,
    get remaining() {
      return remaining;
    },
    addL1Operation: (operation) => {
      assertOpen();
      if (slots.length !== l1Count) {
        throw new CairnError<VmErrorCode>("vm/l1-operation-order", "L1 operations come before L2 transactions");
      }
      if (l1Count === blockCapacity(slotCount)) return { type: "deferred", limit: "l1Operations" };
      assertL1Operation(operation);
      const { outcome, effect } = applyL1Operation(overlay, operation);
      const receipt: L1Receipt = { type: "l1Operation", slot: slots.length, operation, outcome };
      fill(slotTrace(effect, { kind: operation.type, l1Operation: operation }), PUBLISHES_NOTHING, receipt);
      remaining = remainingCapacity(remaining, {
        slots: 1,
        payouts: effect.payout === null ? 0 : 1,
        newAccounts: effect.created === null ? 0 : 1,
        extras: 0,
      });
      l1Count++;
      return { type: "included", receipt };
    },
    addGroup: (group) => {
      assertOpen();
      const result = executeGroup(overlay, group, {
        timestamp,
        minValiditySeconds,
        feePosition: (tokenId) => feePosition(feeAccounts, tokenId),
        hashMessage,
        verifySignature: options.verifySignature,
        hashLinkContent: (transaction) => linkContentHash(linkContentWords(transaction), compress),
        blockCapacity: capacity,
        remaining,
      });
      if (result.type !== "executed") return result;
      remaining = remainingCapacity(remaining, result.used);
      return { type: "included", receipts: result.transactions.map(include) };
    },
    close: () => {
      assertOpen();
      isSealed = true;
      creditFees(overlay, publishedFeeIndices(feeAccounts, fees), fees);
      return { updates: netUpdates(state, overlay), newNextIndex: overlay.nextIndex() };
    },
    seal: () => {
      assertOpen();
      isSealed = true;
      while (slots.length < slotCount) {
        fill(slotTrace(NO_EFFECT, { kind: "noop" }), PUBLISHES_NOTHING, { type: "noop", slot: slots.length });
      }
      const feeIndices = publishedFeeIndices(feeAccounts, fees);
      const feeCredits = creditFees(overlay, feeIndices, fees);
      const data: BlockData = {
        slots: slots.map(({ published }) => published),
        l1Count,
        timestamp: BigInt(timestamp),
        feeIndices,
      };
      const common = {
        blockNumber: options.blockNumber,
        slotCount,
        oldNextIndex,
        newNextIndex: overlay.nextIndex(),
      };
      return {
        ...common,
        data,
        cells: encodeBlockCells(data),
        updates: netUpdates(state, overlay),
        receipts: slots.map(({ receipt }) => receipt),
        payouts: slots.flatMap(({ trace }) => trace.payout ?? []),
        trace: { ...common, domain, timestamp, slots: slots.map(({ trace }) => trace), feeCredits },
      };
    },
  };
}

function slotTrace(
  { a, b, amount, payout }: SlotEffect,
  slot: Pick<SlotTrace, "kind"> & Partial<Pick<SlotTrace, "l1Operation" | "signed" | "feeCredit">>,
): SlotTrace {
  return { a, b, amount, payout, l1Operation: null, signed: null, feeCredit: null, ...slot };
}

function assertOptions(options: BlockOptions): void {
  domainToBigint(options.domain);
  assertUintNumber("timestamp", options.timestamp, 53);
  assertUintNumber("minValiditySeconds", options.minValiditySeconds ?? 0, 32);
}
