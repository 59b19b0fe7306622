import {
  type Address,
  type Chain,
  type ContractFunctionReturnType,
  type Hex,
  type PublicClient,
  type Transport,
  zeroAddress,
} from "viem";
import { fixedOperatorAbi } from "../generated/fixed-operator-abi.ts";
import { rollupAbi } from "../generated/rollup-abi.ts";
import {
  type CreationHint,
  type DeployedCode,
  type DeployedContract,
  orNull,
  readCode,
  readContractAt,
} from "./deployed.ts";

type View<Name extends "parameters" | "state"> = ContractFunctionReturnType<typeof rollupAbi, "view", Name>;

/** The policy of a rollup, with its code. */
export interface DeployedPolicyCode extends DeployedCode {
  /** Null when it does not answer as a `FixedOperator`. */
  readonly roles: { readonly operator: Address; readonly proposedOperator: Address } | null;
}

/** What a rollup reports about itself. */
export interface RollupViews {
  readonly parameters: View<"parameters">;
  readonly state: View<"state">;
  readonly isFrozen: boolean;
  /** Who has precedence now; 0 for nobody. */
  readonly leader: Address;
  readonly accountTree: DeployedCode;
  readonly binding: DeployedCode;
  /** Null without a policy. */
  readonly policy: DeployedPolicyCode | null;
  /** Code of each circuit's verifier, in the order of the parameters. */
  readonly verifierCodes: readonly Hex[];
}

/** Everything that an L1 node says about a rollup, at one block. */
export interface DeployedRollup extends DeployedContract {
  /** Null when the contract does not answer as a rollup of this version. */
  readonly views: RollupViews | null;
}

/**
 * Reads a deployment at the newest block.
 *
 * @example const { views } = await readDeployment(reader, rollup);
 */
export async function readDeployment(
  reader: PublicClient<Transport, Chain>,
  address: Address,
  hint: CreationHint = {},
): Promise<DeployedRollup> {
  const { blockNumber, ...deployed } = await readContractAt(reader, address, hint);
  const views = deployed.code === "0x" ? null : await orNull(readViews(reader, address, blockNumber));
  return { ...deployed, blockNumber, views };
}

async function readViews(
  reader: PublicClient<Transport, Chain>,
  address: Address,
  blockNumber: bigint,
): Promise<RollupViews> {
  const at = { address, abi: rollupAbi, blockNumber } as const;
  const codeOf = async (contract: Address): Promise<DeployedCode> => {
    return { address: contract, code: await readCode(reader, contract, blockNumber) };
  };
  const [parameters, state, isFrozen, leader, tree, binding] = await Promise.all([
    reader.readContract({ ...at, functionName: "parameters" }),
    reader.readContract({ ...at, functionName: "state" }),
    reader.readContract({ ...at, functionName: "isFrozen" }),
    reader.readContract({ ...at, functionName: "leader" }),
    reader.readContract({ ...at, functionName: "accountTree" }),
    reader.readContract({ ...at, functionName: "binding" }),
  ]);
  const { policy, circuits } = parameters;
  return {
    parameters,
    state,
    isFrozen,
    leader,
    accountTree: await codeOf(tree),
    binding: await codeOf(binding),
    policy:
      policy === zeroAddress
        ? null
        : { ...(await codeOf(policy)), roles: await orNull(readRoles(reader, policy, blockNumber)) },
    verifierCodes: await Promise.all(circuits.map(async ({ verifier }) => (await codeOf(verifier)).code)),
  };
}

async function readRoles(
  reader: PublicClient<Transport, Chain>,
  address: Address,
  blockNumber: bigint,
): Promise<NonNullable<DeployedPolicyCode["roles"]>> {
  const at = { address, abi: fixedOperatorAbi, blockNumber } as const;
  const [operator, proposedOperator] = await Promise.all([
    reader.readContract({ ...at, functionName: "operator" }),
    reader.readContract({ ...at, functionName: "proposedOperator" }),
  ]);
  return { operator, proposedOperator };
}
