import {
  accountIndex,
  blockCapacity,
  CairnError,
  type Domain,
  ETH_TOKEN_ID,
  type L1Operation,
  type L2Transaction,
  type SoloSize,
  tokenId,
} from "@cairn/protocol";
import { signTransaction, type TestCrypto } from "@cairn/testkit";
import type { BlockBuilder } from "@cairn/vm";
import type { BenchErrorCode } from "../errors.ts";
import { amountOf, type Parties, type Party, transferBetween, transferToStranger, withdrawal } from "./parties.ts";

/**
 * What a block of the benchmark holds. `empty`: nothing. `transfers`: a transfer in every slot. `full`: as many L1
 * operations, payouts, new accounts and extras as a block can hold, and transfers in all other slots.
 */
export type BlockKind = "empty" | "transfers" | "full";

/** Wei of each deposit of a full block. */
const DEPOSIT_WEI = 10n ** 15n;

/**
 * L1 operations of a block on a state with this next index: none, or in a full block one half deposits that create
 * accounts and the other half forced withdrawals of these accounts.
 */
export function l1OperationsOf(kind: BlockKind, slots: SoloSize, nextIndex: number, owner: Party): L1Operation[] {
  if (kind !== "full") return [];
  const half = blockCapacity(slots) / 2;
  const { owner: address, key } = owner.person;
  const positions = Array.from({ length: half }, (_, i) => i);
  return [
    ...positions.map(
      (i): L1Operation => ({
        type: "deposit",
        owner: address,
        tokenId: tokenId(ETH_TOKEN_ID),
        amount: DEPOSIT_WEI + BigInt(i),
        index: accountIndex(0),
        key,
      }),
    ),
    ...positions.map(
      (i): L1Operation => ({ type: "forcedWithdraw", sender: address, index: accountIndex(nextIndex + i) }),
    ),
  ];
}

/** What is needed to fill a block besides its builder. */
export interface FillContext {
  readonly parties: Parties;
  readonly domain: Domain;
  readonly timestamp: number;
  readonly crypto: TestCrypto;
}

/**
 * Adds L1 operations, then signed transactions until the block holds what its kind says. Throws `bench/not-included`.
 */
export function fillBlock(
  builder: BlockBuilder,
  kind: BlockKind,
  operations: readonly L1Operation[],
  context: FillContext,
): void {
  for (const operation of operations) {
    const result = builder.addL1Operation(operation);
    if (result.type === "deferred") throw notIncluded("an L1 operation", result.limit);
  }
  if (kind === "empty") return;
  const { alice, bob, aliceToken } = context.parties;
  const add = (sender: Party, make: (content: Parameters<typeof withdrawal>[1]) => L2Transaction): void => {
    const { nonce } = builder.state.getAccount(sender.index);
    const transaction = make({ nonce, amount: amountOf(builder.remaining.slots), timestamp: context.timestamp });
    const result = builder.addGroup([signTransaction(transaction, sender.person, context.domain, context.crypto)]);
    if (result.type === "rejected") throw notIncluded(transaction.type, result.reason.type);
    if (result.type === "deferred") throw notIncluded(transaction.type, result.limit);
  };
  if (kind === "full") {
    while (builder.remaining.payouts > 0) add(aliceToken, (content) => withdrawal(aliceToken, content));
    while (builder.remaining.newAccounts > 0) add(alice, (content) => transferToStranger(alice, content));
  }
  while (builder.remaining.slots > 0) {
    const [from, to] = builder.remaining.slots % 2 === 0 ? [alice, bob] : [bob, alice];
    add(from, (content) => transferBetween(from, to, content));
  }
}

/** The VM refused or deferred something for which there should be room. */
export function notIncluded(what: string, why: string): CairnError<BenchErrorCode> {
  return new CairnError<BenchErrorCode>("bench/not-included", `${what}: ${why}`);
}
