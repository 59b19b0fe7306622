import type { Compress } from "@cairn/crypto";
import {
  countBlocks,
  type Database,
  findBatch,
  findBlock,
  findLastSealedBlock,
  findTransaction,
  listAccountTransactions,
  listBatches,
  listBlocks,
  listPayouts,
  listTransactionEvents,
  loadBlockTransactions,
  loadGroup,
  loadQueueEntries,
  type StoredBlock,
  type StoredTransaction,
} from "@cairn/db";
import {
  accountIndex,
  addressToBigint,
  type BlockSize,
  bigintToAddress,
  type Domain,
  isEmptyAccount,
  type TokenId,
  tokenId,
} from "@cairn/protocol";
import {
  type RouteName,
  type RouteRequest,
  type RouteResponse,
  signedTransactionFromJson,
  wordToBigint,
} from "@cairn/rpc";
import { genesisRoot } from "@cairn/state";
import { wordHex } from "../json.ts";
import type { FeePolicy } from "../sequencer/fee-policy.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";
import { ApiError, rejectionError } from "./errors.ts";
import { toAccount, toBatch, toBlock, toHistory, toPayout, toQueueEntry, toQuote, toSummary } from "./resources.ts";

/** What answers the API's operations. */
export type Handlers = {
  readonly [Name in RouteName]: (request: RouteRequest<Name>) => Promise<RouteResponse<Name>>;
};

/** One part of the node as readiness shows it. */
export interface PartStatus {
  readonly isReady: boolean;
  readonly state: string;
}

/** What the handlers read from. */
export interface HandlerDeps {
  readonly database: Database;
  readonly sequencer: Sequencer;
  readonly feePolicy: FeePolicy;
  readonly compress: Compress;
  readonly domain: Domain;
  readonly slotCount: BlockSize;
  readonly feeTokens: readonly TokenId[];
  readonly minValiditySeconds: number;
  readonly maxGroupSize: number;
  readonly roles: readonly string[];
  readonly version: string;
  readonly parts: () => Readonly<Record<string, PartStatus>>;
}

/** The API's operations over a sequencer and its database. */
export function createHandlers(deps: HandlerDeps): Handlers {
  const { sequencer } = deps;
  const { db } = deps.database;

  const withBlocks = async (transactions: readonly StoredTransaction[]) => {
    const numbers = new Set(transactions.flatMap(({ inclusion }) => inclusion?.blockNumber ?? []));
    const blocks = await Promise.all([...numbers].map((number) => findBlock(db, number)));
    const byNumber = new Map(blocks.flatMap((block) => (block === undefined ? [] : [[block.number as number, block]])));
    return transactions.map((transaction) => toSummary(transaction, blockOf(transaction, byNumber)));
  };

  return {
    submit: async ({ body }) => {
      const outcome = await sequencer.submit(body.transactions.map(signedTransactionFromJson));
      if (outcome.type === "rejected") throw rejectionError(outcome);
      return {
        transactions: outcome.transactions.map(({ id, status, inclusion }) => ({
          id: wordHex(id),
          status,
          inclusion: inclusion && { block: inclusion.blockNumber, slot: inclusion.slot },
        })),
      };
    },
    transaction: async ({ params }) => {
      const transaction = found(await findTransaction(db, wordToBigint(params.id)), "transaction");
      const block = transaction.inclusion ? await findBlock(db, transaction.inclusion.blockNumber) : undefined;
      const events = await listTransactionEvents(db, transaction.id);
      const group = await groupIds(transaction);
      return { ...toSummary(transaction, block), group, history: toHistory(transaction, block, events) };
    },
    quote: async ({ query }) => {
      const quote = deps.feePolicy.quote(query.kind, tokenId(query.tokenId));
      return toQuote(found(quote ?? undefined, "token in which fees are taken"));
    },
    accounts: async ({ query }) => {
      const state = sequencer.state();
      const indices = sequencer.findByOwner(addressToBigint(query.owner));
      const accounts = indices.map((index) => toAccount(index, state.getAccount(index)));
      return {
        accounts: accounts.filter((account) => query.tokenId === undefined || account.tokenId === query.tokenId),
      };
    },
    account: async ({ params }) => {
      const index = accountIndex(params.index);
      const account = sequencer.state().getAccount(index);
      return toAccount(index, found(isEmptyAccount(account) ? undefined : account, "account"));
    },
    accountTransactions: async ({ params, query }) => {
      const rows = await listAccountTransactions(db, params.index, query);
      return {
        transactions: await withBlocks(rows),
        next: rows.length < query.limit ? null : (rows.at(-1)?.sequence ?? null),
      };
    },
    blocks: async ({ query }) => {
      const blocks = await listBlocks(db, query);
      return {
        blocks: blocks.map(toBlock),
        next: blocks.length < query.limit ? null : (blocks.at(-1)?.number ?? null),
      };
    },
    block: async ({ params }) => toBlock(found(await findBlock(db, params.number), "block")),
    blockTransactions: async ({ params }) => {
      const block = found(await findBlock(db, params.number), "block");
      const rows = await loadBlockTransactions(db, params.number);
      return { transactions: rows.map((row) => toSummary(row, block)) };
    },
    batches: async ({ query }) => {
      const batches = await listBatches(db, query);
      const next = batches.length < query.limit ? null : (batches.at(-1)?.firstBlock ?? null);
      return { batches: batches.map(toBatch), next };
    },
    batch: async ({ params }) => toBatch(found(await findBatch(db, params.firstBlock), "batch")),
    payouts: async ({ query }) => {
      const recipient = query.recipient === undefined ? undefined : addressToBigint(query.recipient);
      const { status, before: beforeBlock, limit } = query;
      return { payouts: (await listPayouts(db, { recipient, status, beforeBlock, limit })).map(toPayout) };
    },
    queue: async ({ query }) => {
      const [last] = await listBlocks(db, { limit: 1 });
      const processed = last === undefined ? 0 : last.firstQueueIndex + last.l1OperationCount;
      const entries = await loadQueueEntries(db, query.from, query.limit);
      return { entries: entries.map((entry) => toQueueEntry(entry, processed)), processed };
    },
    rollup: async () => {
      const [sealed, counts] = await Promise.all([findLastSealedBlock(db), countBlocks(db)]);
      return {
        chainId: Number(deps.domain.chainId),
        rollup: bigintToAddress(deps.domain.rollup),
        slots: deps.slotCount,
        nextIndex: sequencer.state().nextIndex(),
        root: wordHex(sealed?.seal?.newRoot ?? genesisRoot(deps.compress)),
        lastBlock: sealed?.number ?? 0,
        lastProvenBlock: counts.proven + counts.final,
        lastFinalBlock: counts.final,
        minValiditySeconds: deps.minValiditySeconds,
        maxGroupSize: deps.maxGroupSize,
        feeTokens: [...deps.feeTokens],
      };
    },
    health: async () => ({ status: "ok", roles: [...deps.roles], version: deps.version }),
    ready: async () => {
      const parts = deps.parts();
      return { isReady: Object.values(parts).every(({ isReady }) => isReady), parts: { ...parts } };
    },
  };

  async function groupIds(transaction: StoredTransaction): Promise<string[]> {
    if (transaction.groupSize === 1) return [wordHex(transaction.id)];
    return (await loadGroup(db, transaction.groupId)).map(({ id }) => wordHex(id));
  }
}

function blockOf({ inclusion }: StoredTransaction, blocks: ReadonlyMap<number, StoredBlock>): StoredBlock | undefined {
  return inclusion === null ? undefined : blocks.get(inclusion.blockNumber);
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ApiError("not-found", `there is no such ${what}`);
  return value;
}
