import { bigintToHex, bytesToHex, hexToBytes } from "@cairn/protocol";
import { encodeDeployData, type Hex, keccak256, zeroAddress, zeroHash } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCached, rollupTargets } from "../build.ts";
import type { CompiledContract } from "../compiled.ts";
import { rollupAbi } from "../generated/rollup-abi.ts";
import { checkDeployment, type ExpectedDeployment } from "./check-deployment.ts";
import type { DeployedRollup, RollupViews } from "./rollup.ts";

const CACHE_DIR = process.env.CAIRN_CACHE_DIR ?? new URL("../../../../.cache", import.meta.url).pathname;
const ROOT = "0x127314dc4f13036ac6a4482435840186e511e872197943c814189493179ab475";
const HISTORY = "0x18dfb8dc9b82229cff974efefc8df78b1ce96d9d844236b496785c698bc6732e";
const addressOf = (number: bigint): Hex => bigintToHex(number, 20);

/** The code that a deployment leaves, with these values of immutables. */
function withImmutables({ runtimeCode, immutables }: CompiledContract, values: Readonly<Record<string, bigint>>): Hex {
  const code = hexToBytes(runtimeCode);
  for (const { name, offsets } of immutables) {
    for (const offset of offsets) code.set(hexToBytes(bigintToHex(values[name] ?? 0n, 32)), offset);
  }
  return bytesToHex(code);
}

function altered(code: Hex): Hex {
  const bytes = hexToBytes(code);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  return bytesToHex(bytes);
}

describe("a deployment", () => {
  let expected: ExpectedDeployment;
  let honest: DeployedRollup;
  let views: RollupViews;
  /** The honest deployment, but for what it says about itself. */
  const saying = (changed: Partial<RollupViews>): DeployedRollup => ({ ...honest, views: { ...views, ...changed } });

  beforeAll(async () => {
    const contracts = new Map<string, CompiledContract>();
    for (const target of rollupTargets()) contracts.set(target.name, (await buildCached(CACHE_DIR, target)).artefact);
    const contract = (name: string): CompiledContract => contracts.get(name) ?? expect.unreachable();
    const rollup = contract("Rollup");
    // Any contract can stand for a verifier here; its "key" is a part of its code.
    const verifier = contract("Receipts");
    const keyHash: Hex = `0x${verifier.runtimeCode.slice(200, 264)}`;
    expected = {
      rollup,
      accountTree: contract("AccountTree"),
      binding: contract("Binding"),
      fixedOperator: contract("FixedOperator"),
      verifierOf: () => ({ contract: verifier, keyHash }),
      genesis: { root: ROOT, history: HISTORY, nextIndex: 64 },
    };
    const policyCode = contract("FixedOperator").runtimeCode;
    const parameters = {
      policy: addressOf(5n),
      policyCodeHash: keccak256(policyCode),
      inclusionDelay: 1n,
      operatorIdleDelay: 2n,
      returnDelay: 3n,
      freezeDelay: 4n,
      queueBaseFee: 5n,
      circuits: [
        {
          circuitType: 3,
          l1Capacity: 512,
          verifier: addressOf(6n),
          verifierCodeHash: keccak256(verifier.runtimeCode),
        },
      ],
    };
    views = {
      parameters,
      state: {
        root: ROOT,
        history: HISTORY,
        nextIndex: 64,
        batchCount: 0n,
        lastBlock: 0n,
        lastTimestamp: 0n,
        lastBatchAt: 9n,
        lastByStranger: false,
        queueHead: 0n,
        queueTail: 0n,
      },
      isFrozen: false,
      leader: addressOf(10n),
      accountTree: { address: addressOf(7n), code: expected.accountTree.runtimeCode },
      binding: { address: addressOf(8n), code: expected.binding.runtimeCode },
      policy: {
        address: addressOf(5n),
        code: policyCode,
        roles: { operator: addressOf(10n), proposedOperator: zeroAddress },
      },
      verifierCodes: [verifier.runtimeCode],
    };
    honest = {
      chainId: 31337,
      blockNumber: 1n,
      address: addressOf(1n),
      proxySlots: [],
      code: withImmutables(rollup, {
        POLICY: 5n,
        POLICY_CODE_HASH: BigInt(parameters.policyCodeHash),
        INCLUSION_DELAY: 1n,
        OPERATOR_IDLE_DELAY: 2n,
        RETURN_DELAY: 3n,
        FREEZE_DELAY: 4n,
        QUEUE_BASE_FEE: 5n,
        ACCOUNT_TREE: 7n,
        BINDING: 8n,
      }),
      views,
      creation: {
        transactionHash: zeroHash,
        from: addressOf(9n),
        blockNumber: 1n,
        input: encodeDeployData({ abi: rollupAbi, bytecode: rollup.bytecode, args: [parameters] }),
      },
    };
  });

  const failed = (deployed: DeployedRollup): string[] =>
    checkDeployment(deployed, expected).flatMap(({ name, isOk }) => (isOk ? [] : [name]));

  it("matches when everything is as in the sources", () => {
    expect(checkDeployment(honest, expected).filter(({ isOk }) => !isOk)).toEqual([]);
    expect(checkDeployment(honest, expected)).toHaveLength(18);
  });

  it("does not with a capacity that is not the circuit's, or an unknown circuit", () => {
    const [circuit] = views.parameters.circuits;
    if (circuit === undefined) expect.unreachable();
    for (const changed of [{ l1Capacity: 511 }, { l1Capacity: 513 }, { circuitType: 0 }, { circuitType: 9 }]) {
      const circuits = [{ ...circuit, ...changed }];
      expect(failed(saying({ parameters: { ...views.parameters, circuits } }))).toContain("Circuits");
    }
  });

  it("names a policy that is not in the sources, or whose code has changed", () => {
    const code = altered(views.policy?.code ?? "0x");
    const policy = { address: views.parameters.policy, code, roles: null };
    expect(failed(saying({ policy }))).toEqual(["Policy"]);
    const parameters = { ...views.parameters, policyCodeHash: keccak256(code) };
    const check = checkDeployment(saying({ policy, parameters }), expected).find(({ name }) => name === "Policy");
    expect(check?.isOk).toBe(false);
    expect(check?.detail).toContain("not in the sources");
    const open = { ...views.parameters, policy: zeroAddress, policyCodeHash: zeroHash };
    expect(failed(saying({ policy: null, parameters: open }))).not.toContain("Policy");
  });

  it("does not with other code of any of its contracts", () => {
    const { accountTree, binding } = views;
    expect(failed({ ...honest, code: altered(honest.code) })).toContain("Rollup code");
    expect(failed(saying({ accountTree: { ...accountTree, code: altered(accountTree.code) } }))).toEqual([
      "AccountTree code",
    ]);
    expect(failed(saying({ binding: { ...binding, code: altered(binding.code) } }))).toEqual(["Binding code"]);
    const verifierCodes = views.verifierCodes.map(altered);
    expect(failed(saying({ verifierCodes }))).toEqual([
      "Verifier batch code",
      "Verifier batch code hash",
      "Verifier batch verification key",
    ]);
  });

  it("does not when views and code disagree, or another constructor ran", () => {
    for (const changed of [{ returnDelay: 4n }, { policy: addressOf(77n) }, { queueBaseFee: 6n }]) {
      const parameters = { ...views.parameters, ...changed };
      expect(failed(saying({ parameters }))).toEqual(expect.arrayContaining(["Rollup immutables", "Rollup creation"]));
    }
    expect(failed({ ...honest, creation: { missing: "no archive" } })).toEqual(["Rollup creation"]);
    const binding = { ...views.binding, address: addressOf(78n) };
    expect(failed(saying({ binding }))).toEqual(["Rollup immutables"]);
    expect(failed(saying({ state: { ...views.state, history: zeroHash } }))).toEqual(["Genesis"]);
    const proxySlots = [{ name: "EIP-1967 implementation", value: addressOf(1n) }];
    expect(failed({ ...honest, proxySlots })).toEqual(["No proxy"]);
    expect(failed({ ...honest, views: null })).toEqual(["Rollup creation", "Rollup views"]);
    expect(failed({ ...honest, chainId: 1 })).toEqual(["Verifier batch SRS"]);
  });
});
