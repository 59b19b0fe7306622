import { versionedHash } from "@cairn/blobs/format";
import { loadSidecarMaker } from "@cairn/blobs/native";
import type { Compress } from "@cairn/crypto";
import {
  type AcceptedEvent,
  type BlobAccess,
  createBeaconSource,
  createL1Access,
  type L1Access,
  type L1Rollup,
  readPublishedBatch,
  readQueue,
  readRollupEvents,
  rollupDomain,
} from "@cairn/l1";
import {
  type Account,
  type AccountIndex,
  bytesToHex,
  FIRST_ACCOUNT_INDEX,
  isSameBytes,
  type L1Operation,
  type Payout,
  readBatchCells,
  type SignedTransaction,
  type TransactionGroup,
} from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import { createSparseState, modelCrypto, runReferenceModel, type TestCrypto } from "@cairn/testkit";

type ApiTransaction = RouteResponse<"blockTransactions">["transactions"][number];

/** A block as L1 accepted it, with the transactions that the node says are in it. */
export interface AcceptedBlock {
  readonly number: number;
  readonly batch: number;
  readonly timestamp: number;
  readonly l1Operations: readonly L1Operation[];
  /** As the test signed them, in groups, by slot. */
  readonly groups: readonly TransactionGroup[];
}

/** The result of the blocks, computed independently of the node. */
export interface Outcome {
  readonly accounts: ReadonlyMap<AccountIndex, Account>;
  readonly nextIndex: number;
  readonly root: bigint;
  /** By batch, in order. */
  readonly payouts: ReadonlyMap<number, readonly Payout[]>;
  /** Inconsistencies, in words. */
  readonly problems: readonly string[];
}

let sidecars: ReturnType<typeof loadSidecarMaker> | null = null;
/** Blobs that were checked, by versioned hash: every audit reads all of them. */
const checkedBlobs = new Map<string, Uint8Array>();
const kzg: BlobAccess["kzg"] = {
  isBlobOf: async (hash, blob) => {
    const known = checkedBlobs.get(bytesToHex(hash));
    if (known !== undefined) return isSameBytes(known, blob);
    sidecars ??= loadSidecarMaker();
    const isRight = isSameBytes(versionedHash((await sidecars).commit(blob)), hash);
    if (isRight) checkedBlobs.set(bytesToHex(hash), blob);
    return isRight;
  },
};

/** The blocks that L1 has accepted, in order: sizes and times from the batches' cells, queue entries from L1 itself. */
export async function readAcceptedBlocks(
  { rollup, rpcUrl }: { readonly rollup: L1Rollup; readonly rpcUrl: string },
  transactionsOf: (block: number) => readonly (readonly SignedTransaction[])[],
): Promise<AcceptedBlock[]> {
  const access = createL1Access(rollup);
  const to = Number(await rollup.reader.getBlockNumber());
  const events = await readRollupEvents(access, { from: 0, to });
  const blobs = { sources: [createBeaconSource({ url: rpcUrl, slots: { type: "number" } })], kzg };
  const queue = await readQueue(rollup, 0);
  const blocks: AcceptedBlock[] = [];
  let consumed = 0;
  for (const event of events) {
    if (event.type !== "accepted") continue;
    for (const { number, timestamp, l1Count } of await readBlocks(access, event, blobs)) {
      const entries = queue.slice(consumed, consumed + l1Count);
      consumed += l1Count;
      const l1Operations = entries.map(({ operation }) => operation);
      blocks.push({ number, batch: event.number, timestamp, l1Operations, groups: transactionsOf(number) });
    }
  }
  return blocks;
}

async function readBlocks(access: L1Access, event: AcceptedEvent, blobs: BlobAccess) {
  const { firstBlock, lastBlock } = event.header;
  const { cells } = await readPublishedBatch(access, event, blobs);
  return readBatchCells(cells, Number(lastBlock - firstBlock) + 1).map(({ data }, i) => ({
    number: Number(firstBlock) + i,
    timestamp: Number(data.timestamp),
    l1Count: data.l1Count,
  }));
}

/** Runs the reference model over the blocks. Fees in ETH go to the account of `feeOwner` that the node would choose. */
export function runOracle(
  rollup: L1Rollup,
  blocks: readonly AcceptedBlock[],
  crypto: TestCrypto,
  feeOwner: bigint | null,
): Outcome {
  let accounts: ReadonlyMap<AccountIndex, Account> = new Map();
  let nextIndex: number = FIRST_ACCOUNT_INDEX;
  const payouts = new Map<number, readonly Payout[]>();
  const problems: string[] = [];
  for (const block of blocks) {
    const result = runReferenceModel(
      { accounts, nextIndex },
      { ...block, slotCount: 16, feeAccounts: feeAccounts(accounts, feeOwner) },
      modelCrypto(rollupDomain(rollup), crypto),
    );
    for (const [i, group] of result.groups.entries()) {
      if (group.type !== "included") problems.push(`block ${block.number}, group ${i}: ${JSON.stringify(group)}`);
    }
    if (result.l1OperationCount !== block.l1Operations.length) problems.push(`block ${block.number}: L1 operations`);
    ({ accounts, nextIndex } = result);
    payouts.set(block.batch, [...(payouts.get(block.batch) ?? []), ...result.payouts]);
  }
  return { accounts, nextIndex, root: rootOf(accounts, nextIndex, crypto.compress), payouts, problems };
}

/** The ids of the transactions in a block's list, which must be in order of slots. */
export function idsBySlot(transactions: readonly ApiTransaction[]): string[] {
  return [...transactions].sort((a, b) => (a.inclusion?.slot ?? 0) - (b.inclusion?.slot ?? 0)).map(({ id }) => id);
}

function rootOf(accounts: ReadonlyMap<AccountIndex, Account>, nextIndex: number, compress: Compress): bigint {
  return createSparseState({ accounts, nextIndex }, compress).root();
}

function feeAccounts(accounts: ReadonlyMap<AccountIndex, Account>, owner: bigint | null): AccountIndex[] {
  const own = [...accounts].filter(([, account]) => account.owner === owner && account.tokenId === 0);
  const chosen = own.filter(([, { ownerKey }]) => ownerKey);
  const usable = chosen.length > 0 ? chosen : own.filter(([, { key }]) => key === 0n);
  const [first] = usable.map(([index]) => index).sort((a, b) => a - b);
  return first === undefined ? [] : [first];
}
