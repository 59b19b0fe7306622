import { rollupAbi } from "@cairn/contracts";
import {
  isAnswer,
  isMissingBlock,
  isNothingThere,
  isRefusal,
  type L1Block,
  type L1HeadTag,
  type L1Reader,
  l1Error,
} from "@cairn/l1";
import { addressToBigint, bigintToAddress, type Hex, isCairnError } from "@cairn/protocol";
import { type Account, type Address, BaseError, type Chain, type Client, type Transport } from "viem";
import { getBlock, getChainId, readContract } from "viem/actions";
import { verifyError } from "./errors.ts";

/** What is asked of a connection to L1; viem's public client has it. */
export type VerifierReader = Pick<L1Reader, "getBlock" | "getChainId" | "readContract">;

/** A rollup, and the connection through which it is read: of the user's choice, not of the node that is checked. */
export interface VerifierL1 {
  readonly reader: VerifierReader;
  readonly chainId: number;
  readonly address: Address;
}

/**
 * The rollup at an address, read through any viem client by single actions. Nothing is sent yet; that the client serves
 * the chain is part of every check. Throws `protocol/bad-address`.
 *
 * @example const l1 = rollupOn(createClient({ transport: http(url) }), { chainId: 1, rollup: "0x5FbD…" });
 */
export function rollupOn(
  client: Client<Transport, Chain | undefined, Account | undefined>,
  { chainId, rollup }: { readonly chainId: number; readonly rollup: string },
): VerifierL1 {
  const bound = (action: (client: Client, args: never) => unknown) => (args: never) => action(client, args);
  const reader = {
    getBlock: bound(getBlock),
    getChainId: () => getChainId(client),
    readContract: bound(readContract),
  };
  // viem's methods are generic over the client that they are bound to; binding loses that.
  return { reader: reader as unknown as VerifierReader, chainId, address: bigintToAddress(addressToBigint(rollup)) };
}

/** What `version()` of the contracts answers whose batches this package understands. */
const CONTRACT_VERSION = 2n;

/**
 * Throws `verify/wrong-chain` unless the RPC serves the rollup's chain, and `l1/not-a-rollup` unless a rollup of this
 * version is at the address, `l1/unavailable`.
 */
export async function assertRollup({ reader, chainId, address }: VerifierL1): Promise<void> {
  const [served, version] = await asking("chain and contract", () =>
    Promise.all([
      reader.getChainId(),
      reader.readContract({ address, abi: rollupAbi, functionName: "version" }).catch((cause: unknown) => {
        if (isAnswer(cause)) return null;
        throw cause;
      }),
    ]),
  );
  if (served !== chainId) {
    throw verifyError("verify/wrong-chain", `the RPC serves chain ${served}, not ${chainId}`, { details: { served } });
  }
  if (version === CONTRACT_VERSION) return;
  throw l1Error("l1/not-a-rollup", `there is no Cairn rollup of version ${CONTRACT_VERSION} at ${address}`);
}

/** A head of L1, and how many batches the rollup has accepted up to it. */
export interface HeadOfL1 extends Pick<L1Block, "block" | "hash" | "timestamp"> {
  readonly batchCount: number;
}

/**
 * A head and its batches; null where the RPC has no such head, no rollup in it or not its state, except that the latest must be
 * there. Throws `l1/unavailable`.
 */
export async function readHeadOfL1({ reader, address }: VerifierL1, tag: L1HeadTag): Promise<HeadOfL1 | null> {
  return asking(`its ${tag} state`, async () => {
    try {
      const { number, hash, timestamp } = await reader.getBlock({ blockTag: tag });
      if (number === null || hash === null) return null;
      const contract = { address, abi: rollupAbi, functionName: "state", blockNumber: number } as const;
      const { batchCount } = await reader.readContract(contract);
      return { block: Number(number), hash, timestamp: Number(timestamp), batchCount: Number(batchCount) };
    } catch (error) {
      if (tag !== "latest" && (isMissingBlock(error, tag) || isNothingThere(error) || isRefusal(error))) return null;
      throw error;
    }
  });
}

/** The contract's commitment to a batch as of an L1 block; zero where it has none. Throws `l1/unavailable`. */
export function readCommitment({ reader, address }: VerifierL1, batch: number, block: number): Promise<Hex> {
  return asking(`the commitment to batch ${batch}`, () =>
    reader.readContract({
      address,
      abi: rollupAbi,
      functionName: "batchCommitment",
      args: [BigInt(batch)],
      blockNumber: BigInt(block),
    }),
  );
}

/** Throws `verify/l1-moved` unless L1 still has a block, `l1/unavailable`. */
export async function assertStillThere({ reader }: VerifierL1, { block, hash }: HeadOfL1): Promise<void> {
  const now = await asking(`block ${block}`, () => reader.getBlock({ blockNumber: BigInt(block) }));
  if (now.hash === hash) return;
  throw verifyError("verify/l1-moved", `L1 has replaced its block ${block} during the check`);
}

async function asking<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (isCairnError(cause)) throw cause;
    const reason = cause instanceof BaseError ? cause.shortMessage : String(cause);
    throw l1Error("l1/unavailable", `L1 cannot provide ${what}: ${reason}`, { cause });
  }
}
