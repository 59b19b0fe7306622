import { LAST_CIRCUIT_TYPE, type LastCircuit } from "@cairn/protocol";
import {
  type Address,
  type Chain,
  type ContractFunctionReturnType,
  encodeDeployData,
  type Hex,
  hexToBigInt,
  keccak256,
  type PublicClient,
  type Transport,
  zeroAddress,
} from "viem";
import { selectorsOf } from "../access.ts";
import { type SrsKind, srsOfBytecode } from "../artefact.ts";
import type { CompiledContract } from "../compile.ts";
import { rollup2Abi } from "../generated/rollup-2-abi.ts";
import {
  type Check,
  codeCheck,
  type ExpectedVerifier,
  forbiddenCheck,
  keyCheck,
  significantDigits,
  srsCheck,
} from "../verify/check.ts";
import {
  type CreationHint,
  type DeployedCode,
  type DeployedRollup,
  findCreation,
  readCode,
} from "../verify/deployed.ts";
import { dispatchedSelectors } from "../verify/dispatcher.ts";
import { compareRuntimeCode } from "../verify/runtime-code.ts";
import { L1_CAPACITY } from "./deploy.ts";

type View<Name extends "parameters" | "state"> = ContractFunctionReturnType<typeof rollup2Abi, "view", Name>;

/** Everything that an L1 node says about a rollup of version 2, at one block. */
export interface DeployedRollup2 extends DeployedCode {
  readonly chainId: number;
  readonly parameters: View<"parameters">;
  readonly state: View<"state">;
  readonly accountTree: DeployedCode;
  readonly binding: DeployedCode;
  /** Null without a policy. */
  readonly policy: DeployedCode | null;
  /** Code of each circuit's verifier, in the order of the parameters. */
  readonly verifierCodes: readonly Hex[];
  readonly creation: DeployedRollup["creation"];
}

/** What a deployment of version 2 must match. */
export interface ExpectedDeployment2 {
  readonly rollup: CompiledContract;
  readonly accountTree: CompiledContract;
  readonly binding: CompiledContract;
  readonly fixedOperator: CompiledContract;
  readonly verifierOf: (circuit: LastCircuit, srs: SrsKind) => ExpectedVerifier | undefined;
  /** Root and history of the empty state, computed here. */
  readonly genesis: { readonly root: Hex; readonly history: Hex; readonly nextIndex: number };
}

/** Reads a deployment at the newest block. Throws viem's errors, also when the contract is no rollup of version 2. */
export async function readDeployment2(
  reader: PublicClient<Transport, Chain>,
  address: Address,
  hint: CreationHint = {},
): Promise<DeployedRollup2> {
  const [chainId, blockNumber] = await Promise.all([reader.getChainId(), reader.getBlockNumber()]);
  const at = { address, abi: rollup2Abi, blockNumber } as const;
  const codeOf = async (contract: Address): Promise<DeployedCode> => {
    return { address: contract, code: await readCode(reader, contract, blockNumber) };
  };
  const [parameters, state, tree, binding] = await Promise.all([
    reader.readContract({ ...at, functionName: "parameters" }),
    reader.readContract({ ...at, functionName: "state" }),
    reader.readContract({ ...at, functionName: "accountTree" }),
    reader.readContract({ ...at, functionName: "binding" }),
  ]);
  return {
    chainId,
    ...(await codeOf(address)),
    parameters,
    state,
    accountTree: await codeOf(tree),
    binding: await codeOf(binding),
    policy: parameters.policy === zeroAddress ? null : await codeOf(parameters.policy),
    verifierCodes: await Promise.all(parameters.circuits.map(async ({ verifier }) => (await codeOf(verifier)).code)),
    creation: await findCreation(reader, address, hint),
  };
}

/** Compares a deployment of version 2 with what is expected. It matches when every check is ok. */
export function checkDeployment2(deployed: DeployedRollup2, expected: ExpectedDeployment2): Check[] {
  return [
    codeCheck("Rollup code", deployed.code, expected.rollup),
    forbiddenCheck("Rollup instructions", deployed.code),
    functionsCheck(deployed, expected),
    creationCheck(deployed, expected),
    immutablesCheck(deployed, expected),
    genesisCheck(deployed, expected),
    codeCheck("AccountTree code", deployed.accountTree.code, expected.accountTree),
    codeCheck("Binding code", deployed.binding.code, expected.binding),
    policyCheck(deployed, expected),
    circuitsCheck(deployed),
    ...deployed.parameters.circuits.flatMap((_, i) => verifierChecks(deployed, i, expected)),
  ];
}

function functionsCheck({ code }: DeployedRollup2, { rollup }: ExpectedDeployment2): Check {
  const [found, known] = [dispatchedSelectors(code), selectorsOf(rollup.abi)];
  const isOk = found.join() === known.join();
  return {
    name: "Rollup functions",
    isOk,
    detail: isOk ? `${found.length} functions` : `${found} instead of ${known}`,
  };
}

/** The constructor that ran is the sources', so that nothing else was written to storage. */
function creationCheck({ creation, parameters }: DeployedRollup2, { rollup }: ExpectedDeployment2): Check {
  const name = "Rollup creation";
  if ("missing" in creation) {
    return { name, isOk: false, detail: `creating transaction not found: ${creation.missing}` };
  }
  const expected = encodeDeployData({ abi: rollup2Abi, bytecode: rollup.bytecode, args: [parameters] });
  const isOk = creation.input === expected;
  const { transactionHash, blockNumber } = creation;
  const differs = `${transactionHash} ran another constructor, or with other parameters than those the rollup reports`;
  return { name, isOk, detail: isOk ? `${transactionHash} in block ${blockNumber}` : differs };
}

function immutablesCheck(
  { code, parameters, accountTree, binding }: DeployedRollup2,
  { rollup }: ExpectedDeployment2,
): Check {
  const name = "Rollup immutables";
  const { isSame, immutables } = compareRuntimeCode(rollup, code);
  if (!isSame) return { name, isOk: false, detail: "not decoded, because the code is not that of the sources" };
  const shown: Readonly<Record<string, bigint>> = {
    POLICY: hexToBigInt(parameters.policy),
    POLICY_CODE_HASH: hexToBigInt(parameters.policyCodeHash),
    INCLUSION_DELAY: parameters.inclusionDelay,
    OPERATOR_IDLE_DELAY: parameters.operatorIdleDelay,
    RETURN_DELAY: parameters.returnDelay,
    FREEZE_DELAY: parameters.freezeDelay,
    QUEUE_BASE_FEE: parameters.queueBaseFee,
    ACCOUNT_TREE: hexToBigInt(accountTree.address),
    BINDING: hexToBigInt(binding.address),
  };
  const names = new Set([...Object.keys(shown), ...immutables.map((immutable) => immutable.name)]);
  const wrong = [...names].filter((variable) => {
    const word = immutables.find((immutable) => immutable.name === variable)?.word;
    return word == null || hexToBigInt(word) !== shown[variable];
  });
  const detail = wrong.length === 0 ? "as the views report them" : `${wrong.join(", ")} differ from the views`;
  return { name, isOk: wrong.length === 0, detail };
}

function genesisCheck({ state }: DeployedRollup2, { rollup, genesis }: ExpectedDeployment2): Check {
  const name = "Genesis";
  const missing = [genesis.root, genesis.history].filter((word) => !rollup.bytecode.includes(significantDigits(word)));
  if (missing.length > 0) return { name, isOk: false, detail: `the constructor does not set ${missing.join(" and ")}` };
  const { root, history, nextIndex, batchCount } = state;
  const isUntouched = root === genesis.root && history === genesis.history && nextIndex === genesis.nextIndex;
  const isOk = batchCount > 0n || isUntouched;
  return { name, isOk, detail: isOk ? `${genesis.root}, ${genesis.history}` : `no batch yet, but ${root}, ${history}` };
}

/** Another policy can give precedence to anyone, but nothing else; whoever trusts it must know it. */
function policyCheck({ policy, parameters }: DeployedRollup2, { fixedOperator }: ExpectedDeployment2): Check {
  const name = "Policy";
  if (policy === null) return { name, isOk: true, detail: "none: submission is open to all" };
  if (keccak256(policy.code) !== parameters.policyCodeHash) {
    return { name, isOk: false, detail: `the code of ${policy.address} has changed since the deployment` };
  }
  const isOk = compareRuntimeCode(fixedOperator, policy.code).isSame;
  const unknown = "not in the sources: it may name anyone, but cannot touch state, money or the ladder";
  return { name, isOk, detail: `${policy.address}: ${isOk ? "FixedOperator" : unknown}` };
}

/** With a capacity above the circuit's own, overdue entries could not be proven, and the rollup would freeze. */
function circuitsCheck({ parameters }: DeployedRollup2): Check {
  const problems = parameters.circuits.flatMap(({ circuitType, l1Capacity }) => {
    const circuit = circuitOf(circuitType);
    if (circuit === undefined) return [`there is no circuit of type ${circuitType}`];
    const capacity = L1_CAPACITY[circuit];
    return l1Capacity === capacity
      ? []
      : [`${circuit} with room for ${l1Capacity} L1 operations instead of ${capacity}`];
  });
  const known = parameters.circuits.map(({ circuitType }) => circuitOf(circuitType)).join(", ");
  return { name: "Circuits", isOk: problems.length === 0, detail: problems.join("; ") || known };
}

function verifierChecks(deployed: DeployedRollup2, i: number, expected: ExpectedDeployment2): Check[] {
  const circuit = deployed.parameters.circuits[i];
  const code = deployed.verifierCodes[i] ?? "0x";
  const known = circuit && circuitOf(circuit.circuitType);
  const srs = srsOfBytecode(code);
  const verifier = known && expected.verifierOf(known, srs);
  const name = `Verifier ${known ?? circuit?.circuitType}`;
  const codeHash = keccak256(code);
  return [
    verifier === undefined
      ? { name: `${name} code`, isOk: false, detail: "there is nothing to compare it with" }
      : codeCheck(`${name} code`, code, verifier.contract),
    { name: `${name} code hash`, isOk: codeHash === circuit?.verifierCodeHash, detail: codeHash },
    keyCheck(`${name} verification key`, code, verifier),
    srsCheck(`${name} SRS`, srs, deployed.chainId),
    forbiddenCheck(`${name} instructions`, code),
  ];
}

function circuitOf(type: number): LastCircuit | undefined {
  const names = Object.keys(LAST_CIRCUIT_TYPE) as LastCircuit[];
  return names.find((name) => LAST_CIRCUIT_TYPE[name] === type);
}
