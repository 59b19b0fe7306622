import { rollupAbi } from "@cairn/contracts";
import {
  cleanLogs,
  createRangeReader,
  findDeploymentBlock,
  isStillThere,
  type L1Access,
  type L1Block,
  type ReadRange,
  readMany,
} from "@cairn/l1";
import { addressToBigint, bigintToAddress, ETH_TOKEN_ID } from "@cairn/protocol";
import { type GetLogsReturnType, getAbiItem } from "viem";

/** Events after which something may be claimable, or an account or entry is settled. */
const EVENTS = [
  getAbiItem({ abi: rollupAbi, name: "PayoutDeferred" }),
  getAbiItem({ abi: rollupAbi, name: "SubmitterRewarded" }),
  getAbiItem({ abi: rollupAbi, name: "Exited" }),
  getAbiItem({ abi: rollupAbi, name: "Reclaimed" }),
] as const;

type PaymentLog = GetLogsReturnType<undefined, typeof EVENTS, true, bigint, bigint>[number];

/** Units by token; absent is 0. */
export type Amounts = ReadonlyMap<number, bigint>;

/** What was booked out in ways that the state does not show. */
export interface Payments {
  /** Claimable amounts by token. */
  readonly claimable: Amounts;
  /** Balances of accounts that exited after a freeze. */
  readonly exited: Amounts;
  /** Deposits and submitter's fees of queue entries that were reclaimed after a freeze. */
  readonly reclaimed: Amounts;
  readonly reclaimedFees: bigint;
}

/** Follows the rollup's payments from its creation on. */
export interface PaymentTracker {
  /**
   * The payments up to an L1 block; reads what is new since the last time, or everything after a reorganisation. Throws
   * `l1/unavailable`.
   */
  at(head: L1Block): Promise<Payments>;
}

interface Books {
  readonly exited: Map<number, bigint>;
  readonly reclaimed: Map<number, bigint>;
  reclaimedFees: bigint;
  /** Who may have something to claim in which token, by key. */
  readonly candidates: Map<string, readonly [tokenId: number, beneficiary: bigint]>;
}

/** A tracker that has read nothing yet. */
export function createPaymentTracker(access: L1Access): PaymentTracker {
  let books = emptyBooks();
  let last: L1Block | null = null;
  return {
    async at(head) {
      if (last !== null && (last.block > head.block || !(await isStillThere(access, last)))) last = null;
      const from = last === null ? ((await findDeploymentBlock(access, head.block)) ?? 0) : last.block + 1;
      // A copy, so that nothing is booked twice when a later range cannot be read and the next attempt starts over.
      const next = last === null ? emptyBooks() : copyOf(books);
      await readInto(next, access, from, head.block);
      books = next;
      last = head;
      return {
        exited: books.exited,
        reclaimed: books.reclaimed,
        reclaimedFees: books.reclaimedFees,
        claimable: await readClaimable(access, [...books.candidates.values()], head.block),
      };
    },
  };
}

/** `amounts` with `amount` more of a token. */
export function addAmount(amounts: Map<number, bigint>, tokenId: number, amount: bigint): void {
  amounts.set(tokenId, (amounts.get(tokenId) ?? 0n) + amount);
}

const readPaymentLogs: ReadRange<PaymentLog> = async ({ rollup }, range) => {
  const { address, reader } = rollup;
  const blocks = { fromBlock: BigInt(range.from), toBlock: BigInt(range.to) };
  return cleanLogs(await reader.getLogs({ address, events: EVENTS, strict: true, ...blocks }), address, range);
};

async function readInto(books: Books, access: L1Access, first: number, to: number): Promise<void> {
  const ranges = createRangeReader(access, readPaymentLogs);
  for (let from = first; from <= to; ) {
    const { read, events } = await ranges.forward({ from, to });
    for (const log of events) book(books, log);
    from = read.to + 1;
  }
}

function book(books: Books, log: PaymentLog): void {
  const mayClaim = (tokenId: number, address: string): void => {
    books.candidates.set(`${tokenId} ${address.toLowerCase()}`, [tokenId, addressToBigint(address)]);
  };
  switch (log.eventName) {
    case "PayoutDeferred":
      mayClaim(log.args.tokenId, log.args.recipient);
      return;
    case "SubmitterRewarded":
      if (!log.args.paid) mayClaim(ETH_TOKEN_ID, log.args.submitter);
      return;
    case "Exited":
      addAmount(books.exited, log.args.tokenId, log.args.amount);
      if (!log.args.paid) mayClaim(log.args.tokenId, log.args.owner);
      return;
    case "Reclaimed":
      addAmount(books.reclaimed, log.args.tokenId, log.args.amount);
      books.reclaimedFees += log.args.fee;
      mayClaim(log.args.tokenId, log.args.owner);
      mayClaim(ETH_TOKEN_ID, log.args.owner);
      return;
  }
}

async function readClaimable(
  access: L1Access,
  candidates: readonly (readonly [tokenId: number, beneficiary: bigint])[],
  block: number,
): Promise<Amounts> {
  const calls = candidates.map(([tokenId, beneficiary]) => [tokenId, bigintToAddress(beneficiary)] as const);
  const answers = await readMany(access, "claimable", calls, block);
  const claimable = new Map<number, bigint>();
  candidates.forEach(([tokenId], i) => {
    addAmount(claimable, tokenId, answers[i] ?? 0n);
  });
  return claimable;
}

function emptyBooks(): Books {
  return { exited: new Map(), reclaimed: new Map(), reclaimedFees: 0n, candidates: new Map() };
}

function copyOf({ exited, reclaimed, reclaimedFees, candidates }: Books): Books {
  return {
    exited: new Map(exited),
    reclaimed: new Map(reclaimed),
    reclaimedFees,
    candidates: new Map(candidates),
  };
}
