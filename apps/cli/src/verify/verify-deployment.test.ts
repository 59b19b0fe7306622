import { rebuildVerifier } from "@cairn/circuits";
import { type CompiledContract, deployContract, deployRollup, readDeployment } from "@cairn/contracts";
import { loadArtefact, loadVerifier } from "@cairn/contracts/artefacts";
import { buildCached, buildFresh, rollupTargets, verifierTarget } from "@cairn/contracts/build";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { type Address, BaseError, createTestClient, type Hex, http, keccak256, toHex } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runInTest } from "../../test/run.ts";
import type { VerificationReport } from "./report.ts";

const SLOTS = 16;
/** Code that answers every call with true. */
const RETURN_TRUE: Hex = "0x60015f5260205ff3";

/** A policy whose operator is whoever asks. */
const OTHER_POLICY = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;
contract Other {
  constructor(address) {}
  function operatorAt(uint64) external view returns (address) { return msg.sender; }
}`;

describe("cairn verify-deployment", () => {
  let devnet: DevRollup;
  let snapshot: Hex;
  const anvil = () => createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
  const clients = () => ({ walletClient: devnet.wallet(0), publicClient: devnet.rollup.reader });

  beforeAll(async () => {
    for (const target of rollupTargets()) await buildCached(TEST_CACHE_DIR, target);
    devnet = await startDevRollup({ cacheDir: TEST_CACHE_DIR, sizes: [SLOTS] });
  });
  afterAll(() => devnet?.stop());
  beforeEach(async () => {
    snapshot = await anvil().snapshot();
  });
  afterEach(() => anvil().revert({ id: snapshot }));

  async function verify(rollup: Address, ...more: string[]) {
    const args = ["verify-deployment", "--l1", devnet.rpcUrl, "--rollup", rollup, "--json", ...more];
    const { code, stdout, stderr } = await runInTest(args, { CAIRN_CACHE_DIR: TEST_CACHE_DIR });
    expect(stderr).toBe("");
    const report: VerificationReport = JSON.parse(stdout);
    expect(report.isSame).toBe(code === 0);
    const failed = report.checks.flatMap(({ name, isOk }) => (isOk ? [] : [name]));
    const details = new Map(report.checks.map(({ name, detail }) => [name, detail]));
    return { code, report, failed, details };
  }
  const compare = (rollup: Address, ...more: string[]) => verify(rollup, "--cached", ...more);

  async function setChainId(chainId: number): Promise<void> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "anvil_setChainId", params: [chainId] });
    await fetch(devnet.rpcUrl, { method: "POST", headers: { "content-type": "application/json" }, body });
  }

  async function codeAt(address: Address): Promise<Hex> {
    return (await devnet.rollup.reader.getCode({ address })) ?? "0x";
  }

  function verifierAddress(): Address {
    return devnet.verifiers.get("solo16") ?? "0x";
  }

  /** Deploys a rollup with another verifier or another policy. */
  async function deployWith(changed: {
    readonly verifier?: Pick<CompiledContract, "bytecode" | "runtimeCode">;
    readonly policy?: CompiledContract;
  }): Promise<Address> {
    const verifier = { ...loadVerifier(TEST_CACHE_DIR, "solo16", "dev"), ...changed.verifier };
    const deployment = await deployRollup({
      ...clients(),
      rollup: loadArtefact(TEST_CACHE_DIR, "Rollup"),
      verifiers: [{ circuit: "solo16", contract: verifier }],
      fixedOperator: {
        contract: changed.policy ?? loadArtefact(TEST_CACHE_DIR, "FixedOperator"),
        operator: devnet.wallet(0).account.address,
      },
    });
    return deployment.rollup;
  }

  it("finds a deployment to match the sources, and reports everything about it", async () => {
    const { code, report, failed } = await verify(devnet.rollup.address);
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    expect(report).toMatchObject({
      build: "fresh",
      chainId: 31337,
      rollup: devnet.rollup.address,
      parameters: {
        inclusionDelaySeconds: 86_400,
        operatorIdleDelaySeconds: 21_600,
        returnDelaySeconds: 3600,
        freezeDelaySeconds: 604_800,
        queueBaseFeeWei: "200000000000000",
        circuits: [{ circuitType: 0, l1Capacity: 4, verifier: verifierAddress() }],
        policy: devnet.policy,
      },
      state: { operator: devnet.wallet(0).account.address, proposedOperator: null, isFrozen: false, batches: 0 },
      circuits: [{ circuit: "solo16", srs: "dev", keyHash: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    expect(report.warnings).toEqual([expect.stringContaining("anyone can forge proofs")]);
    expect(report.functions.filter(({ caller }) => caller === "operator")).toEqual([]);
    expect(report.policyFunctions.filter(({ caller }) => caller === "operator")).toHaveLength(2);
    expect(report.functions.map(({ signature }) => signature)).toContain("freeze()");
  });

  it("prints it as text, and says loudly when the cache was trusted", async () => {
    const args = ["verify-deployment", "--l1", devnet.rpcUrl, "--rollup", devnet.rollup.address, "--cached"];
    const { code, stdout, stderr } = await runInTest(args, { CAIRN_CACHE_DIR: TEST_CACHE_DIR });
    expect(code).toBe(0);
    expect(stderr).toContain("NOT REBUILDING");
    expect(stdout).toContain("WARNING: Nothing was rebuilt");
    expect(stdout).toMatch(/freeze delay +7 d \(604800 s\)/);
    expect(stdout).toMatch(/queue base fee +0\.0002 ETH/);
    expect(stdout).toMatch(/burn\(\) +operator +opens submission/);
    expect(stdout).toMatch(/\nSAME: .+\n$/);
  });

  it("reports a verifier in which one bit was flipped", async () => {
    const code = await codeAt(verifierAddress());
    const flipped: Hex = `${code.slice(0, 20_001) as Hex}${code[20_001] === "0" ? "1" : "0"}${code.slice(20_002)}`;
    await anvil().setCode({ address: verifierAddress(), bytecode: flipped });
    const { code: exitCode, failed, details } = await compare(devnet.rollup.address);
    expect(exitCode).toBe(1);
    expect(failed).toEqual(["Verifier solo16 code", "Verifier solo16 code hash"]);
    expect(details.get("Verifier solo16 code")).toContain("1 of ");
  });

  it("reports a verifier that accepts everything", async () => {
    const size = toHex(RETURN_TRUE.length / 2 - 1, { size: 1 }).slice(2);
    const rollup = await deployWith({
      verifier: {
        bytecode: `0x60${size}600c60003960${size}6000f3${RETURN_TRUE.slice(2)}`,
        runtimeCode: RETURN_TRUE,
      },
    });
    const { failed } = await compare(rollup);
    expect(failed).toEqual(["Verifier solo16 code", "Verifier solo16 verification key"]);
  });

  it("reports a verifier with another verification key", async () => {
    const { contractName, source, keyHash } = await rebuildVerifier({
      circuit: "solo16",
      srs: "dev",
      cacheDir: TEST_CACHE_DIR,
    });
    const otherKey = source.replace(keyHash, keccak256(toHex("another key")).slice(2));
    const { bytecode, runtimeCode } = await buildFresh(verifierTarget(contractName, otherKey));
    const { failed, details } = await compare(await deployWith({ verifier: { bytecode, runtimeCode } }));
    expect(failed).toEqual(["Verifier solo16 code", "Verifier solo16 verification key"]);
    expect(details.get("Verifier solo16 verification key")).toContain(keyHash);
  });

  it("reports an immutable that differs from the rollup's views or parameters", async () => {
    const { address } = devnet.rollup;
    const target = rollupTargets().find(({ name }) => name === "Rollup");
    if (target === undefined) throw new TypeError("no Rollup");
    const { immutables } = (await buildCached(TEST_CACHE_DIR, target)).artefact;
    const places = immutables.find(({ name }) => name === "FREEZE_DELAY")?.offsets ?? [];
    expect(places.length).toBeGreaterThan(1);
    const genuine = await codeAt(address);
    const longer = (code: Hex, offset: number): Hex => {
      const at = 2 + 2 * offset;
      return `${code.slice(0, at) as Hex}${toHex(30n * 86_400n, { size: 32 }).slice(2)}${code.slice(at + 64)}`;
    };
    await anvil().setCode({ address, bytecode: longer(genuine, places[0] ?? 0) });
    const once = await compare(address);
    expect(once.failed).toContain("Rollup immutables");
    expect(once.details.get("Rollup immutables")).toContain("FREEZE_DELAY differs between its places in the code");
    await anvil().setCode({ address, bytecode: places.reduce(longer, genuine) });
    const everywhere = await compare(address);
    expect(everywhere.failed).toEqual(["Rollup creation"]);
    expect(everywhere.details.get("Rollup creation")).toContain("parameters other than those the rollup reports");
  });

  it("reports another AccountTree", async () => {
    const address = await devnet.rollup.reader.readContract({
      address: devnet.rollup.address,
      abi: loadArtefact(TEST_CACHE_DIR, "Rollup").abi,
      functionName: "accountTree",
    });
    await anvil().setCode({ address: address as Address, bytecode: RETURN_TRUE });
    expect((await compare(devnet.rollup.address)).failed).toEqual(["AccountTree code"]);
  });

  it("reports another Binding", async () => {
    const { report } = await compare(devnet.rollup.address);
    await anvil().setCode({ address: report.parameters?.binding ?? "0x", bytecode: RETURN_TRUE });
    expect((await compare(devnet.rollup.address)).failed).toEqual(["Binding code"]);
  });

  it("reports a policy that is not in the sources, or that has changed", async () => {
    const genuine = loadArtefact(TEST_CACHE_DIR, "FixedOperator");
    const other = await buildFresh(verifierTarget("Other", OTHER_POLICY));
    const foreign = await compare(await deployWith({ policy: { ...other, abi: genuine.abi } }));
    expect(foreign.failed).toEqual(["Policy"]);
    expect(foreign.details.get("Policy")).toContain("not in the sources");
    await anvil().setCode({ address: devnet.policy ?? "0x", bytecode: RETURN_TRUE });
    const changed = await compare(devnet.rollup.address);
    expect(changed.failed).toEqual(["Policy"]);
    expect(changed.details.get("Policy")).toContain("has changed");
  });

  it("reports a constructor that left another state behind the same code", async () => {
    const { abi, bytecode } = loadArtefact(TEST_CACHE_DIR, "Rollup");
    const { report } = await compare(devnet.rollup.address);
    const root = report.state?.root.slice(2) ?? "";
    expect(bytecode).toContain(root);
    const forged = bytecode.replace(root, keccak256(toHex("rich")).slice(2)) as Hex;
    const { parameters } = report;
    const args = [
      {
        policy: parameters?.policy,
        policyCodeHash: keccak256(await codeAt(devnet.policy ?? "0x")),
        inclusionDelay: parameters?.inclusionDelaySeconds,
        operatorIdleDelay: parameters?.operatorIdleDelaySeconds,
        returnDelay: parameters?.returnDelaySeconds,
        freezeDelay: parameters?.freezeDelaySeconds,
        queueBaseFee: parameters?.queueBaseFeeWei,
        circuits: parameters?.circuits,
      },
    ];
    const genuine = await deployContract(clients(), { name: "Rollup", abi, bytecode }, args);
    expect((await compare(genuine.address)).failed).toEqual([]);
    const { address } = await deployContract(clients(), { name: "Rollup", abi, bytecode: forged }, args);
    const { failed, details } = await compare(address);
    expect(failed).toEqual(["Rollup creation", "Genesis"]);
    expect(details.get("Rollup creation")).toContain("a constructor other than that of the sources");
  });

  it("names proxies", async () => {
    const target = devnet.rollup.address;
    const proxy = "0x00000000000000000000000000000000000c0de1";
    const minimal: Hex = `0x363d3d373d3d3d363d73${target.slice(2).toLowerCase() as Hex}5af43d82803e903d91602b57fd5bf3`;
    await anvil().setCode({ address: proxy, bytecode: minimal });
    const { failed, details } = await compare(proxy);
    expect(failed).toEqual(expect.arrayContaining(["Rollup code", "No proxy", "Rollup instructions"]));
    expect(details.get("No proxy")).toContain("EIP-1167");
    expect(details.get("Rollup instructions")).toContain("DELEGATECALL");
    const slot = toHex(BigInt(keccak256(toHex("eip1967.proxy.implementation"))) - 1n, { size: 32 });
    await anvil().setStorageAt({ address: target, index: slot, value: toHex(7n, { size: 32 }) });
    const stored = await compare(target);
    expect(stored.failed).toEqual(["No proxy"]);
    expect(stored.details.get("No proxy")).toContain("EIP-1967 implementation");
  });

  it("reports a contract that is not a rollup at all", async () => {
    const { address: token } = await devnet.createToken("USD", 6);
    const foreign = await compare(token);
    expect(foreign.failed).toEqual(expect.arrayContaining(["Rollup code", "Rollup functions", "Rollup views"]));
    expect(foreign.report).toMatchObject({ parameters: null, state: null, circuits: [] });
    const nothing = await compare(devnet.wallet(5).account.address);
    expect(nothing.details.get("Rollup code")).toBe("no contract at this address");
    expect(nothing.code).toBe(1);
  });

  it("refuses verifiers over the development SRS on any chain that is not for development", async () => {
    await setChainId(17_000);
    const { failed, details } = await compare(devnet.rollup.address);
    expect(failed).toEqual(["Verifier solo16 SRS"]);
    expect(details.get("Verifier solo16 SRS")).toContain("ANYONE CAN FORGE PROOFS");
    await setChainId(31_337);
  });

  it("finds the creation without old states when it knows the block", async () => {
    const { reader, address } = devnet.rollup;
    const forgetful = new Proxy(reader, {
      get: (target, name, receiver) =>
        name === "getCode"
          ? async (query: Parameters<typeof reader.getCode>[0]) => {
              if (query.blockNumber === (await reader.getBlockNumber())) return target.getCode(query);
              throw new BaseError("missing trie node");
            }
          : Reflect.get(target, name, receiver),
    });
    await anvil().mine({ blocks: 5 });
    const { creation } = await readDeployment(reader, address);
    if ("missing" in creation) throw new TypeError(creation.missing);
    const { blockNumber } = creation;
    expect(await readDeployment(forgetful, address, { blockNumber })).toMatchObject({ creation });
    const lost = { creation: { missing: expect.stringContaining("missing trie node") } };
    expect(await readDeployment(forgetful, address)).toMatchObject(lost);
    expect(await readDeployment(forgetful, address, { blockNumber: blockNumber - 1n })).toMatchObject(lost);
  });

  it("accepts a given creating transaction only if it created the rollup", async () => {
    const { report } = await compare(devnet.rollup.address);
    const hash = /0x[0-9a-f]{64}/.exec(report.checks.find(({ name }) => name === "Rollup creation")?.detail ?? "")?.[0];
    expect((await compare(devnet.rollup.address, "--creation-tx", hash ?? "")).failed).toEqual([]);
    const { receipt } = await deployContract(clients(), loadArtefact(TEST_CACHE_DIR, "DevToken"), ["A", "A", 0]);
    const other = await compare(devnet.rollup.address, "--creation-tx", receipt.transactionHash);
    expect(other.failed).toEqual(["Rollup creation"]);
    const malformed = await runInTest(["verify-deployment", "--creation-tx", "0x12", "--l1", devnet.rpcUrl]);
    expect(malformed.code).toBe(2);
  });
});
