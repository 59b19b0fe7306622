import { blockCapacity, LAST_CIRCUIT_TYPE, type LastCircuit, MAX_BATCH_L1_OPERATIONS } from "@cairn/protocol";
import {
  type Address,
  type ContractConstructorArgs,
  encodeDeployData,
  type Hex,
  keccak256,
  type TransactionReceipt,
  zeroAddress,
  zeroHash,
} from "viem";
import { srsOfBytecode } from "../artefact.ts";
import type { CompiledContract } from "../compile.ts";
import {
  agreedChainId,
  assertVerifiersAllowed,
  type CreateContract,
  createByWallet,
  DEFAULT_ROLLUP_PARAMETERS,
  type DeployOptions,
  type RollupParameters,
} from "../deploy.ts";
import { fixedOperatorAbi } from "../generated/fixed-operator-abi.ts";
import { rollup2Abi } from "../generated/rollup-2-abi.ts";

/** Parameters that a deployment of version 2 fixes for ever. Spec 2: docs/spec/2/7-contract.md. */
export interface Rollup2Parameters extends Omit<RollupParameters, "operator"> {
  /** For how long the leader is alone again after a stranger's batch. */
  readonly returnDelaySeconds: number;
}

/** Delays and fee of the specification. */
export const DEFAULT_ROLLUP_2_PARAMETERS: Rollup2Parameters = {
  ...DEFAULT_ROLLUP_PARAMETERS,
  returnDelaySeconds: 3600,
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
export interface DeployedVerifier2 {
  readonly circuit: LastCircuit;
  readonly address: Address;
  /** keccak256 of its code. */
  readonly codeHash: Hex;
}

/** Connections and contracts of a deployment of version 2. */
export interface Deploy2Options extends Pick<DeployOptions, "walletClient" | "publicClient" | "create"> {
  readonly rollup: CompiledContract;
  /** The policy `FixedOperator`, and the plain account that is to have its role; null for no policy. */
  readonly fixedOperator: { readonly contract: CompiledContract; readonly operator: Address } | null;
  /** One verifier per circuit whose proofs the rollup is to accept. */
  readonly verifiers: readonly { readonly circuit: LastCircuit; readonly contract: CompiledContract }[];
  readonly parameters?: Rollup2Parameters;
}

/** A deployed rollup of version 2 with its verifiers. */
export interface Rollup2Deployment {
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
 * `contracts/dev-verifier-refused` before anything is sent when a verifier is over the dev SRS and the chain is not one
 * for development; `contracts/wrong-chain`; `contracts/deployment-failed`.
 */
export async function deployRollup2(options: Deploy2Options): Promise<Rollup2Deployment> {
  const { rollup, fixedOperator, verifiers, parameters = DEFAULT_ROLLUP_2_PARAMETERS } = options;
  const chainId = await agreedChainId(options);
  const named = verifiers.map(({ contract: { name, bytecode } }) => ({ name, bytecode, srs: srsOfBytecode(bytecode) }));
  assertVerifiersAllowed(chainId, named);
  const create: CreateContract = options.create ?? ((name, data) => createByWallet(options, name, data));
  const deployed: (DeployedVerifier2 & { readonly gasUsed: bigint })[] = [];
  for (const { circuit, contract } of verifiers) {
    const { address, receipt } = await create(contract.name, contract.bytecode);
    deployed.push({ circuit, address, codeHash: keccak256(contract.runtimeCode), gasUsed: receipt.gasUsed });
  }
  const policy = fixedOperator === null ? null : await createFixedOperator(create, fixedOperator);
  const { address, receipt } = await create(rollup.name, rollup2Creation(rollup, parameters, policy, deployed));
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

/** Init code of the rollup with its arguments; see {@link rollup2ConstructorArguments}. */
export function rollup2Creation(
  { bytecode }: Pick<CompiledContract, "bytecode">,
  ...args: Parameters<typeof rollup2ConstructorArguments>
): Hex {
  return encodeDeployData({ abi: rollup2Abi, bytecode, args: rollup2ConstructorArguments(...args) });
}

/** Init code of the policy `FixedOperator` that gives its role to `operator`. */
export function fixedOperatorCreation({ bytecode }: Pick<CompiledContract, "bytecode">, operator: Address): Hex {
  return encodeDeployData({ abi: fixedOperatorAbi, bytecode, args: [operator] });
}

/** Arguments of the rollup's constructor; the policy is null for submission that is open to all. */
export function rollup2ConstructorArguments(
  parameters: Rollup2Parameters,
  policy: DeployedPolicy | null,
  verifiers: readonly DeployedVerifier2[],
): ContractConstructorArgs<typeof rollup2Abi> {
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

async function createFixedOperator(
  create: CreateContract,
  { contract, operator }: NonNullable<Deploy2Options["fixedOperator"]>,
): Promise<DeployedPolicy & { readonly receipt: TransactionReceipt }> {
  const created = await create(contract.name, fixedOperatorCreation(contract, operator));
  return { ...created, codeHash: keccak256(contract.runtimeCode) };
}
