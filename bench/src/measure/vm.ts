import { accountIndex, FIRST_ACCOUNT_INDEX, type SoloSize, type TransactionGroup, tokenId } from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import { personOf, REAL_CRYPTO, signTransaction, type TestCrypto } from "@cairn/testkit";
import { executeBlock } from "@cairn/vm";
import { measureRate, type Sample } from "../sample.ts";
import { createFastCrypto } from "../workload/crypto.ts";
import { DOMAIN, fundedAccount, memoryBlock, TIMESTAMP, treeOf } from "../workload/memory-rollup.ts";
import { amountOf, type Party, transferBetween } from "../workload/parties.ts";

const SLOTS: SoloSize = 256;
const PEOPLE = 16;

/** Transfers per second on one thread, by path; blocks of 256 transfers between 512 accounts. */
export interface VmReport {
  readonly slots: number;
  readonly accounts: number;
  readonly fast: VmRates;
  readonly pure: VmRates;
}

/** Transfers per second. */
export interface VmRates {
  /** Rules, message hashes, cells; no signature checks, no tree. */
  readonly withoutSignatures: Sample;
  readonly withSignatures: Sample;
  /** As before, and the block applied to the state tree in memory. */
  readonly withSignaturesAndTree: Sample;
}

/** Times the VM on full blocks. */
export async function measureVm({ isQuick }: { readonly isQuick: boolean }): Promise<VmReport> {
  const fast = await createFastCrypto();
  const accounts = isQuick ? 1024 : 16_384;
  const people = Array.from({ length: PEOPLE }, (_, i) => personOf(`holder ${i}`));
  const owners = Array.from({ length: accounts }, (_, i) => people[i % PEOPLE] ?? personOf("holder 0"));
  const parties = owners.map(
    (person, i): Party => ({ person, index: accountIndex(FIRST_ACCOUNT_INDEX + i), tokenId: tokenId(0) }),
  );
  const stride = Math.floor(accounts / (2 * SLOTS));
  const groups = Array.from({ length: SLOTS }, (_, i): TransactionGroup => {
    const [from, to] = [parties[2 * i * stride], parties[(2 * i + 1) * stride]];
    if (from === undefined || to === undefined) return [];
    const transaction = transferBetween(from, to, { nonce: 0, amount: amountOf(i), timestamp: TIMESTAMP });
    return [signTransaction(transaction, from.person, DOMAIN, fast)];
  });
  const rates = (crypto: TestCrypto, runs: number): VmRates => {
    const tree = treeOf(
      owners.map((person) => fundedAccount(person)),
      fast,
    );
    return measurePath(tree, groups, crypto, runs);
  };
  return { slots: SLOTS, accounts, fast: rates(fast, isQuick ? 3 : 15), pure: rates(REAL_CRYPTO, isQuick ? 1 : 3) };
}

function measurePath(tree: StateTree, groups: readonly TransactionGroup[], crypto: TestCrypto, runs: number): VmRates {
  const feeAccount = accountIndex(FIRST_ACCOUNT_INDEX);
  const execute = (verified: TestCrypto) => {
    const { block } = executeBlock(memoryBlock(tree, SLOTS, feeAccount, verified), { l1Operations: [], groups });
    return block;
  };
  const rate = (work: () => void, prepare: () => void = () => {}): Sample =>
    measureRate({ count: SLOTS, runs, prepare, work });
  const before = tree.blockNumber();
  return {
    withoutSignatures: rate(() => execute({ ...crypto, verify: () => true })),
    withSignatures: rate(() => execute(crypto)),
    withSignaturesAndTree: rate(
      () => {
        const block = execute(crypto);
        tree.applyBlock(block.blockNumber, block.updates, block.newNextIndex);
      },
      () => tree.rollbackTo(before),
    ),
  };
}
