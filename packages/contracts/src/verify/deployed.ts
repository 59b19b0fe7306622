import {
  type Address,
  BaseError,
  type Chain,
  ContractFunctionExecutionError,
  type ContractFunctionReturnType,
  getContractAddress,
  type Hex,
  HttpRequestError,
  isAddressEqual,
  type PublicClient,
  TimeoutError,
  type Transport,
} from "viem";
import { rollupAbi } from "../generated/rollup-abi.ts";
import { PROXY_SLOTS } from "./proxy.ts";

type View<Name extends "parameters" | "state"> = ContractFunctionReturnType<typeof rollupAbi, "view", Name>;

/** A contract and its code; `0x` when there is none. */
export interface DeployedCode {
  readonly address: Address;
  readonly code: Hex;
}

/** A circuit of the rollup, with the code of its verifier. */
export type DeployedCircuit = View<"parameters">["circuits"][number] & { readonly verifierCode: Hex };

/** What a rollup reports about itself. */
export interface RollupViews {
  readonly parameters: View<"parameters">;
  readonly state: View<"state">;
  readonly operator: Address;
  readonly proposedOperator: Address;
  readonly isFrozen: boolean;
  readonly accountTree: DeployedCode;
  readonly circuits: readonly DeployedCircuit[];
}

/** The transaction that created a contract. */
export interface Creation {
  readonly transactionHash: Hex;
  readonly from: Address;
  readonly blockNumber: bigint;
  /** Creation code and constructor arguments. */
  readonly input: Hex;
}

/** Everything that an L1 node says about a deployment, at one block. */
export interface DeployedRollup extends DeployedCode {
  readonly chainId: number;
  readonly blockNumber: bigint;
  /** Proxy slots that are not zero. */
  readonly proxySlots: readonly { readonly name: string; readonly value: Hex }[];
  /** Null when the contract does not answer as a rollup. */
  readonly views: RollupViews | null;
  /** The reason, when the transaction was not found. */
  readonly creation: Creation | { readonly missing: string };
}

/** What is known about the creation; otherwise it is searched for in old states, which not every L1 node keeps. */
export interface CreationHint {
  readonly transactionHash?: Hex;
  readonly blockNumber?: bigint;
}

/** Reads a deployment at the newest block. */
export async function readDeployment(
  reader: PublicClient<Transport, Chain>,
  address: Address,
  hint: CreationHint = {},
): Promise<DeployedRollup> {
  const { blockNumber, ...deployed } = await readContractAt(reader, address, hint);
  const views = deployed.code === "0x" ? null : await orNull(readViews(reader, address, blockNumber));
  return { ...deployed, blockNumber, views };
}

/** A contract at the newest block, without what it says about itself. */
export async function readContractAt(
  reader: PublicClient<Transport, Chain>,
  address: Address,
  hint: CreationHint,
): Promise<Omit<DeployedRollup, "views">> {
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

async function readViews(
  reader: PublicClient<Transport, Chain>,
  address: Address,
  blockNumber: bigint,
): Promise<RollupViews> {
  const at = { address, abi: rollupAbi, blockNumber } as const;
  const [parameters, state, operator, proposedOperator, isFrozen, treeAddress] = await Promise.all([
    reader.readContract({ ...at, functionName: "parameters" }),
    reader.readContract({ ...at, functionName: "state" }),
    reader.readContract({ ...at, functionName: "operator" }),
    reader.readContract({ ...at, functionName: "proposedOperator" }),
    reader.readContract({ ...at, functionName: "isFrozen" }),
    reader.readContract({ ...at, functionName: "accountTree" }),
  ]);
  const circuits = await Promise.all(
    parameters.circuits.map(async (circuit) => {
      return { ...circuit, verifierCode: await readCode(reader, circuit.verifier, blockNumber) };
    }),
  );
  const accountTree = { address: treeAddress, code: await readCode(reader, treeAddress, blockNumber) };
  return { parameters, state, operator, proposedOperator, isFrozen, accountTree, circuits };
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
): Promise<DeployedRollup["creation"]> {
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
