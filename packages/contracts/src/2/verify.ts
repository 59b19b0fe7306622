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
import { functionsWithoutAccess, selectorsOf } from "../access.ts";
import { type SrsKind, srsOfBytecode } from "../artefact.ts";
import type { CompiledContract } from "../compile.ts";
import { fixedOperatorAbi } from "../generated/fixed-operator-abi.ts";
import { rollup2Abi } from "../generated/rollup-2-abi.ts";
import {
  type Check,
  codeCheck,
  type ExpectedVerifier,
  forbiddenCheck,
  keyCheck,
  proxyCheck,
  significantDigits,
  srsCheck,
} from "../verify/check.ts";
import {
  type CreationHint,
  type DeployedCode,
  type DeployedRollup,
  orNull,
  readCode,
  readContractAt,
} from "../verify/deployed.ts";
import { dispatchedSelectors } from "../verify/dispatcher.ts";
import { compareRuntimeCode } from "../verify/runtime-code.ts";
import { ROLLUP_2_ACCESS } from "./access.ts";
import { L1_CAPACITY } from "./deploy.ts";

type View<Name extends "parameters" | "state"> = ContractFunctionReturnType<typeof rollup2Abi, "view", Name>;

/** The policy of a rollup, with its code. */
export interface DeployedPolicyCode extends DeployedCode {
  /** Null when it does not answer as a `FixedOperator`. */
  readonly roles: { readonly operator: Address; readonly proposedOperator: Address } | null;
}

/** What a rollup of version 2 reports about itself. */
export interface Rollup2Views {
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

/** Everything that an L1 node says about a rollup of version 2, at one block. */
export interface DeployedRollup2 extends Omit<DeployedRollup, "views"> {
  /** Null when the contract does not answer as a rollup of version 2. */
  readonly views: Rollup2Views | null;
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

/** Reads a deployment at the newest block. */
export async function readDeployment2(
  reader: PublicClient<Transport, Chain>,
  address: Address,
  hint: CreationHint = {},
): Promise<DeployedRollup2> {
  const { blockNumber, ...deployed } = await readContractAt(reader, address, hint);
  const views = deployed.code === "0x" ? null : await orNull(readViews(reader, address, blockNumber));
  return { ...deployed, blockNumber, views };
}

async function readViews(
  reader: PublicClient<Transport, Chain>,
  address: Address,
  blockNumber: bigint,
): Promise<Rollup2Views> {
  const at = { address, abi: rollup2Abi, blockNumber } as const;
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

/** Compares a deployment of version 2 with what is expected. It matches when every check is ok. */
export function checkDeployment2(deployed: DeployedRollup2, expected: ExpectedDeployment2): Check[] {
  const { code, views, chainId } = deployed;
  return [
    codeCheck("Rollup code", code, expected.rollup),
    proxyCheck(deployed),
    forbiddenCheck("Rollup instructions", code),
    functionsCheck(code, expected.rollup),
    creationCheck(deployed, expected.rollup),
    ...(views === null
      ? [{ name: "Rollup views", isOk: false, detail: "the contract does not answer as a Cairn rollup does" }]
      : [
          immutablesCheck(code, views, expected.rollup),
          genesisCheck(views, expected),
          codeCheck("AccountTree code", views.accountTree.code, expected.accountTree),
          forbiddenCheck("AccountTree instructions", views.accountTree.code),
          codeCheck("Binding code", views.binding.code, expected.binding),
          forbiddenCheck("Binding instructions", views.binding.code),
          policyCheck(views, expected),
          circuitsCheck(views),
          ...views.parameters.circuits.flatMap((_, i) => verifierChecks(views, i, chainId, expected)),
        ]),
  ];
}

function functionsCheck(code: Hex, { abi }: CompiledContract): Check {
  const [found, known] = [dispatchedSelectors(code), selectorsOf(abi)];
  const added = found.filter((selector) => !known.includes(selector));
  const missing = known.filter((selector) => !found.some((other) => other === selector));
  const problems = [
    ...functionsWithoutAccess(abi, ROLLUP_2_ACCESS).map((name) => `the table does not say who may call ${name}`),
    ...(added.length === 0 ? [] : [`functions not in the sources: ${added.join(", ")}`]),
    ...(missing.length === 0 ? [] : [`missing functions of the sources: ${missing.join(", ")}`]),
  ];
  const changing = Object.keys(ROLLUP_2_ACCESS).length;
  const all = `${found.length} functions, ${changing} of which change state; none has power over money or rules`;
  return { name: "Rollup functions", isOk: problems.length === 0, detail: problems.join("; ") || all };
}

/** The constructor that ran is the sources', so that nothing else was written to storage. */
function creationCheck({ creation, views }: DeployedRollup2, { bytecode }: CompiledContract): Check {
  const name = "Rollup creation";
  if ("missing" in creation) {
    return { name, isOk: false, detail: `creating transaction not found: ${creation.missing}` };
  }
  const { input, transactionHash, blockNumber } = creation;
  if (!input.startsWith(bytecode)) {
    return { name, isOk: false, detail: `${transactionHash} ran a constructor other than that of the sources` };
  }
  const isOk = views !== null && input === encodeDeployData({ abi: rollup2Abi, bytecode, args: [views.parameters] });
  const differs = `${transactionHash} gave parameters other than those the rollup reports`;
  return { name, isOk, detail: isOk ? `${transactionHash} in block ${blockNumber}` : differs };
}

function immutablesCheck(code: Hex, views: Rollup2Views, rollup: CompiledContract): Check {
  const name = "Rollup immutables";
  const { isSame, immutables } = compareRuntimeCode(rollup, code);
  if (!isSame) return { name, isOk: false, detail: "not decoded, because the code is not that of the sources" };
  const { parameters, accountTree, binding } = views;
  const shown = new Map<string, bigint>([
    ["POLICY", hexToBigInt(parameters.policy)],
    ["POLICY_CODE_HASH", hexToBigInt(parameters.policyCodeHash)],
    ["INCLUSION_DELAY", parameters.inclusionDelay],
    ["OPERATOR_IDLE_DELAY", parameters.operatorIdleDelay],
    ["RETURN_DELAY", parameters.returnDelay],
    ["FREEZE_DELAY", parameters.freezeDelay],
    ["QUEUE_BASE_FEE", parameters.queueBaseFee],
    ["ACCOUNT_TREE", hexToBigInt(accountTree.address)],
    ["BINDING", hexToBigInt(binding.address)],
  ]);
  const problems = immutables.flatMap(({ name: variable, word }) => {
    const viewed = shown.get(variable);
    if (word === null) return [`${variable} differs between its places in the code`];
    if (viewed === undefined) return [`${variable} is not exposed by any view`];
    return hexToBigInt(word) === viewed
      ? []
      : [`${variable} is ${word} in the code, but ${viewed} according to the views`];
  });
  const unused = [...shown.keys()].filter((variable) => !immutables.some((found) => found.name === variable));
  problems.push(...unused.map((variable) => `${variable} is not in the code`));
  return { name, isOk: problems.length === 0, detail: problems.join("; ") || "as the views report them" };
}

function genesisCheck({ state }: Rollup2Views, { rollup, genesis }: ExpectedDeployment2): Check {
  const name = "Genesis";
  const missing = [genesis.root, genesis.history].filter((word) => !rollup.bytecode.includes(significantDigits(word)));
  if (missing.length > 0) return { name, isOk: false, detail: `the constructor does not set ${missing.join(" and ")}` };
  const { root, history, nextIndex, batchCount } = state;
  const isUntouched = root === genesis.root && history === genesis.history && nextIndex === genesis.nextIndex;
  const isOk = batchCount > 0n || isUntouched;
  return { name, isOk, detail: isOk ? `${genesis.root}, ${genesis.history}` : `no batch yet, but ${root}, ${history}` };
}

/** Another policy can give precedence to anyone, but nothing else; whoever trusts it must know it. */
function policyCheck({ policy, parameters }: Rollup2Views, { fixedOperator }: ExpectedDeployment2): Check {
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
function circuitsCheck({ parameters }: Rollup2Views): Check {
  const problems = parameters.circuits.flatMap(({ circuitType, l1Capacity }) => {
    const circuit = lastCircuitOf(circuitType);
    if (circuit === undefined) return [`there is no circuit of type ${circuitType}`];
    const capacity = L1_CAPACITY[circuit];
    return l1Capacity === capacity
      ? []
      : [`${circuit} with room for ${l1Capacity} L1 operations instead of ${capacity}`];
  });
  const known = parameters.circuits.map(({ circuitType }) => lastCircuitOf(circuitType)).join(", ");
  return { name: "Circuits", isOk: problems.length === 0, detail: problems.join("; ") || known };
}

function verifierChecks(
  { parameters, verifierCodes }: Rollup2Views,
  i: number,
  chainId: number,
  expected: ExpectedDeployment2,
): Check[] {
  const circuit = parameters.circuits[i];
  const code = verifierCodes[i] ?? "0x";
  const known = circuit && lastCircuitOf(circuit.circuitType);
  const srs = srsOfBytecode(code);
  const verifier = known && expected.verifierOf(known, srs);
  const name = `Verifier ${known ?? circuit?.circuitType}`;
  const codeHash = keccak256(code);
  return [
    verifier === undefined
      ? { name: `${name} code`, isOk: false, detail: "there is nothing to compare it with" }
      : codeCheck(`${name} code`, code, verifier.contract),
    {
      name: `${name} code hash`,
      isOk: codeHash === circuit?.verifierCodeHash,
      detail:
        codeHash === circuit?.verifierCodeHash
          ? codeHash
          : `${codeHash}, but the rollup stores ${circuit?.verifierCodeHash}`,
    },
    keyCheck(`${name} verification key`, code, verifier),
    srsCheck(`${name} SRS`, srs, chainId),
    forbiddenCheck(`${name} instructions`, code),
  ];
}

/**
 * The circuit of a type number; undefined for an unknown one.
 *
 * @example lastCircuitOf(0) // "solo16"
 */
export function lastCircuitOf(type: number): LastCircuit | undefined {
  const names = Object.keys(LAST_CIRCUIT_TYPE) as LastCircuit[];
  return names.find((name) => LAST_CIRCUIT_TYPE[name] === type);
}
