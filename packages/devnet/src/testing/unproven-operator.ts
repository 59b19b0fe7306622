import type { Compress } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { type ReadyBatch, readQueue, rollupDomain, submitBatch } from "@cairn/l1";
import {
  accountIndex,
  type BlockSize,
  blockNumber,
  EMPTY_QUEUE_HASH,
  FIRST_ACCOUNT_INDEX,
  type PublicInputFields,
  publicInput,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { FAKE_CRYPTO, type TestCrypto } from "@cairn/testkit";
import { type BlockBuilder, blockPublicInput, createBlockBuilder, type ExecutedBlock } from "@cairn/vm";
import type { DevRollup } from "../dev-rollup.ts";
import { acceptStandInProofs, standInProof } from "./stand-in-proofs.ts";

const SLOTS: BlockSize = 16;

/** A block that L1 accepted. */
export interface SubmittedBlock {
  readonly batch: ReadyBatch;
  readonly executed: ExecutedBlock;
}

/**
 * An operator without a node and without proofs, for tests that need many batches quickly; otherwise an honest
 * operator.
 */
export interface UnprovenOperator {
  /** Its cryptography: the real hash, and free signatures. */
  readonly crypto: TestCrypto;
  readonly compress: Compress;
  readonly tree: StateTree;
  readonly blocks: readonly SubmittedBlock[];
  /**
   * Publishes a block of what waits in the queue and what `fill` adds; `changed` replaces fields of what is claimed
   * about it. Throws as `submitBatch`.
   */
  publish(fill?: (builder: BlockBuilder) => void, changed?: Partial<PublicInputFields>): Promise<SubmittedBlock>;
  /** Undoes a block in the state after L1 has forgotten it. */
  forgetLast(): void;
}

/** The operator of an unused rollup of 16 slots, which accepts only stand-in proofs from now on. */
export async function createUnprovenOperator(devnet: DevRollup): Promise<UnprovenOperator> {
  await acceptStandInProofs(devnet);
  const { rollup } = devnet;
  const domain = rollupDomain(rollup);
  const compress = await createFastCompress();
  const crypto: TestCrypto = { ...FAKE_CRYPTO, compress };
  const tree = createStateTree({ store: createMemoryStore(), compress });
  const blocks: SubmittedBlock[] = [];
  const feeAccount = accountIndex(FIRST_ACCOUNT_INDEX);

  return {
    crypto,
    compress,
    tree,
    blocks,
    async publish(fill = () => {}, changed = {}) {
      const consumed = blocks.reduce((sum, { executed }) => sum + executed.l1OperationCount, 0);
      const queued = await readQueue(rollup, consumed);
      const { timestamp } = await rollup.reader.getBlock();
      const builder = createBlockBuilder({
        state: tree,
        domain,
        slotCount: SLOTS,
        blockNumber: blockNumber(tree.blockNumber() + 1),
        timestamp: Number(timestamp),
        queueHash: blocks.at(-1)?.executed.queueHashAfter ?? EMPTY_QUEUE_HASH,
        feeAccounts: tree.nextIndex() > feeAccount ? [feeAccount] : [],
        verifySignature: crypto.verify,
        compress,
      });
      for (const { operation } of queued.slice(0, SLOTS / 4)) builder.addL1Operation(operation);
      fill(builder);
      const executed = builder.seal();
      const oldRoot = tree.root();
      const newRoot = tree.applyBlock(executed.blockNumber, executed.updates, executed.newNextIndex);
      const fields = { ...blockPublicInput(executed, oldRoot, newRoot), ...changed };
      const batch: ReadyBatch = {
        slots: SLOTS,
        fields,
        publishedData: executed.publishedBytes,
        proof: standInProof(publicInput(fields)),
        payouts: executed.payouts,
      };
      await submitBatch(rollup, devnet.wallet(0), batch);
      const block = { batch, executed };
      blocks.push(block);
      return block;
    },
    forgetLast() {
      blocks.pop();
      tree.rollbackTo(blockNumber(tree.blockNumber() - 1));
    },
  };
}
