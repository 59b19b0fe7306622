import { erc20Abi, fixedOperatorAbi, rollupAbi } from "@cairn/contracts";
import { isStillThere, type L1Access, type L1Block, readMany } from "@cairn/l1";
import { addressToBigint, ETH_TOKEN_ID } from "@cairn/protocol";
import { type Address, BaseError, zeroAddress } from "viem";
import { allPayouts, type BatchPayouts, findUnpaidPayouts, type UnpaidPayout } from "../exit/payouts.ts";
import type { RestoredState } from "../restored-state.ts";
import { balanceSums, computeOwed, type Owed, sumBalances } from "./owed.ts";
import { type Amounts, createPaymentTracker } from "./payments.ts";

/** A token that the rollup holds or owes. */
export interface TokenObservation {
  readonly tokenId: number;
  /** What the token contract, or L1 for ETH, says the rollup has; null when the token does not answer. */
  readonly balance: bigint | null;
  /** What the rollup says it owes. */
  readonly custody: bigint;
  /** What it owes according to the published data. */
  readonly owed: Owed;
}

/** A rollup at one L1 block, with the restored state that agrees with it. */
export interface Observation {
  readonly head: L1Block;
  readonly batch: number;
  /** Who has precedence in submitting; 0 when nobody has. */
  readonly operator: bigint;
  /** Who may take over from a fixed operator; 0 when nobody may, or when another policy decides. */
  readonly proposedOperator: bigint;
  readonly isSubmissionOpen: boolean;
  readonly isFrozen: boolean;
  readonly canFreeze: boolean;
  readonly waitingEntries: number;
  readonly overdueEntries: number;
  /** L1 time of the oldest waiting entry, in seconds; null if none is waiting. */
  readonly oldestEntryAt: number | null;
  readonly unpaid: readonly UnpaidPayout[];
  readonly tokens: readonly TokenObservation[];
}

/** Makes successive observations and remembers what cannot have changed in between. */
export interface Observer {
  /** Precondition: the state agrees with the contract at `head`. Throws `l1/unavailable`, `restore/incomplete`. */
  observe(head: L1Block): Promise<Observation>;
}

/** How an observer works. */
export interface ObserverOptions {
  /** Runs the summing up of all balances to its end, with pauses for instance; without pauses by default. */
  readonly sumBalances?: (steps: Generator<void, Amounts, void>) => Promise<Amounts>;
}

/** An observer of the rollup of a restored state. See {@link findAlarms}. */
export function createObserver(
  access: L1Access,
  restored: RestoredState,
  { sumBalances: run }: ObserverOptions = {},
): Observer {
  const payments = createPaymentTracker(access);
  let unsettled: readonly BatchPayouts[] = [];
  let last: { readonly head: L1Block; readonly batch: number } | null = null;
  let balances: { readonly root: bigint; readonly sums: Amounts } | null = null;

  const findUnpaid = async (head: L1Block): Promise<UnpaidPayout[]> => {
    const { batch } = restored.position();
    // A reorganisation may have replaced batches and undone payments of any batch: then all lists are checked.
    const first = last === null || !(await isStillThere(access, last.head)) ? 1 : last.batch + 1;
    const lists = [...(first === 1 ? [] : unsettled), ...allPayouts(restored, first)];
    const unpaid = await findUnpaidPayouts(access, lists, head.block);
    const open = new Set(unpaid.map(({ batch: of }) => of));
    unsettled = lists.filter(({ batch: of }) => open.has(of));
    last = { head, batch };
    return unpaid;
  };

  return {
    async observe(head) {
      const root = restored.tree.root();
      if (balances?.root !== root) {
        const { tree } = restored;
        balances = { root, sums: run === undefined ? sumBalances(tree) : await run(balanceSums(tree)) };
      }
      const [contract, unpaid, paid] = [await readFlags(access, head), await findUnpaid(head), await payments.at(head)];
      const owed = computeOwed({ balances: balances.sums, waiting: restored.waiting(), unpaid, payments: paid });
      return {
        head,
        batch: restored.position().batch,
        ...contract,
        unpaid,
        tokens: await readTokens(access, owed, head.block),
      };
    },
  };
}

type Flags = Omit<Observation, "head" | "batch" | "unpaid" | "tokens">;

async function readFlags(access: L1Access, { block, timestamp }: L1Block): Promise<Flags> {
  const { address, reader } = access.rollup;
  const contract = { address, abi: rollupAbi, blockNumber: BigInt(block) } as const;
  const proposed = await readProposed(access, block);
  return access.call("the rollup's state", async () => {
    const [state, operator, isSubmissionOpen, isFrozen, canFreeze, overdue] = await Promise.all([
      reader.readContract({ ...contract, functionName: "state" }),
      reader.readContract({ ...contract, functionName: "leader" }),
      reader.readContract({ ...contract, functionName: "isSubmissionOpen" }),
      reader.readContract({ ...contract, functionName: "isFrozen" }),
      reader.readContract({ ...contract, functionName: "canFreeze" }),
      reader.readContract({ ...contract, functionName: "overdueCount", args: [BigInt(timestamp)] }),
    ]);
    const { queueHead, queueTail } = state;
    const isEmpty = queueHead === queueTail;
    const oldest = isEmpty
      ? null
      : await reader.readContract({ ...contract, functionName: "queueEntry", args: [queueHead] });
    return {
      operator: addressToBigint(operator),
      proposedOperator: addressToBigint(proposed),
      isSubmissionOpen,
      isFrozen,
      canFreeze,
      waitingEntries: Number(queueTail - queueHead),
      overdueEntries: Number(overdue),
      oldestEntryAt: oldest === null ? null : Number(oldest.enqueuedAt),
    };
  });
}

/** The operator that a fixed operator proposed; 0 for another policy, or none. */
async function readProposed({ rollup, call }: L1Access, block: number): Promise<Address> {
  const { address, reader } = rollup;
  const blockNumber = BigInt(block);
  const { policy } = await call("the rollup's parameters", () =>
    reader.readContract({ address, abi: rollupAbi, functionName: "parameters", blockNumber }),
  );
  try {
    return await call("the proposed operator", () =>
      reader.readContract({
        address: policy,
        abi: fixedOperatorAbi,
        functionName: "proposedOperator",
        blockNumber,
      }),
    );
  } catch (error) {
    // A policy may be any contract, or none.
    if (error instanceof BaseError) return zeroAddress;
    throw error;
  }
}

async function readTokens(
  access: L1Access,
  owed: ReadonlyMap<number, Owed>,
  block: number,
): Promise<TokenObservation[]> {
  const { rollup, call } = access;
  const count = await call("the number of tokens", () =>
    rollup.reader.readContract({
      address: rollup.address,
      abi: rollupAbi,
      functionName: "tokenCount",
      blockNumber: BigInt(block),
    }),
  );
  const ids = [...new Set([...Array.from({ length: count + 1 }, (_, id) => id), ...owed.keys()])];
  const custodies = await readMany(
    access,
    "custody",
    ids.map((id) => [id] as const),
    block,
  );
  const held = ids
    .map((tokenId, i) => ({ tokenId, custody: custodies[i] ?? 0n, owed: owed.get(tokenId) ?? NOTHING }))
    .filter(({ custody, owed: parts }) => custody > 0n || parts !== NOTHING);
  return Promise.all(
    held.map(async (token) => ({ ...token, balance: await readBalance(access, token.tokenId, block) })),
  );
}

const NOTHING: Owed = { balances: 0n, waitingDeposits: 0n, submitterFees: 0n, unpaidPayouts: 0n, claimable: 0n };

async function readBalance({ rollup, call }: L1Access, tokenId: number, block: number): Promise<bigint | null> {
  const { address, reader } = rollup;
  const blockNumber = BigInt(block);
  if (tokenId === ETH_TOKEN_ID) return call("the rollup's ETH", () => reader.getBalance({ address, blockNumber }));
  try {
    return await call(`the rollup's balance in token ${tokenId}`, async () => {
      const token = await reader.readContract({
        address,
        abi: rollupAbi,
        functionName: "tokenAddress",
        args: [tokenId],
        blockNumber,
      });
      return reader.readContract({
        address: token,
        abi: erc20Abi,
        functionName: "balanceOf",
        args: [address],
        blockNumber,
      });
    });
  } catch (error) {
    if (error instanceof BaseError) return null;
    throw error;
  }
}
