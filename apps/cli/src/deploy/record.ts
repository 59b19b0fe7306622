import { type RollupDeployment, type RollupParameters, rollupAbi, type SrsKind } from "@cairn/contracts";
import type { L1Reader } from "@cairn/l1";
import { type BlockSize, CIRCUIT_TYPE } from "@cairn/protocol";
import { type Address, type Hex, isAddressEqual, keccak256, zeroAddress } from "viem";
import { cliError } from "../errors.ts";
import type { DeploymentArtefacts } from "./artefacts.ts";

/** The file that `cairn deploy` writes: everything needed to run and verify the rollup. */
export interface DeploymentRecord {
  readonly version: 1;
  readonly chainId: number;
  readonly rollup: Address;
  readonly accountTree: Address;
  readonly deployer: Address;
  /** Transaction and L1 block of the rollup's creation. */
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly srs: SrsKind;
  readonly parameters: Omit<RollupParameters, "queueBaseFeeWei"> & { readonly queueBaseFeeWei: string };
  readonly circuits: readonly {
    readonly circuitType: number;
    readonly slots: BlockSize;
    readonly verifier: Address;
    readonly verifierCodeHash: Hex;
    /** SHA-256 of what the verifier was compiled from. */
    readonly inputHash: string;
  }[];
  /** keccak256 of the deployed code; the rollup's includes its immutables. */
  readonly codeHashes: { readonly rollup: Hex; readonly accountTree: Hex };
  /** SHA-256 of what the rollup was compiled from. */
  readonly inputHash: string;
  readonly gasUsed: string;
}

/** Reads back what was deployed. Throws `cli/bad-deployment` when it is not what was requested. */
export async function recordDeployment(
  reader: L1Reader,
  deployment: RollupDeployment,
  artefacts: DeploymentArtefacts,
  parameters: RollupParameters,
  deployer: Address,
): Promise<DeploymentRecord> {
  const contract = { address: deployment.rollup, abi: rollupAbi } as const;
  const [stored, operator, accountTree, block] = await Promise.all([
    reader.readContract({ ...contract, functionName: "parameters" }),
    reader.readContract({ ...contract, functionName: "operator" }),
    reader.readContract({ ...contract, functionName: "accountTree" }),
    reader.getBlock({ blockNumber: deployment.blockNumber }),
  ]);
  const differs = [
    !isAddressEqual(operator, parameters.operator ?? zeroAddress) && "operator",
    Number(stored.inclusionDelay) !== parameters.inclusionDelaySeconds && "inclusion delay",
    Number(stored.operatorIdleDelay) !== parameters.operatorIdleDelaySeconds && "operator's idle delay",
    Number(stored.freezeDelay) !== parameters.freezeDelaySeconds && "freeze delay",
    stored.queueBaseFee !== parameters.queueBaseFeeWei && "queue's base fee",
  ].filter((name) => name !== false);
  if (differs.length > 0) {
    throw cliError("cli/bad-deployment", `the deployed rollup differs from the request in: ${differs.join(", ")}`);
  }
  const { inclusionDelaySeconds, operatorIdleDelaySeconds, freezeDelaySeconds, queueBaseFeeWei } = parameters;
  const [rollupHash, treeHash] = await Promise.all([
    codeHash(reader, deployment.rollup),
    codeHash(reader, accountTree),
  ]);
  return {
    version: 1,
    chainId: deployment.chainId,
    rollup: deployment.rollup,
    accountTree,
    deployer,
    transactionHash: deployment.transactionHash,
    blockNumber: Number(deployment.blockNumber),
    blockHash: block.hash,
    timestamp: Number(block.timestamp),
    srs: artefacts.srs,
    parameters: {
      operator: parameters.operator,
      inclusionDelaySeconds,
      operatorIdleDelaySeconds,
      freezeDelaySeconds,
      queueBaseFeeWei: queueBaseFeeWei.toString(),
    },
    circuits: await Promise.all(
      deployment.verifiers.map(async ({ slots, address }, i) => ({
        circuitType: CIRCUIT_TYPE[slots],
        slots,
        verifier: address,
        verifierCodeHash: await codeHash(reader, address),
        inputHash: artefacts.verifiers[i]?.inputHash ?? "",
      })),
    ),
    codeHashes: { rollup: rollupHash, accountTree: treeHash },
    inputHash: artefacts.rollup.inputHash,
    gasUsed: deployment.verifiers.reduce((sum, { gasUsed }) => sum + gasUsed, deployment.gasUsed).toString(),
  };
}

async function codeHash(reader: L1Reader, address: Address): Promise<Hex> {
  const code = await reader.getCode({ address });
  if (code === undefined) throw cliError("cli/bad-deployment", `there is no code at ${address}`);
  return keccak256(code);
}
