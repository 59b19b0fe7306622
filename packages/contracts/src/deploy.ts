import { type BlockSize, CairnError, CIRCUIT_TYPE } from "@cairn/protocol";
import {
  type Account,
  type Address,
  type Chain,
  type ContractConstructorArgs,
  encodeDeployData,
  getContractAddress,
  type Hex,
  type PublicClient,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
  zeroAddress,
} from "viem";
import { type ContractArtefact, srsOfBytecode, type VerifierArtefact } from "./artefact.ts";
import type { ContractsErrorCode } from "./errors.ts";
import { rollupAbi } from "./generated/rollup-abi.ts";

/** Chains on which forgeable proofs are allowed: the usual ids of local development nodes. */
export const DEV_CHAIN_IDS: readonly number[] = [31337, 1337];

/** Parameters that a deployment fixes for ever. Spec: docs/spec/7-contract.md. */
export interface RollupParameters {
  /**
   * Has the exclusive right to submit as long as it does its work; must have no code; null leaves submission open to
   * all.
   */
  readonly operator: Address | null;
  readonly inclusionDelaySeconds: number;
  readonly operatorIdleDelaySeconds: number;
  readonly freezeDelaySeconds: number;
  /** Price of a queue entry when the queue is empty. */
  readonly queueBaseFeeWei: bigint;
}

/** Delays and fee of the specification; the operator is the deployer's choice. */
export const DEFAULT_ROLLUP_PARAMETERS: Omit<RollupParameters, "operator"> = {
  inclusionDelaySeconds: 24 * 3600,
  operatorIdleDelaySeconds: 6 * 3600,
  freezeDelaySeconds: 7 * 24 * 3600,
  queueBaseFeeWei: 200_000_000_000_000n,
};

/** Connections and contracts of a deployment. */
export interface DeployOptions {
  readonly walletClient: WalletClient<Transport, Chain, Account>;
  readonly publicClient: PublicClient<Transport, Chain>;
  readonly rollup: ContractArtefact;
  /** One verifier per block size that the rollup is to accept. */
  readonly verifiers: readonly VerifierArtefact[];
  readonly parameters: RollupParameters;
  /** Creates each contract; by default `walletClient` does, which remembers nothing of it. */
  readonly create?: CreateContract;
}

/** Creates a contract from its init code with arguments, and waits until L1 holds it. */
export type CreateContract = (
  name: string,
  data: Hex,
) => Promise<{ readonly address: Address; readonly receipt: TransactionReceipt }>;

/** A deployed rollup with its verifiers. */
export interface RollupDeployment {
  readonly chainId: number;
  readonly rollup: Address;
  readonly verifiers: readonly { readonly slots: BlockSize; readonly address: Address; readonly gasUsed: bigint }[];
  readonly transactionHash: Hex;
  /** L1 block that holds the rollup's creation; its events start there. */
  readonly blockNumber: bigint;
  readonly gasUsed: bigint;
}

/**
 * Deploys the verifiers, then the rollup, which checks that their code is that of the artefacts. Throws
 * `contracts/dev-verifier-refused` before anything is sent when a verifier is over the dev SRS and the chain is not in
 * {@link DEV_CHAIN_IDS}; `contracts/wrong-chain`; `contracts/deployment-failed`.
 */
export async function deployRollup(options: DeployOptions): Promise<RollupDeployment> {
  const { rollup, verifiers, parameters } = options;
  const chainId = await agreedChainId(options);
  assertVerifiersAllowed(chainId, verifiers);
  const create: CreateContract = options.create ?? ((name, data) => createByWallet(options, name, data));
  const deployed: (DeployedVerifier & { readonly gasUsed: bigint })[] = [];
  for (const verifier of verifiers) {
    const { address, receipt } = await create(verifier.name, verifier.bytecode);
    const { slots, runtimeCodeHash: codeHash } = verifier;
    deployed.push({ slots, address, gasUsed: receipt.gasUsed, codeHash });
  }
  const { address, receipt } = await create(rollup.name, rollupCreation(rollup, parameters, deployed));
  return {
    chainId,
    rollup: address,
    verifiers: deployed.map(({ slots, address: verifier, gasUsed }) => ({ slots, address: verifier, gasUsed })),
    transactionHash: receipt.transactionHash,
    blockNumber: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
  };
}

/** A verifier on the chain. */
export interface DeployedVerifier {
  readonly slots: BlockSize;
  readonly address: Address;
  /** keccak256 of its code. */
  readonly codeHash: Hex;
}

/** Init code of the rollup with its arguments. */
export function rollupCreation(
  { bytecode }: Pick<ContractArtefact, "bytecode">,
  parameters: RollupParameters,
  verifiers: readonly DeployedVerifier[],
): Hex {
  return encodeDeployData({ abi: rollupAbi, bytecode, args: rollupConstructorArguments(parameters, verifiers) });
}

/** Arguments of the rollup's constructor. */
export function rollupConstructorArguments(
  parameters: RollupParameters,
  verifiers: readonly DeployedVerifier[],
): ContractConstructorArgs<typeof rollupAbi> {
  return [
    {
      operator: parameters.operator ?? zeroAddress,
      inclusionDelay: BigInt(parameters.inclusionDelaySeconds),
      operatorIdleDelay: BigInt(parameters.operatorIdleDelaySeconds),
      freezeDelay: BigInt(parameters.freezeDelaySeconds),
      queueBaseFee: parameters.queueBaseFeeWei,
      circuits: verifiers.map(({ slots, address: verifier, codeHash: verifierCodeHash }) => ({
        circuitType: CIRCUIT_TYPE[slots],
        slots,
        verifier,
        verifierCodeHash,
      })),
    },
  ];
}

/**
 * Deploys a contract of this package other than the rollup, such as `DevToken`. Throws `contracts/deployment-failed`.
 */
export async function deployContract(
  options: Pick<DeployOptions, "walletClient" | "publicClient">,
  { name, abi, bytecode }: Pick<ContractArtefact, "name" | "abi" | "bytecode">,
  args: readonly unknown[],
): ReturnType<CreateContract> {
  return createByWallet(options, name, encodeDeployData({ abi, bytecode, args }));
}

/** {@link CreateContract} of a wallet that remembers nothing. Throws `contracts/deployment-failed`. */
export async function createByWallet(
  { walletClient, publicClient }: Pick<DeployOptions, "walletClient" | "publicClient">,
  name: string,
  data: Hex,
): ReturnType<CreateContract> {
  const failed = (cause?: unknown) =>
    new CairnError<ContractsErrorCode>("contracts/deployment-failed", `${name} was not deployed`, { cause });
  const from = walletClient.account.address;
  let nonce: number;
  let hash: Hex;
  try {
    nonce = await publicClient.getTransactionCount({ address: from, blockTag: "pending" });
    hash = await walletClient.sendTransaction({ data, nonce });
  } catch (cause) {
    throw failed(cause);
  }
  const receipt = await publicClient.waitForTransactionReceipt({ hash });
  // The address follows from what was signed; an RPC that names another could substitute its own contract.
  const address = getContractAddress({ from, nonce: BigInt(nonce) });
  const isSame = receipt.contractAddress?.toLowerCase() === address.toLowerCase();
  if (receipt.status !== "success" || !isSame) throw failed(receipt);
  return { address, receipt };
}

/**
 * Throws `contracts/dev-verifier-refused` if a verifier is, or may be, over the dev SRS and the chain is not for
 * development.
 */
export function assertVerifiersAllowed(
  chainId: number,
  verifiers: readonly Pick<VerifierArtefact, "name" | "srs" | "bytecode">[],
): void {
  if (DEV_CHAIN_IDS.includes(chainId)) return;
  for (const { name, srs, bytecode } of verifiers) {
    if (srs === "ignition" && srsOfBytecode(bytecode) === "ignition") continue;
    throw new CairnError<ContractsErrorCode>(
      "contracts/dev-verifier-refused",
      `${name} accepts proofs that anyone can forge; not allowed on chain ${chainId}`,
      { details: { chainId, verifier: name } },
    );
  }
}

/** The chain of wallet and reader. Throws `contracts/wrong-chain` when they differ. */
export async function agreedChainId({
  walletClient,
  publicClient,
}: Pick<DeployOptions, "walletClient" | "publicClient">): Promise<number> {
  const [wallet, reader] = await Promise.all([walletClient.getChainId(), publicClient.getChainId()]);
  if (wallet === reader) return wallet;
  throw new CairnError<ContractsErrorCode>("contracts/wrong-chain", `wallet on ${wallet}, reader on ${reader}`);
}
