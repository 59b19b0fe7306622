import {
  blockCapacity,
  CairnError,
  LAST_CIRCUIT_TYPE,
  type LastCircuit,
  MAX_BATCH_L1_OPERATIONS,
} from "@cairn/protocol";
import {
  type Account,
  type Address,
  type Chain,
  type ContractConstructorArgs,
  encodeDeployData,
  getContractAddress,
  type Hex,
  keccak256,
  type PublicClient,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
  zeroAddress,
  zeroHash,
} from "viem";
import type { CompiledContract } from "./compiled.ts";
import type { ContractsErrorCode } from "./errors.ts";
import { fixedOperatorAbi } from "./generated/fixed-operator-abi.ts";
import { rollupAbi } from "./generated/rollup-abi.ts";
import { type SrsKind, srsOfBytecode } from "./srs.ts";

/** Chains on which forgeable proofs are allowed: the usual ids of local development nodes. */
export const DEV_CHAIN_IDS: readonly number[] = [31337, 1337];

/** Parameters that a deployment fixes for ever. Spec: docs/spec/7-contract.md. */
export interface RollupParameters {
  readonly inclusionDelaySeconds: number;
  readonly operatorIdleDelaySeconds: number;
  /** For how long the leader is alone again after a stranger's batch. */
  readonly returnDelaySeconds: number;
  readonly freezeDelaySeconds: number;
  /** Price of a queue entry when the queue is empty. */
  readonly queueBaseFeeWei: bigint;
}

/** Delays and fee of the specification. */
export const DEFAULT_ROLLUP_2_PARAMETERS: RollupParameters = {
  inclusionDelaySeconds: 24 * 3600,
  operatorIdleDelaySeconds: 6 * 3600,
  returnDelaySeconds: 3600,
  freezeDelaySeconds: 7 * 24 * 3600,
  queueBaseFeeWei: 200_000_000_000_000n,
};

/** L1 operations that a batch of each last circuit can consume: what the circuit has room for, and not one more. */
export const L1_CAPACITY: Readonly<Record<LastCircuit, number>> = {
  solo16: blockCapacity(16),
  solo64: blockCapacity(64),
  solo256: blockCapacity(256),
  batch: MAX_BATCH_L1_OPERATIONS,
  pair: MAX_BATCH_L1_OPERATIONS,
};

/** A policy on the chain. */
export interface DeployedPolicy {
  readonly address: Address;
  /** keccak256 of its code. */
  readonly codeHash: Hex;
}

/** A verifier of a last circuit on the chain. */
export interface DeployedVerifier {
  readonly circuit: LastCircuit;
  readonly address: Address;
  /** keccak256 of its code. */
  readonly codeHash: Hex;
}

/** Wallet that pays for a deployment, and a reader of the same chain. */
export interface DeployClients {
  readonly walletClient: WalletClient<Transport, Chain, Account>;
  readonly publicClient: PublicClient<Transport, Chain>;
}

/** Creates a contract from its init code with arguments, and waits until L1 holds it. */
export type CreateContract = (
  name: string,
  data: Hex,
) => Promise<{ readonly address: Address; readonly receipt: TransactionReceipt }>;

/** Connections and contracts of a deployment. */
export interface DeployOptions extends DeployClients {
  readonly rollup: CompiledContract;
  /** The policy `FixedOperator`, and the plain account that is to have its role; null for no policy. */
  readonly fixedOperator: { readonly contract: CompiledContract; readonly operator: Address } | null;
  /** One verifier per circuit whose proofs the rollup is to accept. */
  readonly verifiers: readonly { readonly circuit: LastCircuit; readonly contract: CompiledContract }[];
  readonly parameters?: RollupParameters;
  /** Creates each contract; by default `walletClient` does, which remembers nothing of it. */
  readonly create?: CreateContract;
}

/** A deployed rollup with its verifiers. */
export interface RollupDeployment {
  readonly chainId: number;
  readonly rollup: Address;
  /** Null without a policy. */
  readonly policy: Address | null;
  /** Of the policy's creation; 0 without. */
  readonly policyGasUsed: bigint;
  readonly verifiers: readonly { readonly circuit: LastCircuit; readonly address: Address; readonly gasUsed: bigint }[];
  /** The rollup's creation; its events start there. */
  readonly transactionHash: Hex;
  readonly blockNumber: bigint;
  readonly gasUsed: bigint;
}

/**
 * Deploys verifiers and policy, then the rollup, which checks that their code is that of the compiled contracts. Throws
 * `contracts/dev-verifier-refused` before anything is sent when a verifier is over the dev SRS and the chain is not in
 * {@link DEV_CHAIN_IDS}; `contracts/wrong-chain`; `contracts/deployment-failed`.
 *
 * @example const { rollup } = await deployRollup({ walletClient, publicClient, rollup, fixedOperator, verifiers });
 */
export async function deployRollup(options: DeployOptions): Promise<RollupDeployment> {
  const { rollup, fixedOperator, verifiers, parameters = DEFAULT_ROLLUP_2_PARAMETERS } = options;
  const chainId = await agreedChainId(options);
  const named = verifiers.map(({ contract: { name, bytecode } }) => ({ name, bytecode, srs: srsOfBytecode(bytecode) }));
  assertVerifiersAllowed(chainId, named);
  const create: CreateContract = options.create ?? ((name, data) => createByWallet(options, name, data));
  const deployed: (DeployedVerifier & { readonly gasUsed: bigint })[] = [];
  for (const { circuit, contract } of verifiers) {
    const { address, receipt } = await create(contract.name, contract.bytecode);
    deployed.push({ circuit, address, codeHash: keccak256(contract.runtimeCode), gasUsed: receipt.gasUsed });
  }
  const policy = fixedOperator === null ? null : await createFixedOperator(create, fixedOperator);
  const { address, receipt } = await create(rollup.name, rollupCreation(rollup, parameters, policy, deployed));
  return {
    chainId,
    rollup: address,
    policy: policy?.address ?? null,
    policyGasUsed: policy?.receipt.gasUsed ?? 0n,
    verifiers: deployed.map(({ circuit, address: verifier, gasUsed }) => ({ circuit, address: verifier, gasUsed })),
    transactionHash: receipt.transactionHash,
    blockNumber: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
  };
}

/** Init code of the rollup with its arguments; see {@link rollupConstructorArguments}. */
export function rollupCreation(
  { bytecode }: Pick<CompiledContract, "bytecode">,
  ...args: Parameters<typeof rollupConstructorArguments>
): Hex {
  return encodeDeployData({ abi: rollupAbi, bytecode, args: rollupConstructorArguments(...args) });
}

/** Init code of the policy `FixedOperator` that gives its role to `operator`. */
export function fixedOperatorCreation({ bytecode }: Pick<CompiledContract, "bytecode">, operator: Address): Hex {
  return encodeDeployData({ abi: fixedOperatorAbi, bytecode, args: [operator] });
}

/** Arguments of the rollup's constructor; the policy is null for submission that is open to all. */
export function rollupConstructorArguments(
  parameters: RollupParameters,
  policy: DeployedPolicy | null,
  verifiers: readonly DeployedVerifier[],
): ContractConstructorArgs<typeof rollupAbi> {
  return [
    {
      policy: policy?.address ?? zeroAddress,
      policyCodeHash: policy?.codeHash ?? zeroHash,
      inclusionDelay: BigInt(parameters.inclusionDelaySeconds),
      operatorIdleDelay: BigInt(parameters.operatorIdleDelaySeconds),
      returnDelay: BigInt(parameters.returnDelaySeconds),
      freezeDelay: BigInt(parameters.freezeDelaySeconds),
      queueBaseFee: parameters.queueBaseFeeWei,
      circuits: verifiers.map(({ circuit, address: verifier, codeHash: verifierCodeHash }) => ({
        circuitType: LAST_CIRCUIT_TYPE[circuit],
        l1Capacity: L1_CAPACITY[circuit],
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
  options: DeployClients,
  { name, abi, bytecode }: Pick<CompiledContract, "name" | "abi" | "bytecode">,
  args: readonly unknown[],
): ReturnType<CreateContract> {
  return createByWallet(options, name, encodeDeployData({ abi, bytecode, args }));
}

/** {@link CreateContract} of a wallet that remembers nothing. Throws `contracts/deployment-failed`. */
async function createByWallet(
  { walletClient, publicClient }: DeployClients,
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
  verifiers: readonly { readonly name: string; readonly srs: SrsKind; readonly bytecode: Hex }[],
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
async function agreedChainId({ walletClient, publicClient }: DeployClients): Promise<number> {
  const [wallet, reader] = await Promise.all([walletClient.getChainId(), publicClient.getChainId()]);
  if (wallet === reader) return wallet;
  throw new CairnError<ContractsErrorCode>("contracts/wrong-chain", `wallet on ${wallet}, reader on ${reader}`);
}

async function createFixedOperator(
  create: CreateContract,
  { contract, operator }: NonNullable<DeployOptions["fixedOperator"]>,
): Promise<DeployedPolicy & { readonly receipt: TransactionReceipt }> {
  const created = await create(contract.name, fixedOperatorCreation(contract, operator));
  return { ...created, codeHash: keccak256(contract.runtimeCode) };
}
