import { rollupAbi } from "@cairn/contracts";
import {
  type Database,
  deleteTokensAbove,
  findLastTokenId,
  loadTokensReadSince,
  type StoredToken,
  storeTokens,
} from "@cairn/db";
import { type L1Access, readTokenMetadata } from "@cairn/l1";
import { addressToBigint, bigintToAddress } from "@cairn/protocol";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { createPoller, type Poller } from "../poller.ts";

/** Dependencies of the reader of tokens. */
export interface TokenReaderDeps {
  readonly database: Database;
  readonly access: L1Access;
  readonly clock: Clock;
  readonly logger: Logger;
}

const POLL_MS = 30_000;
const MAX_PAUSE_MS = 600_000;
/** Contracts asked in one run: anyone may register any number of tokens. */
const MAX_PER_RUN = 32;
/** A younger registration may yet be removed by a reorg, and its number go to another token. */
const SETTLED_MS = 3_600_000;

/** Keeps the stored tokens as L1 has them: numbers, contracts, symbols, decimals. Not started. */
export function createTokenReader({ database: { db }, access, clock, logger }: TokenReaderDeps): Poller {
  const read = async (id: number): Promise<StoredToken> => readToken(access, id, clock.nowMs());

  /** Young ones whose numbers have gone to other contracts, which may even have the same addresses. */
  const findMoved = async (): Promise<StoredToken[]> => {
    const young = await loadTokensReadSince(db, clock.nowMs() - SETTLED_MS, MAX_PER_RUN);
    const moved: StoredToken[] = [];
    for (const before of young) {
      const now = await read(before.id);
      const isSame = now.address === before.address && now.symbol === before.symbol && now.decimals === before.decimals;
      if (!isSame) moved.push(now);
    }
    return moved;
  };

  const run = async (): Promise<void> => {
    const count = await readTokenCount(access);
    await deleteTokensAbove(db, count);
    const first = (await findLastTokenId(db)) + 1;
    const tokens = await findMoved();
    for (let id = first; id <= Math.min(count, first + MAX_PER_RUN - 1); id++) tokens.push(await read(id));
    await storeTokens(db, tokens);
    for (const { id } of tokens) logger.info({ token: id }, "token registered");
  };
  return createPoller({
    run,
    clock,
    logger,
    failure: "tokens could not be read",
    pollMs: POLL_MS,
    maxPauseMs: MAX_PAUSE_MS,
  });
}

function readTokenCount({ rollup, call }: L1Access): Promise<number> {
  const { reader, address } = rollup;
  return call("the number of tokens", () =>
    reader.readContract({ address, abi: rollupAbi, functionName: "tokenCount" }),
  );
}

/** In lower case. */
async function readTokenAddress({ rollup, call }: L1Access, id: number): Promise<string> {
  const { reader, address } = rollup;
  const contract = await call(`the contract of token ${id}`, () =>
    reader.readContract({ address, abi: rollupAbi, functionName: "tokenAddress", args: [id] }),
  );
  return contract.toLowerCase();
}

async function readToken(access: L1Access, id: number, readAtMs: number): Promise<StoredToken> {
  const contract = addressToBigint(await readTokenAddress(access, id));
  const { reader } = access.rollup;
  const metadata = await access.call(`what token ${id} says of itself`, () =>
    readTokenMetadata(reader, bigintToAddress(contract)),
  );
  return { id, address: contract, ...metadata, readAtMs };
}
