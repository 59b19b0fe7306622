import {
  type Account,
  type AccountIndex,
  accountIndex,
  blockNumber,
  type Domain,
  EMPTY_ACCOUNT,
  encodeFloat16,
  encodeFloat40,
  FIRST_ACCOUNT_INDEX,
  type L2Transaction,
  type SignedTransaction,
  type TransactionGroup,
  type Transfer,
  type TransferToNew,
  tokenId,
  type Withdraw,
} from "@cairn/protocol";
import {
  createPlainState,
  FAKE_CRYPTO,
  linkContentOf,
  PEOPLE,
  type Person,
  personOf,
  signTransaction,
} from "@cairn/testkit";
import { type AddGroupResult, type BlockBuilder, type BlockOptions, createBlockBuilder } from "../src/builder.ts";
import type { RejectionReason } from "../src/rejections.ts";

export const DOMAIN: Domain = { chainId: 31337n, rollup: 0xabcn };
export const NOW = 1_700_000_000;
export const alice: Person = personOf("alice");
export const bob: Person = personOf("bob");
export const ETH = tokenId(0);
export const USD = tokenId(1);

/** Indices of the accounts of {@link ACCOUNTS}. */
export const [ALICE, BOB, ALICE_USD, KEYLESS, OPERATOR, OPERATOR_USD] = [64, 65, 66, 67, 68, 69].map(accountIndex) as [
  AccountIndex,
  AccountIndex,
  AccountIndex,
  AccountIndex,
  AccountIndex,
  AccountIndex,
];

export const ACCOUNTS: readonly Account[] = [
  account(alice, { balance: 1_000_000n, nonce: 5 }),
  account(bob, { balance: 500n }),
  account(alice, { tokenId: USD, balance: 7_000n }),
  { ...account(bob, { balance: 100n }), key: 0n },
  account(personOf("operator"), {}),
  account(personOf("operator"), { tokenId: USD }),
];

/** An account of a person with the person's key. */
export function account(person: Person, fields: Partial<Account>): Account {
  return { ...EMPTY_ACCOUNT, owner: person.owner, key: person.key, ...fields };
}

/** Options of a block of 16 slots on accounts from index 64 on. */
export function options(accounts: readonly Account[] = ACCOUNTS, changes: Partial<BlockOptions> = {}): BlockOptions {
  const indexed = new Map(accounts.map((entry, i) => [accountIndex(FIRST_ACCOUNT_INDEX + i), entry]));
  return {
    state: createPlainState({ accounts: indexed, nextIndex: FIRST_ACCOUNT_INDEX + accounts.length }),
    domain: DOMAIN,
    slotCount: 16,
    blockNumber: blockNumber(1),
    timestamp: NOW,
    feeAccounts: [OPERATOR],
    verifySignature: FAKE_CRYPTO.verify,
    compress: FAKE_CRYPTO.compress,
    ...changes,
  };
}

export function builder(accounts?: readonly Account[], changes?: Partial<BlockOptions>): BlockBuilder {
  return createBlockBuilder(options(accounts, changes));
}

const COMMON = {
  from: ALICE,
  nonce: 5,
  tokenId: ETH,
  amount: encodeFloat40(100n),
  fee: encodeFloat16(0n),
  validFrom: 0,
  validUntil: NOW,
  reference: 0n,
};

export function transfer(fields: Partial<Transfer> = {}): Transfer {
  return { type: "transfer", ...COMMON, to: BOB, toOwner: bob.owner, toKey: bob.key, link: null, ...fields };
}

export function transferToNew(fields: Partial<TransferToNew> = {}): TransferToNew {
  return { type: "transferToNew", ...COMMON, toOwner: bob.owner, toKey: bob.key, link: null, ...fields };
}

export function withdraw(fields: Partial<Withdraw> = {}): Withdraw {
  return { type: "withdraw", ...COMMON, recipient: 0xc0ffeen, ...fields };
}

/** Signed by the person who holds the key of the sender's account in {@link ACCOUNTS}, else by alice. */
export function signed(transaction: L2Transaction, signer?: Person): SignedTransaction {
  const key = ACCOUNTS[transaction.from - FIRST_ACCOUNT_INDEX]?.key;
  return signTransaction(
    transaction,
    signer ?? PEOPLE.find((person) => person.key === key) ?? alice,
    DOMAIN,
    FAKE_CRYPTO,
  );
}

/** Signed without checks, for transactions that cannot be hashed. */
export function unsigned(transaction: L2Transaction): SignedTransaction {
  return { transaction, signature: { rx: 1n, s: 1n } };
}

/** Two transactions that name each other. */
export function linked(
  left: Transfer | TransferToNew,
  right: Transfer | TransferToNew,
): [L2Transaction, L2Transaction] {
  return [
    { ...left, link: { offset: 1, content: linkContentOf(right, FAKE_CRYPTO) } },
    { ...right, link: { offset: -1, content: linkContentOf(left, FAKE_CRYPTO) } },
  ];
}

/** The reason and position of a refusal, or the type of another result. */
export function refusal(result: AddGroupResult): readonly [RejectionReason, number] | string {
  return result.type === "rejected" ? [result.reason, result.index] : result.type;
}

/** Why a single transaction is refused. */
export function refusalOf(transaction: L2Transaction, target: BlockBuilder = builder()): RejectionReason | string {
  const result = target.addGroup([signed(transaction)]);
  return result.type === "rejected" ? result.reason : result.type;
}

export function group(...transactions: readonly L2Transaction[]): TransactionGroup {
  return transactions.map((transaction) => signed(transaction));
}
