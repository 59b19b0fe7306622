import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadArtefact, loadVerifier } from "@cairn/contracts/artefacts";
import { TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { connectReader } from "@cairn/l1";
import { type AnvilNode, startAnvil } from "@cairn/l1/anvil";
import { createTestClient, http, keccak256 } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ran, runInTest } from "../../test/run.ts";
import { devAccounts } from "../devnet/accounts.ts";
import { writeProfile } from "../profile.ts";

const [, alice, bob] = devAccounts();

describe("an operator's commands on L1", () => {
  const home = mkdtempSync(join(tmpdir(), "cairn-deploy-"));
  const profile = join(home, "profile.json");
  let anvil: AnvilNode;

  const cairn = (...args: string[]): Promise<Ran> =>
    runInTest([...args, "--json"], { CAIRN_HOME: home, CAIRN_PROFILE: profile, CAIRN_CACHE_DIR: TEST_CACHE_DIR });
  const answer = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout } = await cairn(...args);
    expect({ args, code, stdout }).toMatchObject({ code: 0 });
    return JSON.parse(stdout) as T;
  };
  const failure = async (...args: string[]): Promise<unknown> => {
    const { code, stdout } = await cairn(...args);
    expect(code).not.toBe(0);
    return JSON.parse(stdout).error;
  };
  /** Everyone's keys, and the rollup that the commands use. */
  const useRollup = (rollup: string): void => {
    const accounts = devAccounts().map((account) => ({ ...account }));
    writeProfile(profile, { version: 1, chainId: anvil.chainId, rollup, l1RpcUrl: anvil.rpcUrl, accounts });
  };
  const blockNumber = () => connectReader(anvil.rpcUrl, anvil.chainId).getBlockNumber();

  beforeAll(async () => {
    anvil = await startAnvil();
    useRollup("0x0000000000000000000000000000000000000001");
  });
  afterAll(async () => {
    await anvil.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("simulate a deployment, and make it only on the confirmed chain", async () => {
    const common = ["deploy", "--slots", "16", "--key", "operator", "--operator", alice?.address ?? ""];
    const plan = await answer<{
      isDryRun: boolean;
      gas: string;
      gasLimit: string;
      rollup: { address: string };
      costWei: string;
    }>(...common);
    expect(plan).toMatchObject({ isDryRun: true, chainId: 31337, srs: "dev" });
    expect(BigInt(plan.costWei)).toBeGreaterThan(0n);
    expect(await failure(...common, "--confirm", "1")).toMatchObject({ code: "cli/wrong-chain" });
    expect(await blockNumber()).toBe(0n);

    const out = join(home, "deployment.json");
    const record = await answer<{ rollup: string; gasUsed: string }>(
      ...[
        ...common,
        "--confirm",
        "31337",
        "--out",
        out,
        "--freeze-delay",
        "1000000",
        "--write-profile",
        join(home, "p2"),
      ],
    );
    expect(record.rollup).toBe(plan.rollup.address);
    expect(Number(record.gasUsed) / Number(plan.gas)).toBeCloseTo(1, 2);
    expect(BigInt(plan.gasLimit)).toBeGreaterThanOrEqual(BigInt(record.gasUsed));
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({
      version: 2,
      chainId: 31337,
      rollup: record.rollup,
      srs: "dev",
      blockNumber: 3,
      policy: expect.stringMatching(/^0x/),
      parameters: {
        operator: alice?.address,
        returnDelaySeconds: 3600,
        freezeDelaySeconds: 1_000_000,
        queueBaseFeeWei: "200000000000000",
      },
      circuits: [
        {
          circuitType: 0,
          circuit: "solo16",
          l1Capacity: 4,
          verifierCodeHash: keccak256(loadVerifier(TEST_CACHE_DIR, "solo16", "dev").runtimeCode),
        },
      ],
      codeHashes: {
        rollup: expect.stringMatching(/^0x/),
        accountTree: expect.stringMatching(/^0x/),
        binding: expect.stringMatching(/^0x/),
        policy: keccak256(loadArtefact(TEST_CACHE_DIR, "FixedOperator").runtimeCode),
      },
    });
    expect(JSON.parse(readFileSync(join(home, "p2"), "utf8"))).toMatchObject({
      rollup: record.rollup,
      deploymentBlock: 3,
    });
    expect(await failure(...common, "--confirm", "31337", "--out", out)).toMatchObject({ code: "cli/usage" });
  });

  it("refuse what L1 would refuse, before anything is sent", async () => {
    const before = await blockNumber();
    const contract = JSON.parse(readFileSync(join(home, "deployment.json"), "utf8")).rollup;
    expect(await failure("deploy", "--slots", "16", "--key", "operator", "--operator", contract)).toMatchObject({
      code: "cli/bad-deployment",
      message: expect.stringContaining("has code"),
    });
    const delays = ["--inclusion-delay", "700000", "--freeze-delay", "600000"];
    expect(await failure("deploy", "--slots", "16", "--key", "operator", ...delays)).toMatchObject({
      code: "cli/bad-deployment",
    });
    expect(await blockNumber()).toBe(before);
    expect(readdirSync(home).filter((name) => name.startsWith("deployment"))).toEqual(["deployment.json"]);
  });

  it("pay nothing twice when a deployment was interrupted and is repeated", async () => {
    const client = createTestClient({ mode: "anvil", transport: http(anvil.rpcUrl) });
    const reader = connectReader(anvil.rpcUrl, anvil.chainId);
    const address = bob?.address ?? "0x";
    const nonce = () => reader.getTransactionCount({ address });
    const out = join(home, "interrupted.json");
    const common = ["deploy", "--slots", "16", "--key", "bob", "--l1-timeout", "1"];
    const deploy = [...common, "--confirm", "31337", "--out", out];
    const unknown = { code: "l1/outcome-unknown", details: { from: address } };
    await client.setAutomine(false);
    // The verifier is sent; then nobody knows. The next run waits for the same one.
    expect(await failure(...deploy)).toMatchObject(unknown);
    expect(await failure(...deploy)).toMatchObject(unknown);
    await client.mine({ blocks: 1 });
    const signed = { isSigned: true, gas: "0", gasLimit: "0" };
    const plan = await answer<{ verifiers: [{ address: string }]; rollup: { address: string } }>(...common);
    expect(plan).toMatchObject({ isDryRun: true, verifiers: [signed], rollup: { isSigned: false } });
    // It goes on with policy and rollup, and is interrupted again each time.
    expect(await failure(...deploy)).toMatchObject(unknown);
    await client.mine({ blocks: 1 });
    expect(await answer(...common)).toMatchObject({ policy: signed, rollup: { isSigned: false } });
    expect(await failure(...deploy)).toMatchObject(unknown);
    await client.mine({ blocks: 1 });
    await client.setAutomine(true);
    const record = await answer<{ rollup: string }>(...deploy);
    expect(record).toMatchObject({ rollup: plan.rollup.address, circuits: [{ verifier: plan.verifiers[0].address }] });
    expect(await nonce()).toBe(3);
    // It was reported: from now on the same words mean another rollup.
    const next = await answer<{ rollup: string }>(...common, "--confirm", "31337", "--out", join(home, "next.json"));
    expect(next.rollup).not.toBe(record.rollup);
    expect(await nonce()).toBe(6);
  });

  it("hand over the operator's role in two steps, and give it up", async () => {
    const { rollup, policy } = JSON.parse(readFileSync(join(home, "deployment.json"), "utf8"));
    useRollup(rollup);
    const operatorIs = (who: typeof alice) => ({ operator: who?.address ?? null });
    expect(await failure("operator", "propose", bob?.address ?? "", "--key", "bob")).toMatchObject({
      code: "cli/not-operator",
    });
    expect(await answer("operator", "propose", bob?.address ?? "", "--key", "alice")).toMatchObject({
      ...operatorIs(alice),
      proposed: bob?.address,
    });
    expect(await failure("operator", "accept", "--key", "carol")).toMatchObject({ code: "cli/not-operator" });
    expect(await answer("operator", "accept", "--key", "bob")).toMatchObject({
      ...operatorIs(bob),
      proposed: null,
    });
    expect(await failure("operator", "burn", "--key", "bob")).toMatchObject({ code: "cli/usage" });
    expect(await answer("operator", "burn", "--key", "bob", "--confirm", rollup)).toMatchObject({
      operator: null,
    });
    expect(await answer("operator", "show")).toEqual({ policy, operator: null, proposed: null });
  });
});
