import { linkContentHash } from "@cairn/crypto";
import type { DevToken } from "@cairn/devnet";
import { depositEth, depositToken, type L1Wallet, rollupDomain } from "@cairn/l1";
import {
  type AccountIndex,
  accountIndex,
  addressToBigint,
  bigintToAddress,
  encodeFloat16,
  encodeFloat40,
  type L2Transaction,
  linkContentWords,
  type SignedTransaction,
  type TokenId,
  type Transfer,
  tokenId,
} from "@cairn/protocol";
import { type Person, personOf, signTransaction, type TestCrypto } from "@cairn/testkit";
import { vi } from "vitest";
import { readApi } from "./api.ts";
import type { L1 } from "./l1.ts";

/** Someone with an L1 wallet and one L2 account in one token. */
export interface Holder {
  readonly person: Person;
  readonly wallet: L1Wallet;
  readonly token: TokenId;
  /** Account of the holder; changes when a reorg of L1 changes the order of deposits. */
  index: AccountIndex;
  /** Nonce of the next transaction to sign. */
  nonce: number;
}

/** Options of a signed transaction. */
export interface Terms {
  /** By default the holder's next nonce, which is then incremented. */
  readonly nonce?: number;
  readonly fee?: bigint;
  readonly validUntil?: number;
}

/** Creates holders and signs for them. */
export interface Holders {
  /** Deposits for the account of anvil's wallet at `position`; the L1 transaction is mined when it resolves. */
  readonly deposit: (position: number, amount: bigint, token?: DevToken) => Promise<void>;
  /** Lets the wallet at `position` deposit for an owner without a key; the account has no key. */
  readonly depositFor: (position: number, owner: bigint, amount: bigint) => Promise<void>;
  /** Makes another deposit to an account. */
  readonly topUp: (holder: Holder, amount: bigint) => Promise<void>;
  /** Waits until the node has credited the deposit, and returns the holder. */
  readonly find: (api: () => string, position: number, token?: TokenId) => Promise<Holder>;
  /** Deposits and waits until the node has credited it. */
  readonly join: (api: () => string, position: number, amount: bigint, token?: DevToken) => Promise<Holder>;
  readonly transfer: (from: Holder, to: Holder, amount: bigint, terms?: Terms) => SignedTransaction;
  readonly transferToNew: (from: Holder, to: Person, amount: bigint, terms?: Terms) => SignedTransaction;
  readonly withdraw: (from: Holder, recipient: bigint, amount: bigint, terms?: Terms) => SignedTransaction;
  /** Two linked transfers, to be sent together. */
  readonly swap: (a: Holder, b: Holder, amounts: readonly [bigint, bigint]) => readonly SignedTransaction[];
}

const FOREVER = 2 ** 32 - 1;
const CREDIT_TIMEOUT_MS = 60_000;

/** The person with the wallet at `position`: the wallet's address as owner, and their own key. */
export function personAt(l1: L1, position: number): Person {
  return { ...personOf(`holder ${position}`), owner: addressToBigint(l1.wallet(position).account.address) };
}

/** Holders on a rollup. */
export function createHolders(l1: L1, crypto: TestCrypto): Holders {
  const domain = rollupDomain(l1.rollup);

  const deposit = async (position: number, amount: bigint, token?: DevToken): Promise<void> => {
    const { owner, key } = personAt(l1, position);
    const wallet = l1.wallet(position);
    const target = { owner, index: accountIndex(0), key };
    if (token === undefined) {
      await depositEth(l1.rollup, wallet, amount, target);
      return;
    }
    await l1.devnet.mint(token, wallet.account.address, amount);
    await depositToken(l1.rollup, wallet, token.id, amount, target);
  };

  const find = async (api: () => string, position: number, token: TokenId = tokenId(0)): Promise<Holder> => {
    const person = personAt(l1, position);
    const query = { owner: bigintToAddress(person.owner), tokenId: String(token) };
    return vi.waitFor(
      async () => {
        const { accounts } = await readApi(api(), "accounts", { query });
        const account = accounts[0];
        if (account === undefined) throw new RangeError(`the deposit of holder ${position} is not credited`);
        const { nonce } = account;
        return { person, wallet: l1.wallet(position), token, index: accountIndex(account.index), nonce };
      },
      { timeout: CREDIT_TIMEOUT_MS, interval: 100 },
    );
  };

  const common = (from: Holder, amount: bigint, { nonce, fee = 0n, validUntil = FOREVER }: Terms) => ({
    from: from.index,
    nonce: nonce ?? from.nonce++,
    tokenId: from.token,
    amount: encodeFloat40(amount),
    fee: encodeFloat16(fee),
    validFrom: 0,
    validUntil,
    reference: 0n,
  });
  const sign = (transaction: L2Transaction, { person }: Holder) => signTransaction(transaction, person, domain, crypto);
  const toTransfer = (from: Holder, to: Holder, amount: bigint, terms: Terms = {}): Transfer => ({
    type: "transfer",
    ...common(from, amount, terms),
    to: to.index,
    toOwner: to.person.owner,
    toKey: to.person.key,
    link: null,
  });
  const contentOf = (transaction: Transfer) => linkContentHash(linkContentWords(transaction), crypto.compress);

  return {
    deposit,
    depositFor: async (position, owner, amount) => {
      await depositEth(l1.rollup, l1.wallet(position), amount, { owner, index: accountIndex(0), key: 0n });
    },
    topUp: async ({ person, wallet, index }, amount) => {
      await depositEth(l1.rollup, wallet, amount, { owner: person.owner, index, key: person.key });
    },
    find,
    join: async (api, position, amount, token) => {
      await deposit(position, amount, token);
      return find(api, position, token?.id);
    },
    transfer: (from, to, amount, terms) => sign(toTransfer(from, to, amount, terms), from),
    transferToNew: (from, to, amount, terms = {}) =>
      sign(
        {
          type: "transferToNew",
          ...common(from, amount, terms),
          toOwner: to.owner,
          toKey: to.key,
          link: null,
        },
        from,
      ),
    withdraw: (from, recipient, amount, terms = {}) =>
      sign({ type: "withdraw", ...common(from, amount, terms), recipient }, from),
    swap: (a, b, [amountA, amountB]) => {
      const forth = toTransfer(a, b, amountA);
      const back = toTransfer(b, a, amountB);
      return [
        sign({ ...forth, link: { offset: 1, content: contentOf(back) } }, a),
        sign({ ...back, link: { offset: -1, content: contentOf(forth) } }, b),
      ];
    },
  };
}
