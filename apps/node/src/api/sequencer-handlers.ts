import type { Compress } from "@cairn/crypto";
import { type Database, findLastSealedBlock, readBlockHeights } from "@cairn/db";
import {
  accountIndex,
  addressToBigint,
  bigintToAddress,
  type Domain,
  isEmptyAccount,
  type SoloSize,
  type TokenId,
  tokenId,
} from "@cairn/protocol";
import { IDEMPOTENCY_HEADER, signedTransactionFromJson, wordToBigint } from "@cairn/rpc";
import { genesisRoot } from "@cairn/state";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { wordHex } from "../json.ts";
import { readProvableBatches } from "../provable-batches.ts";
import type { FeePolicy } from "../sequencer/fee-policy.ts";
import { MAX_ENTRIES_PER_PAGE } from "../sequencer/owner-accounts.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";
import { type AccountProofDeps, findAccountProof } from "./account-proofs.ts";
import { decodeCursor, encodeCursor } from "./cursors.ts";
import { rejectionError } from "./errors.ts";
import { found, type Handlers, type PartStatus } from "./handlers.ts";
import { createHistoryHandlers } from "./history-handlers.ts";
import { createRequestReads, createRequestWrites } from "./request-handlers.ts";
import { sumBalances, toAccount, toQuote } from "./resources.ts";
import { createTokenHandlers } from "./token-handlers.ts";

/** Dependencies of the handlers. */
export interface SequencerHandlerDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log?: EventLog;
  readonly sequencer: Sequencer;
  readonly keeper: AccountProofDeps["keeper"];
  readonly feePolicy: FeePolicy;
  readonly compress: Compress;
  readonly domain: Domain;
  readonly slotCount: SoloSize;
  readonly feeTokens: readonly TokenId[];
  readonly minValiditySeconds: number;
  readonly maxGroupSize: number;
  readonly roles: readonly string[];
  readonly version: string;
  readonly parts: () => Readonly<Record<string, PartStatus>>;
}

/** The API's operations in the sequencer's process. */
export function createSequencerHandlers(deps: SequencerHandlerDeps): Handlers {
  const { sequencer } = deps;
  const { db } = deps.database;
  return {
    ...createHistoryHandlers(
      deps.database,
      deps.clock,
      async (index) => !isEmptyAccount(sequencer.state().getAccount(accountIndex(index))),
      deps.log,
    ),
    ...createTokenHandlers(deps.database, deps.feeTokens),
    ...createRequestReads(deps.database, deps.clock),
    ...createRequestWrites(deps),
    submit: async ({ body, headers }) => {
      const idempotencyKey = headers?.[IDEMPOTENCY_HEADER];
      const outcome = await sequencer.submit(body.transactions.map(signedTransactionFromJson), { idempotencyKey });
      if (outcome.type === "rejected") throw rejectionError(outcome);
      return {
        transactions: outcome.transactions.map(({ id, status, inclusion }) => ({
          id: wordHex(id),
          status,
          inclusion: inclusion && { block: inclusion.blockNumber, slot: inclusion.slot },
        })),
      };
    },
    quote: async ({ query }) => {
      const quote = deps.feePolicy.quote(query.kind, tokenId(query.tokenId));
      return toQuote(found(quote ?? undefined, "token in which fees are accepted"));
    },
    accounts: async ({ query }) => {
      const { owner, tokenId: token, key, ownerKey, limit } = query;
      const [next] = decodeCursor("accounts", query.cursor, 1) ?? [];
      const page = sequencer.listAccounts({
        owner: addressToBigint(owner),
        tokenId: token === undefined ? undefined : tokenId(token),
        key: key === undefined ? undefined : wordToBigint(key),
        ownerKey,
        from: Math.max(next ?? 0, query.from ?? 0),
        limit,
      });
      return {
        accounts: page.accounts.map(({ index, account }) => toAccount(index, account)),
        next: page.next === null ? null : encodeCursor("accounts", [page.next]),
      };
    },
    ownerBalances: async ({ params, query }) => {
      const [from = 0] = decodeCursor("accounts", query.cursor, 1) ?? [];
      const { accounts, next } = sequencer.listAccounts({
        owner: addressToBigint(params.owner),
        tokenId: query.tokenId === undefined ? undefined : tokenId(query.tokenId),
        key: query.key === undefined ? undefined : wordToBigint(query.key),
        from,
        limit: MAX_ENTRIES_PER_PAGE,
      });
      return {
        balances: sumBalances(accounts.map(({ account }) => account)),
        block: sequencer.status().openBlock ?? sequencer.status().lastBlock,
        next: next === null ? null : encodeCursor("accounts", [next]),
      };
    },
    account: async ({ params }) => {
      const index = accountIndex(params.index);
      const account = sequencer.state().getAccount(index);
      return toAccount(index, found(isEmptyAccount(account) ? undefined : account, "account"));
    },
    accountProof: ({ params, query }) =>
      findAccountProof({ db, keeper: deps.keeper }, accountIndex(params.index), query),
    rollup: async () => {
      const [sealed, heights, provableBatches] = await Promise.all([
        findLastSealedBlock(db),
        readBlockHeights(db),
        readProvableBatches(db, deps.keeper),
      ]);
      return {
        chainId: Number(deps.domain.chainId),
        rollup: bigintToAddress(deps.domain.rollup),
        slots: deps.slotCount,
        nextIndex: sequencer.state().nextIndex(),
        root: wordHex(sealed?.seal?.newRoot ?? genesisRoot(deps.compress)),
        lastBlock: sealed?.number ?? 0,
        lastProvenBlock: heights.proven,
        lastFinalBlock: heights.final,
        minValiditySeconds: deps.minValiditySeconds,
        maxGroupSize: deps.maxGroupSize,
        feeTokens: [...deps.feeTokens],
        provableBatches,
      };
    },
    health: async () => ({ status: "ok", roles: [...deps.roles], version: deps.version }),
    ready: async () => {
      const parts = deps.parts();
      return { isReady: Object.values(parts).every(({ isReady }) => isReady), parts: { ...parts } };
    },
  };
}
