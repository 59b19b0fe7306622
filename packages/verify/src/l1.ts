import { rollupAbi } from "@cairn/contracts";
import { isMissingBlock, isRefusal, type L1Block, type L1HeadTag, l1Error } from "@cairn/l1";
import { addressToBigint, bigintToAddress, type Hex, isCairnError } from "@cairn/protocol";
import {
  type Address,
  BaseError,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  type DecodeFunctionResultParameters,
  decodeFunctionResult,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  isHex,
  numberToHex,
} from "viem";
import { verifyError } from "./errors.ts";

/** What is asked of a connection to L1: any viem client has it, and a wallet in a page (EIP-1193). */
export interface L1Requests {
  request(call: { readonly method: string; readonly params?: unknown }): Promise<unknown>;
}

/** A rollup, and the connection through which it is read: of the user's choice, not of the node that is checked. */
export interface VerifierL1 {
  readonly connection: L1Requests;
  readonly chainId: number;
  readonly address: Address;
}

/**
 * The rollup at an address, read through any viem client or EIP-1193 provider. Nothing is sent yet; that the connection
 * serves the chain is part of every check. Throws `protocol/bad-address`.
 *
 * @example const l1 = rollupOn(createClient({ transport: http(url) }), { chainId: 1, rollup: "0x5FbD…" });
 */
export function rollupOn(
  connection: L1Requests,
  { chainId, rollup }: { readonly chainId: number; readonly rollup: string },
): VerifierL1 {
  return { connection, chainId, address: bigintToAddress(addressToBigint(rollup)) };
}

/** What `version()` of the contracts answers whose batches this package understands. */
const CONTRACT_VERSION = 2n;
/** Code of EIP-1474's successor, the execution API, for a call that reverted. */
const REVERTED = 3;

/**
 * Throws `verify/wrong-chain` unless the RPC serves the rollup's chain, and `l1/not-a-rollup` unless a rollup of this
 * version is at the address, `l1/unavailable`.
 */
export async function assertRollup(l1: VerifierL1): Promise<void> {
  const { connection, chainId, address } = l1;
  const [served, version] = await asking("chain and contract", () =>
    Promise.all([connection.request({ method: "eth_chainId", params: [] }), readVersion(l1)]),
  );
  if (Number(served) !== chainId) {
    const reason = `the RPC serves chain ${Number(served)}, not ${chainId}`;
    throw verifyError("verify/wrong-chain", reason, { details: { served: Number(served) } });
  }
  if (version === CONTRACT_VERSION) return;
  throw l1Error("l1/not-a-rollup", `there is no Cairn rollup of version ${CONTRACT_VERSION} at ${address}`);
}

/** What the contract says of itself. */
export interface RollupState {
  /** Root of the accounts after the last accepted batch. */
  readonly root: bigint;
  /** Commits to all that was published, consumed and paid so far. */
  readonly history: bigint;
  /** The index that the next new account gets. */
  readonly nextIndex: number;
  readonly batchCount: number;
  /** The last block of the last batch, on L2. */
  readonly lastBlock: number;
  /** When the last batch was accepted, and of its last block: seconds since the epoch. */
  readonly lastBatchAt: number;
  readonly lastTimestamp: number;
  /** Whether someone else than the leader sent the last batch. */
  readonly isLastByStranger: boolean;
  /** Entries of the L1 queue that batches have consumed, and all. */
  readonly queueHead: number;
  readonly queueTail: number;
}

/** A head of L1, and the rollup as of it. */
export interface HeadOfL1 extends Pick<L1Block, "block" | "hash" | "timestamp">, RollupState {}

/**
 * A head and the rollup in it; null where the RPC has no such head, no rollup in it or not its state. Throws `l1/unavailable`,
 * also when the latest cannot be had.
 */
export async function readHeadOfL1(l1: VerifierL1, tag: L1HeadTag): Promise<HeadOfL1 | null> {
  return asking(`its ${tag} state`, async () => {
    try {
      const head = await readBlock(l1, tag);
      const state = head && (await readState(l1, numberToHex(head.block)));
      return head === null || state === null ? null : { ...head, ...state };
    } catch (error) {
      if (tag !== "latest" && (isMissingBlock(error, tag) || isRefusal(error))) return null;
      throw error;
    }
  });
}

/** The contract's commitment to a batch as of an L1 block; zero where it has none. Throws `l1/unavailable`. */
export function readCommitment(l1: VerifierL1, batch: number, block: number): Promise<Hex> {
  return asking(`the commitment to batch ${batch}`, () =>
    readRollupView(l1, block, "batchCommitment", [BigInt(batch)]),
  );
}

/** Whether the rollup is stopped for good, as of an L1 block. Throws `l1/unavailable`. */
export function readIsFrozen(l1: VerifierL1, block: number): Promise<boolean> {
  return asking("whether the rollup is frozen", () => readRollupView(l1, block, "isFrozen", []));
}

type View = ContractFunctionName<typeof rollupAbi, "view">;

/** What a function of the contract answers as of an L1 block; for {@link asking}. */
export async function readRollupView<Name extends View>(
  l1: VerifierL1,
  block: number,
  functionName: Name,
  args: ContractFunctionArgs<typeof rollupAbi, "view", Name>,
): Promise<ContractFunctionReturnType<typeof rollupAbi, "view", Name>> {
  // Which types belong to a name is known once the name is; viem's types do not express it before.
  const call = { abi: rollupAbi, functionName, args } as unknown;
  const calldata = encodeFunctionData(call as EncodeFunctionDataParameters<typeof rollupAbi, View>);
  const data = await callContract(l1, calldata, numberToHex(block));
  const answer = { abi: rollupAbi, functionName, args, data } as unknown;
  const decoded: unknown = decodeFunctionResult(answer as DecodeFunctionResultParameters<typeof rollupAbi, View>);
  return decoded as ContractFunctionReturnType<typeof rollupAbi, "view", Name>;
}

/** Wei for a unit of gas at the moment; for {@link asking}. */
export async function readGasPrice({ connection }: VerifierL1): Promise<bigint> {
  const price = await connection.request({ method: "eth_gasPrice", params: [] });
  if (isHex(price)) return BigInt(price);
  throw l1Error("l1/unavailable", "the RPC answers with something else than a price");
}

/** Throws `verify/l1-moved` unless L1 still has a block, `l1/unavailable`. */
export async function assertStillThere(
  l1: VerifierL1,
  { block, hash }: Pick<HeadOfL1, "block" | "hash">,
): Promise<void> {
  const now = await asking(`block ${block}`, () => readBlock(l1, numberToHex(block)));
  if (now?.hash === hash) return;
  throw verifyError("verify/l1-moved", `L1 has replaced its block ${block} during the check`);
}

/** Time of an L1 block, seconds since the epoch; for {@link asking}. */
export async function readTimeOfBlock(l1: VerifierL1, block: number): Promise<number> {
  const found = await readBlock(l1, numberToHex(block));
  if (found !== null) return found.timestamp;
  throw l1Error("l1/unavailable", `the RPC does not have block ${block}`);
}

/** Null where no contract answers, or another one. */
async function readVersion(l1: VerifierL1): Promise<bigint | null> {
  const call = { abi: rollupAbi, functionName: "version" } as const;
  const data = await callContract(l1, encodeFunctionData(call), "latest").catch((error: unknown) => {
    if (isReverted(error)) return "0x" as const;
    throw error;
  });
  return decoded(() => decodeFunctionResult({ ...call, data }));
}

async function readState(l1: VerifierL1, block: Hex): Promise<RollupState | null> {
  const call = { abi: rollupAbi, functionName: "state" } as const;
  const data = await callContract(l1, encodeFunctionData(call), block);
  const state = decoded(() => decodeFunctionResult({ ...call, data }));
  return (
    state && {
      root: BigInt(state.root),
      history: BigInt(state.history),
      nextIndex: state.nextIndex,
      batchCount: Number(state.batchCount),
      lastBlock: Number(state.lastBlock),
      lastBatchAt: Number(state.lastBatchAt),
      lastTimestamp: Number(state.lastTimestamp),
      isLastByStranger: state.lastByStranger,
      queueHead: Number(state.queueHead),
      queueTail: Number(state.queueTail),
    }
  );
}

async function callContract({ connection, address }: VerifierL1, data: Hex, block: Hex | "latest"): Promise<Hex> {
  const answer = await connection.request({ method: "eth_call", params: [{ to: address, data }, block] });
  if (isHex(answer)) return answer;
  throw l1Error("l1/unavailable", "the RPC answers with something else than bytes");
}

function decoded<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof BaseError) return null;
    throw error;
  }
}

/** Whether a contract refuses a call; how it is said differs from node to node. */
function isReverted(error: unknown): boolean {
  const isOne = (cause: unknown): boolean =>
    (typeof cause === "object" && cause !== null && "code" in cause && cause.code === REVERTED) ||
    (cause instanceof Error && /revert/i.test(cause.message));
  return isOne(error) || (error instanceof BaseError && error.walk(isOne) !== null);
}

/** A block; null where the RPC has none. */
async function readBlock(
  { connection }: VerifierL1,
  block: Hex | L1HeadTag,
): Promise<Pick<HeadOfL1, "block" | "hash" | "timestamp"> | null> {
  const found = await connection.request({ method: "eth_getBlockByNumber", params: [block, false] });
  if (found === null) return null;
  const { number, hash, timestamp }: Readonly<Record<string, unknown>> = Object(found);
  if (isHex(number) && isHex(hash) && isHex(timestamp)) {
    return { block: Number(number), hash, timestamp: Number(timestamp) };
  }
  throw l1Error("l1/unavailable", "the RPC answers with something else than a block");
}

/** Throws `l1/unavailable` for any failure that is not one of ours. */
export async function asking<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (isCairnError(cause)) throw cause;
    const reason = cause instanceof BaseError ? cause.shortMessage : String(cause);
    throw l1Error("l1/unavailable", `L1 cannot provide ${what}: ${reason}`, { cause });
  }
}
