import type { ProvingCircuit, SoloCircuit } from "@cairn/circuits";
import { type Chains, GENESIS_CHAINS } from "@cairn/crypto";
import {
  type DevRollup,
  type ProvenSoloBatch,
  proveSoloBatch,
  type SealedBlock,
  sealBlock,
  soloBinding,
} from "@cairn/devnet";
import { rollupDomain } from "@cairn/l1";
import {
  type AccountIndex,
  addressToBigint,
  type BlockSize,
  blockNumber,
  calldataCommitment,
  cellsToBytes,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  type L1Operation,
  nextQueueHash,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import type { TestCrypto } from "@cairn/testkit";
import { type BlockBuilder, createBlockBuilder } from "@cairn/vm";
import { notIncluded } from "./content.ts";

/** What a block begins with; all of it must fit. */
export interface BlockOpening {
  readonly slots: BlockSize;
  readonly l1Operations?: readonly L1Operation[];
  /** Accounts that receive fees, if they exist by now. */
  readonly feeAccounts?: readonly AccountIndex[];
}

/** A block that is being filled. */
export interface OpenBlock {
  readonly builder: BlockBuilder;
  /** Seconds since the epoch: the time of L1's newest block. */
  readonly timestamp: number;
}

/** The blocks of an operator, one after the other, from genesis on. */
export interface BlockChain {
  /** Index that the next new account gets. */
  nextIndex(): number;
  /** Chains after the last block. */
  chains(): Chains;
  /** Rolling queue hash after the last block, 32 bytes. */
  queueHash(): Uint8Array;
  /** A block on the state after the last one. Throws `bench/not-included`. */
  open(opening: BlockOpening): Promise<OpenBlock>;
  /** Seals the open block and applies it. */
  seal(builder: BlockBuilder): SealedBlock;
  /** Proves the last sealed block as a batch of the operator, with its cells in calldata. Throws as `proveSolo`. */
  prove(circuit: ProvingCircuit<SoloCircuit>, block: SealedBlock): Promise<ProvenSoloBatch>;
}

/** The chain of an unused rollup. */
export function createBlockChain({ rollup, wallet }: DevRollup, { compress, verify }: TestCrypto): BlockChain {
  const tree = createStateTree({ store: createMemoryStore(), compress });
  const submitter = addressToBigint(wallet(0).account.address);
  let chains: Chains = GENESIS_CHAINS;
  let queueHash: Uint8Array = EMPTY_QUEUE_HASH;
  return {
    nextIndex: () => tree.nextIndex(),
    chains: () => chains,
    queueHash: () => queueHash,
    open: async ({ slots, l1Operations = [], feeAccounts = [] }) => {
      const timestamp = Number((await rollup.reader.getBlock()).timestamp);
      const builder = createBlockBuilder({
        state: tree,
        domain: rollupDomain(rollup),
        slotCount: slots,
        blockNumber: blockNumber(tree.blockNumber() + 1),
        timestamp,
        feeAccounts: feeAccounts.filter((index) => index < tree.nextIndex()),
        verifySignature: verify,
        compress,
      });
      for (const operation of l1Operations) {
        const result = builder.addL1Operation(operation);
        if (result.type === "deferred") throw notIncluded(operation.type, result.limit);
      }
      return { builder, timestamp };
    },
    seal: (builder) => {
      const sealed = sealBlock({ tree, executed: builder.seal(), chains, compress });
      chains = sealed.chains;
      queueHash = sealed.l1Operations.map(encodeL1Operation).reduce(nextQueueHash, queueHash);
      return sealed;
    },
    prove: (circuit, block) => {
      const [data, dataSource] = [cellsToBytes(block.cells), "calldata" as const];
      const submission = { submitter, dataSource, dataCommitment: calldataCommitment(data), queueHash };
      const binding = soloBinding(block, submission, compress);
      return proveSoloBatch(circuit, block, { binding, dataSource, data });
    },
  };
}
