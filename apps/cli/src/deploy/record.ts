import { L1_CAPACITY, type RollupDeployment, rollupAbi, type SrsKind } from "@cairn/contracts";
import type { L1Reader } from "@cairn/l1";
import { LAST_CIRCUIT_TYPE, type LastCircuit } from "@cairn/protocol";
import { type Address, type Hex, isAddressEqual, keccak256, zeroAddress } from "viem";
import { cliError } from "../errors.ts";
import type { DeploymentArtefacts } from "./artefacts.ts";
import type { DeploymentParameters } from "./plan.ts";

/** The file that `cairn deploy` writes: everything needed to run and verify the rollup. */
export interface DeploymentRecord {
  readonly version: 2;
  readonly chainId: number;
  readonly rollup: Address;
  readonly accountTree: Address;
  readonly binding: Address;
  /** Null when submission is open to all. */
  readonly policy: Address | null;
  readonly deployer: Address;
  /** Transaction and L1 block of the rollup's creation. */
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly srs: SrsKind;
  readonly parameters: Omit<DeploymentParameters, "queueBaseFeeWei"> & { readonly queueBaseFeeWei: string };
  readonly circuits: readonly {
    readonly circuitType: number;
    readonly circuit: LastCircuit;
    readonly l1Capacity: number;
    readonly verifier: Address;
    readonly verifierCodeHash: Hex;
    /** SHA-256 of what the verifier was compiled from. */
    readonly inputHash: string;
  }[];
  /** keccak256 of the deployed code; the rollup's includes its immutables. */
  readonly codeHashes: {
    readonly rollup: Hex;
    readonly accountTree: Hex;
    readonly binding: Hex;
    readonly policy: Hex | null;
  };
  /** SHA-256 of what the rollup was compiled from. */
  readonly inputHash: string;
  readonly gasUsed: string;
}

/** Reads back what was deployed. Throws `cli/bad-deployment` when it is not what was requested. */
export async function recordDeployment(
  reader: L1Reader,
  deployment: RollupDeployment,
  artefacts: DeploymentArtefacts,
  parameters: DeploymentParameters,
  deployer: Address,
): Promise<DeploymentRecord> {
  const contract = { address: deployment.rollup, abi: rollupAbi } as const;
  const [stored, leader, accountTree, binding, block] = await Promise.all([
    reader.readContract({ ...contract, functionName: "parameters" }),
    reader.readContract({ ...contract, functionName: "leader" }),
    reader.readContract({ ...contract, functionName: "accountTree" }),
    reader.readContract({ ...contract, functionName: "binding" }),
    reader.getBlock({ blockNumber: deployment.blockNumber }),
  ]);
  const differs = [
    !isAddressEqual(leader, parameters.operator ?? zeroAddress) && "operator",
    !isAddressEqual(stored.policy, deployment.policy ?? zeroAddress) && "policy",
    Number(stored.inclusionDelay) !== parameters.inclusionDelaySeconds && "inclusion delay",
    Number(stored.operatorIdleDelay) !== parameters.operatorIdleDelaySeconds && "operator's idle delay",
    Number(stored.returnDelay) !== parameters.returnDelaySeconds && "return delay",
    Number(stored.freezeDelay) !== parameters.freezeDelaySeconds && "freeze delay",
    stored.queueBaseFee !== parameters.queueBaseFeeWei && "queue's base fee",
  ].filter((name) => name !== false);
  if (differs.length > 0) {
    throw cliError("cli/bad-deployment", `the deployed rollup differs from the request in: ${differs.join(", ")}`);
  }
  const { queueBaseFeeWei, ...delays } = parameters;
  const [rollupHash, treeHash, bindingHash, policyHash] = await Promise.all([
    codeHash(reader, deployment.rollup),
    codeHash(reader, accountTree),
    codeHash(reader, binding),
    deployment.policy === null ? null : codeHash(reader, deployment.policy),
  ]);
  return {
    version: 2,
    chainId: deployment.chainId,
    rollup: deployment.rollup,
    accountTree,
    binding,
    policy: deployment.policy,
    deployer,
    transactionHash: deployment.transactionHash,
    blockNumber: Number(deployment.blockNumber),
    blockHash: block.hash,
    timestamp: Number(block.timestamp),
    srs: artefacts.srs,
    parameters: { ...delays, queueBaseFeeWei: queueBaseFeeWei.toString() },
    circuits: await Promise.all(
      deployment.verifiers.map(async ({ circuit, address }, i) => ({
        circuitType: LAST_CIRCUIT_TYPE[circuit],
        circuit,
        l1Capacity: L1_CAPACITY[circuit],
        verifier: address,
        verifierCodeHash: await codeHash(reader, address),
        inputHash: artefacts.verifiers[i]?.inputHash ?? "",
      })),
    ),
    codeHashes: { rollup: rollupHash, accountTree: treeHash, binding: bindingHash, policy: policyHash },
    inputHash: artefacts.rollup.inputHash,
    gasUsed: deployment.verifiers
      .reduce((sum, { gasUsed }) => sum + gasUsed, deployment.gasUsed + deployment.policyGasUsed)
      .toString(),
  };
}

async function codeHash(reader: L1Reader, address: Address): Promise<Hex> {
  const code = await reader.getCode({ address });
  if (code === undefined) throw cliError("cli/bad-deployment", `there is no code at ${address}`);
  return keccak256(code);
}
