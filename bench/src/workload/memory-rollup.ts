import {
  type Account,
  type AccountIndex,
  accountIndex,
  blockNumber,
  type Domain,
  FIRST_ACCOUNT_INDEX,
  type SoloSize,
  tokenId,
} from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import { createFundedTree, type Person, personOf, type TestCrypto } from "@cairn/testkit";
import { type BlockOptions, createBlockBuilder, type ExecutedBlock } from "@cairn/vm";
import { type BlockKind, fillBlock, l1OperationsOf } from "./content.ts";
import type { Parties, Party } from "./parties.ts";

/** The rollup that blocks in memory belong to; no such contract exists. */
export const DOMAIN: Domain = { chainId: 31337n, rollup: 0xca1en };
/** Seconds since the epoch; blocks in memory use no clock. */
export const TIMESTAMP = 1_700_000_000;

const BALANCE = 10n ** 24n;

/** An account of someone with plenty of a token. */
export function fundedAccount(person: Person, token = tokenId(0)): Account {
  return { owner: person.owner, tokenId: token, nonce: 0, ownerKey: true, balance: BALANCE, key: person.key };
}

/** A tree at block 1 with accounts at consecutive indices, starting with the first. */
export function treeOf(accounts: readonly Account[], crypto: TestCrypto): StateTree {
  const indexed = accounts.map((account, i): [AccountIndex, Account] => [
    accountIndex(FIRST_ACCOUNT_INDEX + i),
    account,
  ]);
  return createFundedTree(
    { accounts: new Map(indexed), nextIndex: FIRST_ACCOUNT_INDEX + accounts.length },
    crypto.compress,
  );
}

/** Options of a block on `state` in memory. */
export function memoryBlock(
  state: StateTree,
  slots: SoloSize,
  feeAccount: AccountIndex,
  crypto: TestCrypto,
): BlockOptions {
  return {
    state,
    domain: DOMAIN,
    slotCount: slots,
    blockNumber: blockNumber(state.blockNumber() + 1),
    timestamp: TIMESTAMP,
    feeAccounts: [feeAccount],
    verifySignature: crypto.verify,
    compress: crypto.compress,
  };
}

/** A sealed block of this kind, executed in memory. Throws `bench/not-included`. */
export function executeInMemory(kind: BlockKind, slots: SoloSize, crypto: TestCrypto): ExecutedBlock {
  const [operator, alice, bob] = ["operator", "alice", "bob"].map(personOf) as [Person, Person, Person];
  const token = tokenId(1);
  const accounts = [fundedAccount(operator), fundedAccount(alice), fundedAccount(bob), fundedAccount(alice, token)];
  const party = (person: Person, position: number): Party => ({
    person,
    index: accountIndex(FIRST_ACCOUNT_INDEX + position),
    tokenId: accounts[position]?.tokenId ?? tokenId(0),
  });
  const parties: Parties = {
    operator: party(operator, 0),
    alice: party(alice, 1),
    bob: party(bob, 2),
    aliceToken: party(alice, 3),
  };
  const tree = treeOf(accounts, crypto);
  const builder = createBlockBuilder(memoryBlock(tree, slots, parties.operator.index, crypto));
  const operations = l1OperationsOf(kind, slots, tree.nextIndex(), parties.alice);
  fillBlock(builder, kind, operations, { parties, domain: DOMAIN, timestamp: TIMESTAMP, crypto });
  return builder.seal();
}
