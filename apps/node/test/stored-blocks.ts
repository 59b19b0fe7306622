import { type Chains, chainsAfter, GENESIS_CHAINS } from "@cairn/crypto";
import {
  type BlockOpening,
  type BlockSeal,
  type ClosedBatch,
  type Db,
  findBatch,
  findBlock,
  insertBatch,
  insertOpenBlock,
  type ProofTree,
  sealStoredBlock,
  storeProof,
} from "@cairn/db";
import {
  accountIndex,
  type BlockData,
  blockNumber,
  CLAIM_INPUTS,
  cellsToBytes,
  type Domain,
  EMPTY_QUEUE_HASH,
  encodeBlockCells,
  encodeFloat16,
  encodeFloat40,
  type LastCircuit,
  type Payout,
  type PublishedSlot,
  type SoloSize,
  tokenId,
} from "@cairn/protocol";
import { type BatchStatement, calldataOf, loadBatchContent, statementOf } from "../src/batches/content.ts";

/** The rollup of stored blocks, unless a test says otherwise. */
export const STORED_DOMAIN: Domain = { chainId: 31337n, rollup: 0xca1n };
/** Who submits stored batches. */
export const STORED_SUBMITTER = 5n;

/**
 * Stores sealed blocks that publish nothing but withdrawals of their payouts, one after another; block n has time 100 n s and
 * leads from root n to root n + 1.
 */
export async function storeBlocks(
  db: Db,
  numbers: readonly number[],
  change: {
    readonly payouts?: (number: number) => readonly Payout[];
    readonly witness?: Uint8Array;
    readonly timestamp?: (number: number) => number;
    readonly oldRoot?: (number: number) => bigint;
    readonly slotCount?: SoloSize;
  } = {},
): Promise<void> {
  for (const number of numbers) {
    const payouts = change.payouts?.(number) ?? [];
    const { timestamp, slotCount, ...opened } = openingOf(number);
    const opening = {
      ...opened,
      timestamp: change.timestamp?.(number) ?? timestamp,
      slotCount: change.slotCount ?? slotCount,
    };
    const before = number === 1 ? GENESIS_CHAINS : (await findBlock(db, number - 1))?.seal?.chains;
    await insertOpenBlock(db, opening);
    const seal = sealOf(opening, before, payouts);
    await sealStoredBlock(db, blockNumber(number), {
      seal: { ...seal, oldRoot: change.oldRoot?.(number) ?? seal.oldRoot },
      payouts,
      witness: change.witness ?? Uint8Array.of(number),
    });
  }
}

export function openingOf(number: number): BlockOpening {
  return {
    number: blockNumber(number),
    timestamp: 100 * number,
    slotCount: 16,
    feeAccounts: [],
    firstQueueIndex: 0,
    l1OperationCount: 0,
    queueHashAfter: EMPTY_QUEUE_HASH,
    openedAtMs: 1,
  };
}

/** The seal of a block whose only transactions are withdrawals of its payouts. */
export function sealOf(
  { number, timestamp, slotCount, l1OperationCount }: BlockOpening,
  before: Chains = GENESIS_CHAINS,
  payouts: readonly Payout[] = [],
): BlockSeal {
  const slots = Array.from({ length: slotCount }, (_, i): PublishedSlot => {
    const payout = payouts[i - l1OperationCount];
    if (i < l1OperationCount || payout === undefined) return { type: "nothing" };
    const amount = encodeFloat40(payout.amount);
    return { type: "withdraw", from: accountIndex(64), amount, fee: encodeFloat16(0n), recipient: payout.recipient };
  });
  const data: BlockData = {
    slots,
    feeIndices: [0, 0, 0, 0].map(accountIndex),
    l1Count: l1OperationCount,
    timestamp: BigInt(timestamp),
  };
  const cells = encodeBlockCells(data);
  return {
    oldRoot: BigInt(number),
    oldNextIndex: 64,
    newRoot: BigInt(number + 1),
    newNextIndex: 64,
    cells: cellsToBytes(cells),
    chains: chainsAfter(before, { number: BigInt(number), cells, l1Operations: [], payouts }),
    transactionCount: 0,
    sealedAtMs: 1000 * number,
  };
}

/** Payouts of one ETH-wei each to the recipient with the block's number. */
export function payoutsOf(number: number, count: number): Payout[] {
  return Array.from({ length: count }, () => ({ recipient: BigInt(number), tokenId: tokenId(0), amount: 1n }));
}

/**
 * Stores a batch of stored blocks, its cells in calldata or in the blob with this hash; several blocks have a proof each below
 * the last one. Returns what the last one states.
 */
export async function storeBatch(
  db: Db,
  firstBlock: number,
  lastBlock: number,
  change: {
    readonly domain?: Domain;
    readonly submitter?: bigint;
    readonly circuit?: LastCircuit;
    readonly blobHash?: Uint8Array;
  } = {},
): Promise<BatchStatement & { readonly proofId: number }> {
  const { domain = STORED_DOMAIN, submitter = STORED_SUBMITTER } = change;
  const content = await loadBatchContent(db, { firstBlock, lastBlock });
  const size = content?.blocks[0]?.slotCount;
  if (content === null || size === undefined)
    throw new RangeError(`blocks ${firstBlock} to ${lastBlock} are not stored`);
  const dataSource = change.blobHash === undefined ? "calldata" : "blob";
  const dataCommitment = change.blobHash ?? calldataOf(content.blocks).commitment;
  const statement = statementOf(content, domain, { submitter, dataSource, dataCommitment });
  const circuit = change.circuit ?? (firstBlock === lastBlock ? (`solo${size as SoloSize}` as const) : "batch");
  const range = { firstBlock, lastBlock };
  const batch: ClosedBatch = {
    ...range,
    circuit,
    dataSource,
    submitter,
    dataCommitment,
    point: statement.point,
    closedAtMs: 1,
  };
  await insertBatch(db, batch, planOf(batch, statement));
  return { ...statement, proofId: (await findBatch(db, firstBlock))?.proofId ?? 0 };
}

function planOf({ firstBlock, lastBlock, circuit }: ClosedBatch, { publicInputs }: BatchStatement): ProofTree {
  const last = { kind: "batch", circuit, firstBlock, lastBlock, publicInputs } as const;
  if (firstBlock === lastBlock) return { ...last, children: [] };
  const numbers = Array.from({ length: lastBlock - firstBlock + 1 }, (_, i) => firstBlock + i);
  const children = numbers.map((number): ProofTree => {
    const claim = publicInputs.slice(0, CLAIM_INPUTS);
    return {
      kind: "block",
      circuit: "block16",
      firstBlock: number,
      lastBlock: number,
      publicInputs: claim,
      children: [],
    };
  });
  return { ...last, children };
}

/** Stores the last proof of a stored batch as made. */
export async function storeLastProof(db: Db, firstBlock: number, proof: Uint8Array, atMs = 1): Promise<void> {
  const { proofId } = (await findBatch(db, firstBlock)) ?? {};
  if (proofId == null) throw new RangeError(`no batch of block ${firstBlock} waits for a proof`);
  await storeProof(db, proofId, { proof, details: {}, atMs });
}
