import {
  assertVerifiersAllowed,
  type CompiledContract,
  type DeployedPolicy,
  type DeployedVerifier,
  fixedOperatorCreation,
  type RollupParameters,
  rollupCreation,
} from "@cairn/contracts";
import { type L1Reader, type SimulatedAccounts, simulateGas } from "@cairn/l1";
import { type Address, getAddress, getContractAddress, type Hex, keccak256, type StateOverride, size } from "viem";
import { cliError } from "../errors.ts";
import { sumCosts } from "../l1/sent-calls.ts";
import type { DeploymentArtefacts } from "./artefacts.ts";
import type { Creator } from "./creator.ts";

/** One contract as it would be created. */
export interface PlannedContract {
  readonly name: string;
  readonly address: Address;
  /** keccak256 of the code that would be at the address. */
  readonly codeHash: Hex;
  readonly codeBytes: number;
  /** What the creation would use; null where the L1 node does not simulate. */
  readonly gas: bigint | null;
  /** What it may use. */
  readonly gasLimit: bigint;
  /** An interrupted run has signed its creation: repeating the command resumes it and pays nothing more. */
  readonly isSigned: boolean;
}

/** What a deployment fixes for ever. */
export interface DeploymentParameters extends RollupParameters {
  /** First operator by the policy `FixedOperator`; null for no policy, so that anyone may submit. */
  readonly operator: Address | null;
}

/** A deployment simulated on L1, without sending anything. */
export interface DeploymentPlan {
  readonly chainId: number;
  readonly deployer: Address;
  readonly parameters: DeploymentParameters;
  readonly verifiers: readonly PlannedContract[];
  /** Null without an operator. */
  readonly policy: PlannedContract | null;
  readonly rollup: PlannedContract;
  /** What all creations would use; null where the L1 node does not simulate. */
  readonly gas: bigint | null;
  readonly gasLimit: bigint;
  readonly gasPriceWei: bigint;
  /** Price of `gas` and of `gasLimit` now. */
  readonly costWei: bigint | null;
  readonly costLimitWei: bigint;
  readonly balanceWei: bigint;
}

/**
 * Simulates every creation on L1 as sent by the deployer. Contracts that an earlier run signed, which `findSigned` finds,
 * keep their address and cost nothing more. Throws `contracts/dev-verifier-refused`, `cli/bad-deployment` when L1 would
 * refuse a creation or leave code other than the artefacts', and what the RPC throws.
 */
export async function planDeployment(
  reader: L1Reader,
  deployer: Address,
  { rollup, fixedOperator, verifiers }: DeploymentArtefacts,
  parameters: DeploymentParameters,
  findSigned: Creator["find"] = async () => null,
): Promise<DeploymentPlan> {
  assertVerifiersAllowed(reader.chain.id, verifiers);
  if (parameters.operator !== null && (await reader.getCode({ address: parameters.operator })) !== undefined) {
    throw cliError("cli/bad-deployment", `the operator ${parameters.operator} has code; batches need a plain account`);
  }
  const nonce = await reader.getTransactionCount({ address: deployer, blockTag: "pending" });
  let next = nonce;
  /** A contract with its place, and what it costs still. */
  const plan = async (name: string, data: Hex, { code, gas, gasLimit }: TriedCreation): Promise<PlannedContract> => {
    const signed = await findSigned(name, data);
    const address = signed ?? getContractAddress({ from: deployer, nonce: BigInt(next++) });
    const cost = signed === null ? { gas, gasLimit } : { gas: 0n, gasLimit: 0n };
    return { name, address, codeHash: keccak256(code), codeBytes: size(code), ...cost, isSigned: signed !== null };
  };
  const codes: Record<Address, { readonly code: Hex }> = {};
  /** A contract that the rollup's constructor will look at. */
  const planPart = async (contract: CompiledContract, data: Hex): Promise<PlannedContract> => {
    const tried = await tryCreation(reader, deployer, contract.name, data, {});
    assertCode(contract, tried.code);
    const part = await plan(contract.name, data, tried);
    codes[part.address] = { code: tried.code };
    return part;
  };
  const planned: PlannedContract[] = [];
  const deployed: DeployedVerifier[] = [];
  for (const verifier of verifiers) {
    const { address, codeHash, ...rest } = await planPart(verifier, verifier.bytecode);
    planned.push({ address, codeHash, ...rest });
    deployed.push({ circuit: verifier.circuit, address, codeHash });
  }
  const { operator } = parameters;
  const policy =
    operator === null ? null : await planPart(fixedOperator, fixedOperatorCreation(fixedOperator, operator));
  const deployedPolicy: DeployedPolicy | null = policy && { address: policy.address, codeHash: policy.codeHash };
  const data = rollupCreation(rollup, parameters, deployedPolicy, deployed);
  // As if verifiers and policy had been created: their code in place, and the deployer's nonce after them.
  const state: SimulatedAccounts = { ...codes, [deployer]: { nonce: next } };
  const own = await plan(rollup.name, data, await tryCreation(reader, deployer, rollup.name, data, state));
  const [gasPriceWei, balanceWei] = await Promise.all([reader.getGasPrice(), reader.getBalance({ address: deployer })]);
  const costs = sumCosts(
    [...planned, ...(policy === null ? [] : [policy]), own].map((one) => ({
      gas: one.gas,
      gasLimit: one.gasLimit,
      feeWei: one.gas === null ? null : one.gas * gasPriceWei,
      feeLimitWei: one.gasLimit * gasPriceWei,
    })),
  );
  return {
    chainId: reader.chain.id,
    deployer,
    parameters,
    verifiers: planned,
    policy,
    rollup: own,
    gas: costs.gas,
    gasLimit: costs.gasLimit,
    gasPriceWei,
    costWei: costs.feeWei,
    costLimitWei: costs.feeLimitWei,
    balanceWei,
  };
}

interface TriedCreation {
  readonly code: Hex;
  readonly gas: bigint | null;
  readonly gasLimit: bigint;
}

async function tryCreation(
  reader: L1Reader,
  deployer: Address,
  name: string,
  data: Hex,
  accounts: SimulatedAccounts,
): Promise<TriedCreation> {
  const stateOverride: StateOverride = Object.entries(accounts).map(([address, state]) => ({
    address: getAddress(address),
    ...state,
  }));
  const request = { account: deployer, data, stateOverride };
  try {
    const [{ data: code }, gas, gasLimit] = await Promise.all([
      reader.call(request),
      simulateGas(reader, { from: deployer, data }, accounts),
      reader.estimateGas(request),
    ]);
    if (code !== undefined) return { code, gas, gasLimit };
  } catch (cause) {
    throw cliError("cli/bad-deployment", `L1 would refuse the creation of ${name}`, { cause });
  }
  throw cliError("cli/bad-deployment", `the creation of ${name} would leave no code`);
}

function assertCode({ name, runtimeCode }: CompiledContract, code: Hex): void {
  if (code === runtimeCode) return;
  throw cliError("cli/bad-deployment", `the creation of ${name} would leave code other than was compiled`);
}
