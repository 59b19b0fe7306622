import { type Chains, GENESIS_CHAINS } from "@cairn/crypto";
import { type DevRollup2, type SealedBlock2, sealBlock2 } from "@cairn/devnet";
import {
  type AccountIndex,
  type BlockSize2,
  blockNumber,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  type L1Operation,
  nextRollingHash,
  type SignedTransaction,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import type { TestCrypto } from "@cairn/testkit";
import { createBlockBuilder } from "@cairn/vm";
import { notIncluded } from "../workload/content.ts";

/** What a block is to hold; all of it must fit. */
export interface BlockContent {
  readonly slots: BlockSize2;
  readonly l1Operations?: readonly L1Operation[];
  readonly transactions?: readonly SignedTransaction[];
  /** Accounts that receive fees. */
  readonly feeAccounts?: readonly AccountIndex[];
}

/** The blocks of an operator of protocol 2, one after the other, from genesis on. */
export interface BlockChain {
  /** Chains after the last block. */
  chains(): Chains;
  /** Rolling queue hash after the last block, 32 bytes. */
  queueHash(): Uint8Array;
  /** Executes and applies the next block, with the time of L1's newest. Throws `bench/not-included`. */
  seal(content: BlockContent): Promise<SealedBlock2>;
}

/** The chain of an unused rollup. */
export function createBlockChain({ domain, reader }: DevRollup2, { compress, verify }: TestCrypto): BlockChain {
  const tree = createStateTree({ store: createMemoryStore(), compress });
  let chains: Chains = GENESIS_CHAINS;
  let queueHash: Uint8Array = EMPTY_QUEUE_HASH;
  return {
    chains: () => chains,
    queueHash: () => queueHash,
    seal: async ({ slots, l1Operations = [], transactions = [], feeAccounts = [] }) => {
      const { timestamp } = await reader.getBlock();
      const builder = createBlockBuilder({
        state: tree,
        domain,
        slotCount: slots,
        blockNumber: blockNumber(tree.blockNumber() + 1),
        timestamp: Number(timestamp),
        queueHash,
        feeAccounts,
        verifySignature: verify,
        compress,
      });
      for (const operation of l1Operations) {
        const result = builder.addL1Operation(operation);
        if (result.type === "deferred") throw notIncluded(operation.type, result.limit);
      }
      for (const signed of transactions) {
        const result = builder.addGroup([signed]);
        if (result.type === "rejected") throw notIncluded(signed.transaction.type, result.reason.type);
        if (result.type === "deferred") throw notIncluded(signed.transaction.type, result.limit);
      }
      const sealed = sealBlock2({ tree, executed: builder.seal(), chains, compress });
      chains = sealed.chains;
      queueHash = l1Operations.map(encodeL1Operation).reduce(nextRollingHash, queueHash);
      return sealed;
    },
  };
}
