import { createFastCompress } from "@cairn/crypto/fast";
import type { DevRollup } from "@cairn/devnet";
import { readQueue, rollupDomain, submitBatch } from "@cairn/l1";
import { blockNumber, EMPTY_QUEUE_HASH } from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import { FAKE_CRYPTO } from "@cairn/testkit";
import { blockPublicInput, createBlockBuilder } from "@cairn/vm";
import { createTestClient, http } from "viem";

const SLOTS = 16;
/** Code that answers 1 to every call. */
const ACCEPTS_ALL = "0x600160005260206000f3";

/** An operator without a node, on a devnet whose verifiers it makes accept everything: each call submits a batch of what waits in the queue. */
export async function createBatchMaker({ rollup, rpcUrl, verifiers, wallet }: DevRollup): Promise<() => Promise<void>> {
  const client = createTestClient({ mode: "anvil", transport: http(rpcUrl) });
  for (const address of verifiers.values()) await client.setCode({ address, bytecode: ACCEPTS_ALL });
  const compress = await createFastCompress();
  const tree = createStateTree({ store: createMemoryStore(), compress });
  let consumed = 0;
  let queueHash = EMPTY_QUEUE_HASH;
  return async () => {
    const { timestamp } = await rollup.reader.getBlock();
    const builder = createBlockBuilder({
      state: tree,
      domain: rollupDomain(rollup),
      slotCount: SLOTS,
      blockNumber: blockNumber(tree.blockNumber() + 1),
      timestamp: Number(timestamp),
      queueHash,
      feeAccounts: [],
      verifySignature: FAKE_CRYPTO.verify,
      compress,
    });
    const waiting = await readQueue(rollup, consumed);
    for (const { operation } of waiting.slice(0, SLOTS / 4)) builder.addL1Operation(operation);
    const executed = builder.seal();
    const oldRoot = tree.root();
    const newRoot = tree.applyBlock(executed.blockNumber, executed.updates, executed.newNextIndex);
    await submitBatch(rollup, wallet(0), {
      slots: SLOTS,
      fields: blockPublicInput(executed, oldRoot, newRoot),
      publishedData: executed.publishedBytes,
      proof: new Uint8Array(32),
      payouts: executed.payouts,
    });
    consumed += executed.l1OperationCount;
    queueHash = executed.queueHashAfter;
  };
}
