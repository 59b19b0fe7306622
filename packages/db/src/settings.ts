import { bigintToHex, CairnError, type DataSource, type Domain, OWNER_BYTES, type SoloSize } from "@cairn/protocol";
import type { Db } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";
import { get, put, remove } from "./stored-settings.ts";

const CHAIN = "chain";
const REORG_HOLD = "reorg-hold";
const L1_HEAD = "l1-head";
const L1_AGREEMENT = "l1-agreement";
const REBUILD = "rebuild";
const SUBMISSION = "submission";
const PUBLISHER = "publisher";

/** What the watcher last saw on L1; times in seconds. */
export interface L1Head {
  readonly number: number;
  readonly timestamp: number;
  /** The timestamp that an L1 block made now would get; at least the head's. */
  readonly nextTimestamp: number;
  /** Last processed block, everything in it being in the database. */
  readonly safeNumber: number;
  readonly safeTimestamp: number;
}

/** Up to where the stored events are known to be complete. */
export interface L1Agreement {
  /** Last processed L1 block at which the stored events agreed with the contract; null before the first. */
  readonly block: number | null;
  /** How many times in a row they have disagreed since, while later blocks were stored. */
  readonly disagreements: number;
}

/** A block that can no longer become proven as it is: it and all later ones must be built again. */
export interface RebuildRequest {
  readonly firstBlock: number;
  /** Point of the batch that it is about, decimal; once another one is stored, the request is void. */
  readonly point: string;
  readonly reason: string;
}

/** Whether this node may submit batches to L1, as the publisher last saw it. */
export interface SubmissionRight {
  /** `operator` also if there is no operator; `stranger` when someone else is. */
  readonly role: "operator" | "stranger";
  readonly isOpen: boolean;
  readonly isFrozen: boolean;
}

/** Who submits batches and how; the batcher, which may run in another process, closes them accordingly. */
export interface PublisherTerms {
  /** L1 account. */
  readonly account: bigint;
  /** Where the cells of batches may go; `auto`: wherever they cost less. */
  readonly dataMode: DataSource | "auto";
  /** Prices from which on it begins no transaction with a blob, in wei per blob gas and per gas. */
  readonly maxBlobGasWei: bigint;
  readonly maxGasWei: bigint;
}

/**
 * Binds an empty database to one rollup and block size, and refuses one bound to another. Throws `db/wrong-chain`.
 */
export async function bindChain(db: Db, domain: Domain, slotCount: SoloSize): Promise<void> {
  const own = { chainId: domain.chainId.toString(), rollup: domain.rollup.toString(16), slotCount };
  await db
    .insertInto("settings")
    .values({ key: CHAIN, value: JSON.stringify(own) })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
  const { value } = await db.selectFrom("settings").select("value").where("key", "=", CHAIN).executeTakeFirstOrThrow();
  const differs = Object.entries(own).filter(([key, expected]) => !Object.is(Reflect.get(value, key), expected));
  if (differs.length === 0) return;
  throw new CairnError<DbErrorCode>(
    "db/wrong-chain",
    `the database belongs to another rollup: ${JSON.stringify(value)}`,
    {
      details: { stored: value, expected: own },
    },
  );
}

/** The rollup and block size that the database is bound to, undefined before {@link bindChain}. Throws `db/corrupt`. */
export async function findChain(
  db: Db,
): Promise<{ readonly domain: Domain; readonly slotCount: SoloSize } | undefined> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", CHAIN).executeTakeFirst();
  if (row === undefined) return undefined;
  const { chainId, rollup, slotCount } = { chainId: "", rollup: "", slotCount: 0, ...row.value };
  if (slotCount !== 16 && slotCount !== 64 && slotCount !== 256) {
    throw new CairnError<DbErrorCode>("db/corrupt", `the database is bound to blocks of ${slotCount} slots`);
  }
  return { domain: { chainId: BigInt(chainId), rollup: BigInt(`0x${rollup}`) }, slotCount };
}

/**
 * Records that L1 up to this block is being read again after a reorg: until that is done the stored queue is
 * incomplete, and no block may be rebuilt because of it.
 */
export async function holdRebuilds(db: Db, untilL1Block: number): Promise<void> {
  await put(db, REORG_HOLD, { untilL1Block });
}

/** The L1 block of {@link holdRebuilds}, null when nothing is held. */
export async function findRebuildHold(db: Db): Promise<number | null> {
  return (await get<{ untilL1Block: number }>(db, REORG_HOLD))?.untilL1Block ?? null;
}

/** Ends {@link holdRebuilds}. */
export async function releaseRebuilds(db: Db): Promise<void> {
  await remove(db, REORG_HOLD);
}

/** Records the head of L1. */
export async function storeL1Head(db: Db, head: L1Head): Promise<void> {
  await put(db, L1_HEAD, head);
}

/** The last recorded head of L1, null before the first. */
export async function findL1Head(db: Db): Promise<L1Head | null> {
  return get<L1Head>(db, L1_HEAD);
}

/** Records up to where the stored events are complete. */
export async function storeL1Agreement(db: Db, agreement: L1Agreement): Promise<void> {
  await put(db, L1_AGREEMENT, agreement);
}

/** Up to where the stored events are complete. */
export async function findL1Agreement(db: Db): Promise<L1Agreement> {
  return (await get<L1Agreement>(db, L1_AGREEMENT)) ?? { block: null, disagreements: 0 };
}

/** Asks the sequencer to build a block and all later ones again. */
export async function requestRebuild(db: Db, request: RebuildRequest): Promise<void> {
  await put(db, REBUILD, request);
}

/** The pending request, null if there is none. */
export async function findRebuildRequest(db: Db): Promise<RebuildRequest | null> {
  return get<RebuildRequest>(db, REBUILD);
}

/** Clears the pending request. */
export async function clearRebuildRequest(db: Db): Promise<void> {
  await remove(db, REBUILD);
}

/** Records whether this node may submit. */
export async function storeSubmissionRight(db: Db, right: SubmissionRight): Promise<void> {
  await put(db, SUBMISSION, right);
}

/** Whether this node may submit, null until a publisher has checked. */
export async function findSubmissionRight(db: Db): Promise<SubmissionRight | null> {
  return get<SubmissionRight>(db, SUBMISSION);
}

/** Records who submits batches and how: last proofs name the account and commit to where the cells are. */
export async function storePublisher(db: Db, terms: PublisherTerms): Promise<void> {
  const { account, dataMode, maxBlobGasWei, maxGasWei } = terms;
  const prices = { maxBlobGasWei: maxBlobGasWei.toString(), maxGasWei: maxGasWei.toString() };
  await put(db, PUBLISHER, { account: bigintToHex(account, OWNER_BYTES), dataMode, ...prices });
}

/** Who submits batches and how, null until a publisher has stored it. */
export async function findPublisher(db: Db): Promise<PublisherTerms | null> {
  const stored = await get<{
    account: string;
    dataMode: PublisherTerms["dataMode"];
    maxBlobGasWei: string;
    maxGasWei: string;
  }>(db, PUBLISHER);
  if (stored === null) return null;
  const { account, dataMode, maxBlobGasWei, maxGasWei } = stored;
  return { account: BigInt(account), dataMode, maxBlobGasWei: BigInt(maxBlobGasWei), maxGasWei: BigInt(maxGasWei) };
}
