import type { ChainedBlock, Chains } from "@cairn/crypto";
import {
  accountIndex,
  type BatchBinding,
  type BlockSize,
  type Claim,
  calldataCommitment,
  cellsToBytes,
  EMPTY_QUEUE_HASH,
  encodeFloat40,
  encodeL1Operation,
  joinClaims,
  type L1Operation,
  nextQueueHash,
} from "@cairn/protocol";
import { type BatchContent, batchBinding, type Submission } from "../../src/witness/binding.ts";
import type { BuiltBlock } from "../../src/witness/block.ts";
import {
  ACCOUNTS,
  AT,
  alice,
  carol,
  ETH,
  NEXT,
  NOW,
  signed,
  target,
  transfer,
  transferToNew,
  withdraw,
} from "./attack.ts";
import { CHAINS } from "./history.ts";

/** Consecutive blocks of the VM, proven by nobody yet, and the batch that they make. */
export interface SampleBatch {
  readonly built: readonly BuiltBlock[];
  readonly content: BatchContent;
  readonly claim: Claim;
  readonly submission: Submission;
  readonly binding: BatchBinding;
}

const FIRST_NUMBER = 7;

/**
 * Blocks with entries in every list: one L1 operation, an extra of each kind and a payout in each; of 16 slots unless
 * `sizes` says otherwise.
 */
export function sampleBatch(count: number, sizes: readonly BlockSize[] = []): SampleBatch {
  let [accounts, nextIndex, chains]: [typeof ACCOUNTS, number, Chains] = [ACCOUNTS, NEXT, CHAINS];
  const built: BuiltBlock[] = [];
  const blocks: ChainedBlock[] = [];
  for (let i = 0; i < count; i++) {
    const nonce = 5 + 3 * i;
    const l1Operations = operations(i);
    const groups = [
      transfer({ nonce }),
      transferToNew({ nonce: nonce + 1 }),
      withdraw({ nonce: nonce + 2, amount: encodeFloat40(BigInt(100 + i)) }),
    ];
    const [number, timestamp] = [FIRST_NUMBER + i, NOW + 10 * i];
    const honest = target({
      l1Operations,
      groups: groups.map((transaction) => signed(transaction, alice)),
      accounts,
      nextIndex,
      timestamp,
      slotCount: sizes[i] ?? 16,
      number,
      chains,
    });
    const { block, built: next } = honest;
    accounts = new Map([...accounts, ...block.updates]);
    nextIndex = block.newNextIndex;
    blocks.push({ number: BigInt(number), cells: next.cells, l1Operations, payouts: block.payouts });
    built.push(next);
    chains = next.chains;
  }
  const content = { chains: CHAINS, blocks };
  const claim = joinClaims(built.map((block) => block.claim));
  const submission = {
    submitter: 0xcafen,
    dataSource: "calldata" as const,
    dataCommitment: calldataCommitment(cellsToBytes(blocks.flatMap(({ cells }) => cells))),
    queueHash: blocks
      .flatMap((block) => block.l1Operations)
      .map(encodeL1Operation)
      .reduce(nextQueueHash, EMPTY_QUEUE_HASH),
  };
  return { built, content, claim, submission, binding: batchBinding(claim, content, submission) };
}

/** A deposit that opens an account, or a withdrawal of what is not the sender's, which does nothing. */
function operations(i: number): L1Operation[] {
  if (i % 2 === 1) return [{ type: "forcedWithdraw", sender: carol.owner, index: AT.aliceEth }];
  return [{ type: "deposit", owner: carol.owner, tokenId: ETH, amount: 5n, index: accountIndex(0), key: carol.key }];
}
