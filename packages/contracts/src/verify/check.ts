import { BLOCK_SIZES, type BlockSize, CIRCUIT_TYPE } from "@cairn/protocol";
import { decodeDeployData, encodeDeployData, type Hex, hexToBigInt, isAddressEqual, keccak256 } from "viem";
import { accessTable, functionsWithoutAccess, ROLLUP_ACCESS, selectorsOf } from "../access.ts";
import { type SrsKind, srsOfBytecode } from "../artefact.ts";
import type { CompiledContract } from "../compile.ts";
import { DEV_CHAIN_IDS } from "../deploy.ts";
import { rollupAbi } from "../generated/rollup-abi.ts";
import type { DeployedCircuit, DeployedRollup, RollupViews } from "./deployed.ts";
import { forbiddenInstructions } from "./disassemble.ts";
import { dispatchedSelectors } from "./dispatcher.ts";
import { proxyKind } from "./proxy.ts";
import { compareRuntimeCode } from "./runtime-code.ts";

/** One comparison. */
export interface Check {
  /** What was compared, in a few fixed words. */
  readonly name: string;
  readonly isOk: boolean;
  /** What was found, and what was expected if it differs. */
  readonly detail: string;
}

/** A verifier built from the sources. */
export interface ExpectedVerifier {
  readonly contract: CompiledContract;
  /** Hash of the verification key, 32 bytes, which the verifier's code contains. */
  readonly keyHash: Hex;
}

/** What a deployment must match. */
export interface ExpectedDeployment {
  readonly rollup: CompiledContract;
  readonly accountTree: CompiledContract;
  readonly verifierOf: (slots: BlockSize, srs: SrsKind) => ExpectedVerifier | undefined;
  /** Root of the empty state, computed here. */
  readonly genesisRoot: Hex;
  readonly genesisNextIndex: number;
}

/** Compares a deployment with what is expected. It matches when every check is ok. */
export function checkDeployment(deployed: DeployedRollup, expected: ExpectedDeployment): Check[] {
  const { views } = deployed;
  return [
    codeCheck("Rollup code", deployed.code, expected.rollup),
    proxyCheck(deployed),
    forbiddenCheck("Rollup instructions", deployed.code),
    functionsCheck(deployed.code, expected.rollup),
    creationCheck(deployed, expected.rollup),
    ...(views === null
      ? [{ name: "Rollup views", isOk: false, detail: "the contract does not answer as a Cairn rollup does" }]
      : [
          immutablesCheck(deployed.code, views, expected.rollup),
          genesisCheck(views, expected),
          codeCheck("AccountTree code", views.accountTree.code, expected.accountTree),
          forbiddenCheck("AccountTree instructions", views.accountTree.code),
          circuitsCheck(views.circuits),
          ...views.circuits.flatMap((circuit) => verifierChecks(circuit, deployed.chainId, expected)),
        ]),
  ];
}

/** A block size that the protocol knows; undefined for any other. */
export function knownBlockSize(slots: number): BlockSize | undefined {
  return BLOCK_SIZES.find((known) => known === slots);
}

/** Compares code on the chain with compiled code; immutables may differ. */
export function codeCheck(name: string, code: Hex, compiled: CompiledContract): Check {
  if (code === "0x") return { name, isOk: false, detail: "no contract at this address" };
  const { isSame, expectedBytes, actualBytes, differingBytes, firstDifference } = compareRuntimeCode(compiled, code);
  const detail = `${actualBytes} bytes, keccak256 ${keccak256(code)}`;
  if (isSame) return { name, isOk: true, detail };
  const kind = proxyKind(code);
  const difference =
    expectedBytes === actualBytes
      ? `${differingBytes} of ${actualBytes} bytes differ, the first at ${firstDifference}`
      : `${actualBytes} bytes instead of ${expectedBytes}; they differ from byte ${firstDifference} on`;
  return { name, isOk: false, detail: kind === null ? difference : `${kind}; ${difference}` };
}

/** Whether the contract, or a slot of its storage, looks like that of a proxy. */
export function proxyCheck({ code, proxySlots }: Pick<DeployedRollup, "code" | "proxySlots">): Check {
  const kind = proxyKind(code);
  const found = [...(kind === null ? [] : [kind]), ...proxySlots.map((slot) => `${slot.name} is ${slot.value}`)];
  const detail = found.join("; ") || "no proxy code, all known proxy slots are zero";
  return { name: "No proxy", isOk: found.length === 0, detail };
}

/** Whether code holds instructions that could change it, run other code as its own, or make contracts. */
export function forbiddenCheck(name: string, code: Hex): Check {
  const found = forbiddenInstructions(code).map((instruction) => `${instruction.name} at ${instruction.offset}`);
  const detail = found.join(", ") || "no DELEGATECALL, CALLCODE, SELFDESTRUCT, CREATE or CREATE2 that can run";
  return { name, isOk: found.length === 0, detail };
}

function functionsCheck(code: Hex, { abi }: CompiledContract): Check {
  const dispatched = dispatchedSelectors(code);
  const known = selectorsOf(abi);
  const added = dispatched.filter((selector) => !known.includes(selector));
  const missing = known.filter((selector) => !dispatched.some((found) => found === selector));
  const problems = [
    ...functionsWithoutAccess(abi, ROLLUP_ACCESS).map((name) => `the table does not say who may call ${name}`),
    ...(added.length === 0 ? [] : [`functions not in the sources: ${added.join(", ")}`]),
    ...(missing.length === 0 ? [] : [`missing functions of the sources: ${missing.join(", ")}`]),
  ];
  const all = `${dispatched.length} functions, ${accessTable().length} of which change state; none has power over money or rules`;
  return { name: "Rollup functions", isOk: problems.length === 0, detail: problems.join("; ") || all };
}

function creationCheck({ creation, views }: DeployedRollup, compiled: CompiledContract): Check {
  const name = "Rollup creation";
  if ("missing" in creation)
    return { name, isOk: false, detail: `creating transaction not found: ${creation.missing}` };
  const { input, transactionHash } = creation;
  if (!input.startsWith(compiled.bytecode)) {
    return { name, isOk: false, detail: `${transactionHash} ran a constructor other than that of the sources` };
  }
  const given = constructorParameters(compiled.bytecode, input);
  if (given === null) return { name, isOk: false, detail: `${transactionHash} gave no readable parameters` };
  const shown = views && { ...views.parameters, operator: given.operator };
  if (!shown || encodeDeployData({ abi: rollupAbi, bytecode: compiled.bytecode, args: [shown] }) !== input) {
    return { name, isOk: false, detail: `${transactionHash} gave parameters other than those the rollup reports` };
  }
  const isHandedOver = !isAddressEqual(given.operator, views.operator);
  const operator = isHandedOver ? `; the operator was ${given.operator} then` : "";
  return { name, isOk: true, detail: `${transactionHash} in block ${creation.blockNumber}${operator}` };
}

function constructorParameters(bytecode: Hex, data: Hex): RollupViews["parameters"] | null {
  try {
    return decodeDeployData({ abi: rollupAbi, bytecode, data }).args[0];
  } catch {
    return null;
  }
}

function immutablesCheck(code: Hex, views: RollupViews, compiled: CompiledContract): Check {
  const name = "Rollup immutables";
  const { isSame, immutables } = compareRuntimeCode(compiled, code);
  if (!isSame) return { name, isOk: false, detail: "not decoded, because the code is not that of the sources" };
  const { parameters, accountTree } = views;
  const shown = new Map<string, bigint>([
    ["INCLUSION_DELAY", parameters.inclusionDelay],
    ["OPERATOR_IDLE_DELAY", parameters.operatorIdleDelay],
    ["FREEZE_DELAY", parameters.freezeDelay],
    ["QUEUE_BASE_FEE", parameters.queueBaseFee],
    ["ACCOUNT_TREE", hexToBigInt(accountTree.address)],
  ]);
  const problems = immutables.flatMap(({ name: variable, word }) => {
    const expected = shown.get(variable);
    if (word === null) return [`${variable} differs between its places in the code`];
    if (expected === undefined) return [`${variable} is not exposed by any view`];
    return hexToBigInt(word) === expected
      ? []
      : [`${variable} is ${word} in the code, but ${expected} according to the views`];
  });
  const unused = [...shown.keys()].filter((variable) => !immutables.some((found) => found.name === variable));
  problems.push(...unused.map((variable) => `${variable} is not in the code`));
  const decoded = [...shown].map(([variable, value]) => {
    return `${variable} ${variable === "ACCOUNT_TREE" ? accountTree.address : value}`;
  });
  const detail = problems.join("; ") || `${decoded.join(", ")}, as the views report them`;
  return { name, isOk: problems.length === 0, detail };
}

function genesisCheck({ state }: RollupViews, { rollup, genesisRoot, genesisNextIndex }: ExpectedDeployment): Check {
  const name = "Genesis root";
  if (!rollup.bytecode.includes(significantDigits(genesisRoot))) {
    return { name, isOk: false, detail: `the constructor does not set the empty state's root ${genesisRoot}` };
  }
  const detail = `${genesisRoot}, root of the empty state, set by the constructor`;
  if (state.batchCount > 0n) return { name, isOk: true, detail };
  if (state.root === genesisRoot && state.nextIndex === genesisNextIndex) return { name, isOk: true, detail };
  const found = `${state.root} with next index ${state.nextIndex}`;
  return { name, isOk: false, detail: `no batch yet, but the state is ${found} instead of ${genesisRoot}` };
}

function circuitsCheck(circuits: readonly DeployedCircuit[]): Check {
  const problems = circuits.flatMap(({ circuitType, slots }) => {
    const known = knownBlockSize(slots);
    if (known === undefined) return [`type ${circuitType} has ${slots} slots, for which there is no circuit`];
    return CIRCUIT_TYPE[known] === circuitType ? [] : [`${slots} slots are type ${circuitType}`];
  });
  const detail = problems.join("; ") || `blocks of ${circuits.map(({ slots }) => slots).join(", ")} slots`;
  return { name: "Circuits", isOk: problems.length === 0, detail };
}

function verifierChecks(circuit: DeployedCircuit, chainId: number, expected: ExpectedDeployment): Check[] {
  const { slots, verifierCode: code, verifierCodeHash } = circuit;
  const known = knownBlockSize(slots);
  const srs = srsOfBytecode(code);
  const verifier = known && expected.verifierOf(known, srs);
  const name = `Verifier ${slots}`;
  const codeHash = keccak256(code);
  return [
    verifier === undefined
      ? { name: `${name} code`, isOk: false, detail: "there is nothing to compare it with" }
      : codeCheck(`${name} code`, code, verifier.contract),
    {
      name: `${name} code hash`,
      isOk: codeHash === verifierCodeHash,
      detail: codeHash === verifierCodeHash ? codeHash : `${codeHash}, but the rollup stores ${verifierCodeHash}`,
    },
    keyCheck(`${name} verification key`, code, verifier),
    srsCheck(`${name} SRS`, srs, chainId),
    forbiddenCheck(`${name} instructions`, code),
  ];
}

/** Whether a verifier's code holds the hash of the expected key. */
export function keyCheck(name: string, code: Hex, verifier: ExpectedVerifier | undefined): Check {
  if (verifier === undefined) return { name, isOk: false, detail: "there is nothing to compare it with" };
  const isNamed = code.includes(significantDigits(verifier.keyHash));
  const detail = isNamed ? verifier.keyHash : `the code does not contain the key ${verifier.keyHash}`;
  return { name, isOk: isNamed, detail };
}

/** A verifier over the dev SRS is all right on development chains only. */
export function srsCheck(name: string, srs: SrsKind, chainId: number): Check {
  if (srs === "ignition") return { name, isOk: true, detail: "ignition (176 participants)" };
  const isDevChain = DEV_CHAIN_IDS.includes(chainId);
  const warning = "dev: ANYONE CAN FORGE PROOFS";
  return {
    name,
    isOk: isDevChain,
    detail: isDevChain ? `${warning}; a development chain` : `${warning} on this chain`,
  };
}

/** A word as pushed by code: without leading zero bytes. */
export function significantDigits(word: Hex): string {
  return word.slice(2).replace(/^(?:00)+/, "");
}
