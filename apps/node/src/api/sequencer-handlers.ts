import type { Compress } from "@cairn/crypto";
import { countBlocks, type Database, findLastSealedBlock } from "@cairn/db";
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
import { signedTransactionFromJson, wordToBigint } from "@cairn/rpc";
import { genesisRoot } from "@cairn/state";
import { wordHex } from "../json.ts";
import type { FeePolicy } from "../sequencer/fee-policy.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";
import { rejectionError } from "./errors.ts";
import { found, type Handlers, type PartStatus } from "./handlers.ts";
import { createHistoryHandlers } from "./history-handlers.ts";
import { toAccount, toQuote } from "./resources.ts";

/** Dependencies of the handlers. */
export interface SequencerHandlerDeps {
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

/** The API's operations in the sequencer's process. */
export function createSequencerHandlers(deps: SequencerHandlerDeps): Handlers {
  const { sequencer } = deps;
  const { db } = deps.database;
  return {
    ...createHistoryHandlers(deps.database, async (index) => {
      return !isEmptyAccount(sequencer.state().getAccount(accountIndex(index)));
    }),
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
    quote: async ({ query }) => {
      const quote = deps.feePolicy.quote(query.kind, tokenId(query.tokenId));
      return toQuote(found(quote ?? undefined, "token in which fees are accepted"));
    },
    accounts: async ({ query }) => {
      const { owner, tokenId: token, key, ...rest } = query;
      const { accounts, next } = sequencer.listAccounts({
        owner: addressToBigint(owner),
        tokenId: token === undefined ? undefined : tokenId(token),
        key: key === undefined ? undefined : wordToBigint(key),
        ...rest,
      });
      return { accounts: accounts.map(({ index, account }) => toAccount(index, account)), next };
    },
    account: async ({ params }) => {
      const index = accountIndex(params.index);
      const account = sequencer.state().getAccount(index);
      return toAccount(index, found(isEmptyAccount(account) ? undefined : account, "account"));
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
}
