import {
  type Address,
  BaseError,
  type Chain,
  ContractFunctionExecutionError,
  getContractAddress,
  type Hex,
  HttpRequestError,
  isAddressEqual,
  type PublicClient,
  TimeoutError,
  type Transport,
} from "viem";
import { PROXY_SLOTS } from "./proxy.ts";

/** A contract and its code; `0x` when there is none. */
export interface DeployedCode {
  readonly address: Address;
  readonly code: Hex;
}

/** The transaction that created a contract. */
export interface Creation {
  readonly transactionHash: Hex;
  readonly from: Address;
  readonly blockNumber: bigint;
  /** Creation code and constructor arguments. */
  readonly input: Hex;
}

/** What an L1 node says about a contract, at one block. */
export interface DeployedContract extends DeployedCode {
  readonly chainId: number;
  readonly blockNumber: bigint;
  /** Proxy slots that are not zero. */
  readonly proxySlots: readonly { readonly name: string; readonly value: Hex }[];
  /** The reason, when the transaction was not found. */
  readonly creation: Creation | { readonly missing: string };
}

/** What is known about the creation; otherwise it is searched for in old states, which not every L1 node keeps. */
export interface CreationHint {
  readonly transactionHash?: Hex;
  readonly blockNumber?: bigint;
}

/** A contract at the newest block, without what it says about itself. */
export async function readContractAt(
  reader: PublicClient<Transport, Chain>,
  address: Address,
  hint: CreationHint,
): Promise<DeployedContract> {
  const [chainId, blockNumber] = await Promise.all([reader.getChainId(), reader.getBlockNumber()]);
  const code = await readCode(reader, address, blockNumber);
  const slots = await Promise.all(
    PROXY_SLOTS.map(async ({ name, slot }) => {
      return { name, value: (await reader.getStorageAt({ address, slot, blockNumber })) ?? "0x" };
    }),
  );
  return {
    chainId,
    blockNumber,
    address,
    code,
    proxySlots: slots.filter(({ value }) => BigInt(value === "0x" ? 0 : value) !== 0n),
    creation: code === "0x" ? { missing: "no contract" } : await findCreation(reader, address, hint),
  };
}

/** What a contract answers; null when it does not answer like the expected one, as opposed to an L1 node that fails. */
export async function orNull<T>(answers: Promise<T>): Promise<T | null> {
  try {
    return await answers;
  } catch (error) {
    const isUnreachable = error instanceof BaseError && error.walk(isTransportError) !== null;
    if (error instanceof ContractFunctionExecutionError && !isUnreachable) return null;
    throw error;
  }
}

function isTransportError(error: unknown): boolean {
  return error instanceof HttpRequestError || error instanceof TimeoutError;
}

/** Code at a block; `0x` when there is none. */
export async function readCode(reader: PublicClient, address: Address, blockNumber: bigint): Promise<Hex> {
  return (await reader.getCode({ address, blockNumber })) ?? "0x";
}

/** The transaction that created a contract, or why it is not known. */
export async function findCreation(
  reader: PublicClient,
  address: Address,
  { transactionHash, blockNumber: hinted }: CreationHint,
): Promise<DeployedContract["creation"]> {
  try {
    if (transactionHash !== undefined) {
      const found = await reader.getTransaction({ hash: transactionHash });
      if (found.blockNumber === null || !creates(found, address)) {
        return { missing: `transaction ${transactionHash} did not create the contract` };
      }
      return { ...found, transactionHash, blockNumber: found.blockNumber };
    }
    const found = hinted === undefined ? null : await creationIn(reader, address, hinted);
    if (found !== null) return found;
    const blockNumber = await firstBlockWithCode(reader, address);
    const searched = await creationIn(reader, address, blockNumber);
    return searched ?? { missing: `another contract created it in block ${blockNumber}` };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    const [reason] = error.shortMessage.split("\n");
    return { missing: `the L1 node cannot say (${reason}); name the transaction or use an archive node` };
  }
}

async function creationIn(reader: PublicClient, address: Address, blockNumber: bigint): Promise<Creation | null> {
  const { transactions } = await reader.getBlock({ blockNumber, includeTransactions: true });
  const found = transactions.find((transaction) => creates(transaction, address));
  return found === undefined ? null : { ...found, transactionHash: found.hash, blockNumber };
}

/** Whether a plain transaction created the contract: its address follows from the sender and the nonce. */
function creates(
  { to, from, nonce }: { readonly to: Address | null; readonly from: Address; readonly nonce: number },
  address: Address,
): boolean {
  return to === null && isAddressEqual(getContractAddress({ from, nonce: BigInt(nonce) }), address);
}

async function firstBlockWithCode(reader: PublicClient, address: Address): Promise<bigint> {
  let low = 0n;
  let high = await reader.getBlockNumber();
  while (low < high) {
    const middle = (low + high) / 2n;
    if ((await readCode(reader, address, middle)) === "0x") low = middle + 1n;
    else high = middle;
  }
  return low;
}
