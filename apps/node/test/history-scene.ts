import { type Db, insertAcceptedBatch, insertQueueEntries, loadQueueEntries } from "@cairn/db";
import { bigintToAddress, payoutListHash } from "@cairn/protocol";
import { ROUTES } from "@cairn/rpc";
import type { LedgerEntry } from "../src/api/entries.ts";
import type { Handlers } from "../src/api/handlers.ts";
import { createHistoryHandlers, type HistoryRoute } from "../src/api/history-handlers.ts";
import { calldataOf, headerOf, loadBatchContent, toPayout } from "../src/batches/content.ts";
import { type Clock, createManualClock } from "../src/clock.ts";
import { adoptBatch } from "../src/restore/adopt.ts";
import { DOMAIN, type Life, type SequencerHarness } from "./sequencer-harness.ts";

/** Query of a history, as a client writes it. */
export type HistoryQuery = Readonly<Record<string, string>>;

/** Histories as a client reads them. */
export interface HistoryReader {
  readonly handlers: Handlers<HistoryRoute>;
  /** A page of an owner's history, or of an account's. */
  readonly page: (
    of: bigint | number,
    query?: HistoryQuery,
  ) => Promise<{ entries: LedgerEntry[]; next: string | null }>;
  /** All pages together. */
  readonly all: (of: bigint | number, query?: HistoryQuery) => Promise<LedgerEntry[]>;
}

/** Reads histories of a database; an owner is a bigint, an account a number. */
export function historyReader(
  { database }: Pick<Life, "database">,
  { clock, hasAccount }: { readonly clock: Clock; readonly hasAccount: (index: number) => Promise<boolean> } = {
    clock: createManualClock(0),
    hasAccount: () => Promise.resolve(true),
  },
): HistoryReader {
  const handlers = createHistoryHandlers(database, clock, hasAccount);
  const page: HistoryReader["page"] = (of, query = {}) => {
    const common = { query: ROUTES.ownerHistory.query.parse(query), body: undefined };
    return typeof of === "bigint"
      ? handlers.ownerHistory({ params: { owner: bigintToAddress(of) }, ...common })
      : handlers.accountHistory({ params: { index: of }, ...common });
  };
  return {
    handlers,
    page,
    all: async (of, query = {}) => {
      const found: LedgerEntry[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const { entries, next } = await page(of, { ...query, ...(cursor === "" ? {} : { cursor }) });
        found.push(...entries);
        cursor = next;
      }
      return found;
    },
  };
}

/** Brings the sealed blocks of one life to another as L1 would: its queue, and each block as a batch of others. */
export async function restoreInto(from: Life, to: Life, { compress, clock }: SequencerHarness): Promise<void> {
  const { db } = to.database;
  await copyQueue(from.database.db, db);
  const last = from.keeper.blockNumber();
  for (let block = to.keeper.blockNumber() + 1; block <= last; block++) {
    const content = await loadBatchContent(from.database.db, { firstBlock: block, lastBlock: block });
    if (content === null) throw new RangeError(`no block ${block}`);
    const { data, commitment } = calldataOf(content.blocks);
    const payouts = content.payouts.map(toPayout);
    const word = new Uint8Array(32).fill(block);
    const accepted = {
      number: block,
      firstBlock: block,
      lastBlock: block,
      submitter: 5n,
      header: headerOf(content, { circuit: "solo16", dataSource: "calldata" }),
      dataCommitment: commitment,
      payoutsHash: payoutListHash(payouts),
      content: { cells: data, payouts },
      l1Transaction: word,
      l1Block: block,
      l1BlockHash: word,
      l1Timestamp: 99,
      isFromArchive: false,
    } as const;
    await to.sequencer.rebuildFrom(block, "restored", async () => {
      await insertAcceptedBatch(db, accepted);
      await adoptBatch({ db, keeper: to.keeper, compress, domain: DOMAIN, nowMs: clock.nowMs }, accepted);
    });
  }
}

async function copyQueue(from: Db, to: Db): Promise<void> {
  const known = (await loadQueueEntries(to, 0, 1000)).length;
  await insertQueueEntries(to, await loadQueueEntries(from, known, 1000));
}
