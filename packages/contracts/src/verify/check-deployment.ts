import { LAST_CIRCUIT_TYPE, type LastCircuit } from "@cairn/protocol";
import { encodeDeployData, type Hex, hexToBigInt, keccak256 } from "viem";
import { functionsWithoutAccess, ROLLUP_ACCESS, selectorsOf } from "../access.ts";
import type { CompiledContract } from "../compiled.ts";
import { L1_CAPACITY } from "../deploy.ts";
import { rollupAbi } from "../generated/rollup-abi.ts";
import { type SrsKind, srsOfBytecode } from "../srs.ts";
import {
  type Check,
  codeCheck,
  type ExpectedVerifier,
  forbiddenCheck,
  keyCheck,
  proxyCheck,
  significantDigits,
  srsCheck,
} from "./check.ts";
import { dispatchedSelectors } from "./dispatcher.ts";
import type { DeployedRollup, RollupViews } from "./rollup.ts";
import { compareRuntimeCode } from "./runtime-code.ts";

/** What a deployment must match. */
export interface ExpectedDeployment {
  readonly rollup: CompiledContract;
  readonly accountTree: CompiledContract;
  readonly binding: CompiledContract;
  readonly fixedOperator: CompiledContract;
  readonly verifierOf: (circuit: LastCircuit, srs: SrsKind) => ExpectedVerifier | undefined;
  /** Root and history of the empty state, computed here. */
  readonly genesis: { readonly root: Hex; readonly history: Hex; readonly nextIndex: number };
}

/**
 * Compares a deployment with what is expected. It matches when every check is ok.
 *
 * @example checkDeployment(deployed, expected).every(({ isOk }) => isOk)
 */
export function checkDeployment(deployed: DeployedRollup, expected: ExpectedDeployment): Check[] {
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
    ...functionsWithoutAccess(abi, ROLLUP_ACCESS).map((name) => `the table does not say who may call ${name}`),
    ...(added.length === 0 ? [] : [`functions not in the sources: ${added.join(", ")}`]),
    ...(missing.length === 0 ? [] : [`missing functions of the sources: ${missing.join(", ")}`]),
  ];
  const changing = Object.keys(ROLLUP_ACCESS).length;
  const all = `${found.length} functions, ${changing} of which change state; none has power over money or rules`;
  return { name: "Rollup functions", isOk: problems.length === 0, detail: problems.join("; ") || all };
}

/** The constructor that ran is the sources', so that nothing else was written to storage. */
function creationCheck({ creation, views }: DeployedRollup, { bytecode }: CompiledContract): Check {
  const name = "Rollup creation";
  if ("missing" in creation) {
    return { name, isOk: false, detail: `creating transaction not found: ${creation.missing}` };
  }
  const { input, transactionHash, blockNumber } = creation;
  if (!input.startsWith(bytecode)) {
    return { name, isOk: false, detail: `${transactionHash} ran a constructor other than that of the sources` };
  }
  const isOk = views !== null && input === encodeDeployData({ abi: rollupAbi, bytecode, args: [views.parameters] });
  const differs = `${transactionHash} gave parameters other than those the rollup reports`;
  return { name, isOk, detail: isOk ? `${transactionHash} in block ${blockNumber}` : differs };
}

function immutablesCheck(code: Hex, views: RollupViews, rollup: CompiledContract): Check {
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

function genesisCheck({ state }: RollupViews, { rollup, genesis }: ExpectedDeployment): Check {
  const name = "Genesis";
  const missing = [genesis.root, genesis.history].filter((word) => !rollup.bytecode.includes(significantDigits(word)));
  if (missing.length > 0) return { name, isOk: false, detail: `the constructor does not set ${missing.join(" and ")}` };
  const { root, history, nextIndex, batchCount } = state;
  const isUntouched = root === genesis.root && history === genesis.history && nextIndex === genesis.nextIndex;
  const isOk = batchCount > 0n || isUntouched;
  return { name, isOk, detail: isOk ? `${genesis.root}, ${genesis.history}` : `no batch yet, but ${root}, ${history}` };
}

/** Another policy can give precedence to anyone, but nothing else; whoever trusts it must know it. */
function policyCheck({ policy, parameters }: RollupViews, { fixedOperator }: ExpectedDeployment): Check {
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
function circuitsCheck({ parameters }: RollupViews): Check {
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
  { parameters, verifierCodes }: RollupViews,
  i: number,
  chainId: number,
  expected: ExpectedDeployment,
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
