import {
  type Account,
  type AccountIndex,
  accountIndex,
  CairnError,
  type Domain,
  encodeFloat16,
  encodeFloat40,
  type L1Operation,
  type L2Transaction,
  type SignedTransaction,
  type TransactionGroup,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import type { Receipt, StateReader } from "@cairn/vm";
import type { TestkitErrorCode } from "./errors.ts";
import { type Person, personOf } from "./people.ts";
import type { L1Statement, L2Statement, ScenarioPayment, ScenarioToken } from "./scenario-language.ts";
import { linkContentOf, signTransaction, type TestCrypto } from "./test-crypto.ts";

/** Knows the people named in a scenario and their accounts; turns statements into operations and transactions. */
export interface ScenarioBook {
  person(name: string): Person;
  /** The first account of a name in a token, null while there is none. */
  find(name: string, token: ScenarioToken): AccountIndex | null;
  /** As {@link ScenarioBook.find}; throws `testkit/scenario-reference`. */
  indexOf(name: string, token: ScenarioToken): AccountIndex;
  /** Records the accounts that a block created. */
  record(receipts: readonly Receipt[], state: StateReader): void;
  /** The queue entry of a statement. Throws `testkit/scenario-reference`. */
  toL1Operation(statement: L1Statement): L1Operation;
  /**
   * The signed group of a statement on the state that it will meet. Throws `testkit/scenario-reference`,
   * `protocol/not-encodable`.
   */
  toGroup(statement: L2Statement, state: StateReader, validUntil: number): TransactionGroup;
}

/** What a book depends on. */
export interface ScenarioBookOptions {
  readonly domain: Domain;
  readonly crypto: TestCrypto;
  /** Who a name is; `personOf` by default. */
  readonly people?: (name: string) => Person;
}

/** An empty book. */
export function createScenarioBook({ domain, crypto, people = personOf }: ScenarioBookOptions): ScenarioBook {
  const known = new Map<string, Person>();
  const accounts = new Map<string, AccountIndex>();

  const person = (name: string): Person => {
    const found = known.get(name) ?? people(name);
    known.set(name, found);
    return found;
  };

  const find = (name: string, { tokenId }: Pick<ScenarioToken, "tokenId">): AccountIndex | null =>
    accounts.get(`${person(name).owner} ${tokenId}`) ?? null;

  const indexOf = (name: string, token: ScenarioToken): AccountIndex => {
    const index = find(name, token);
    if (index === null) {
      throw new CairnError<TestkitErrorCode>("testkit/scenario-reference", `${name} has no ${token.name} account`);
    }
    return index;
  };

  const signAll = (transactions: readonly L2Transaction[], state: StateReader): SignedTransaction[] =>
    transactions.map((transaction) => {
      const { key } = state.getAccount(transaction.from);
      const signer = [...known.values()].find((candidate) => candidate.key === key) ?? person("nobody");
      return signTransaction(transaction, signer, domain, crypto);
    });

  const payment = ({ sender, token, amount, fee }: ScenarioPayment, state: StateReader, validUntil: number) => {
    const from = indexOf(sender, token);
    return {
      from,
      nonce: state.getAccount(from).nonce,
      tokenId: token.tokenId,
      amount: amount === null ? WHOLE_BALANCE : encodeFloat40(amount),
      fee: encodeFloat16(fee),
      validFrom: 0,
      validUntil,
      reference: 0n,
    };
  };

  const pay = (source: ScenarioPayment, receiver: string, state: StateReader, validUntil: number) => {
    const common = { ...payment(source, state, validUntil), link: null };
    const to = find(receiver, source.token);
    if (to === null) {
      const { owner, key } = person(receiver);
      return { type: "transferToNew" as const, ...common, toOwner: owner, toKey: key };
    }
    const account = state.getAccount(to);
    return { type: "transfer" as const, ...common, to, toOwner: account.owner, toKey: account.key };
  };

  return {
    person,
    find,
    indexOf,
    record: (receipts, state) => {
      for (const receipt of receipts) {
        const created = createdBy(receipt);
        if (created === null) continue;
        const { owner, tokenId } = state.getAccount(created);
        const slot = `${owner} ${tokenId}`;
        if (!accounts.has(slot)) accounts.set(slot, created);
      }
    },
    toL1Operation: (statement) => {
      const { name, token } = statement;
      if (statement.type === "deposit") {
        const { owner, key } = person(name);
        const index = statement.at === null ? find(name, token) : indexOf(statement.at.name, statement.at.token);
        return {
          type: "deposit",
          owner,
          tokenId: token.tokenId,
          amount: statement.amount,
          index: index ?? accountIndex(0),
          key: statement.isKeyless ? 0n : key,
        };
      }
      const sender = person(statement.by ?? name).owner;
      const index = indexOf(name, token);
      if (statement.type === "forceWithdraw") return { type: "forcedWithdraw", sender, index };
      return { type: "setKey", sender, index, key: person(statement.keyOf).key };
    },
    toGroup: (statement, state, validUntil) => {
      switch (statement.type) {
        case "transfer": {
          const to = indexOf(statement.receiver, statement.token);
          const { owner, key }: Account = state.getAccount(to);
          const common = payment(statement, state, validUntil);
          return signAll([{ type: "transfer", ...common, to, toOwner: owner, toKey: key, link: null }], state);
        }
        case "transferToNew": {
          const { owner, key } = person(statement.receiver);
          const common = payment(statement, state, validUntil);
          const toKey = statement.isKeyless ? 0n : key;
          return signAll([{ type: "transferToNew", ...common, toOwner: owner, toKey, link: null }], state);
        }
        case "withdraw": {
          const recipient = statement.recipient ?? person(statement.sender).owner;
          return signAll([{ type: "withdraw", ...payment(statement, state, validUntil), recipient }], state);
        }
        case "swap": {
          const left = pay(statement.left, statement.right.sender, state, validUntil);
          const right = pay(statement.right, statement.left.sender, state, validUntil);
          const pair = [
            { ...left, link: { offset: 1, content: linkContentOf(right, crypto) } },
            { ...right, link: { offset: -1, content: linkContentOf(left, crypto) } },
          ];
          return signAll(pair, state);
        }
      }
    },
  };
}

function createdBy(receipt: Receipt): AccountIndex | null {
  if (receipt.type === "transaction") return receipt.created;
  if (receipt.type === "noop" || receipt.outcome.type !== "created") return null;
  return receipt.outcome.index;
}
