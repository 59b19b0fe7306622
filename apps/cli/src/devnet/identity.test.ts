import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_CACHE_DIR } from "@cairn/devnet/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startL1Double } from "../../test/l1-double.ts";
import { ROLLUP, startNodeDouble } from "../../test/node-double.ts";
import { runInTest } from "../../test/run.ts";
import { type ProfileInput, writeProfile } from "../profile.ts";
import { devAccounts } from "./accounts.ts";
import { deployDevnet } from "./contracts.ts";
import type { DevDeployment } from "./directory.ts";
import { type DevL1, startDevL1 } from "./l1.ts";
import { assertProfileFree } from "./profile-owner.ts";

describe("two devnets on one machine", () => {
  const home = mkdtempSync(join(tmpdir(), "cairn-identity-"));
  const profile = join(home, "profile.json");
  const running: DevL1[] = [];
  let first: DevDeployment & { readonly l1RpcUrl: string };
  let second: typeof first;

  const deploy = async (): Promise<typeof first> => {
    const l1 = await startDevL1({ port: 0, blockTimeMs: 1000, stateDir: null });
    running.push(l1);
    return { ...(await deployDevnet(l1, 16, TEST_CACHE_DIR)), l1RpcUrl: l1.rpcUrl };
  };
  const useProfile = (
    { chainId, rollup, tokens }: DevDeployment,
    where: Pick<ProfileInput, "l1RpcUrl" | "nodeUrl">,
  ): void => {
    const accounts = devAccounts().map((account) => ({ ...account }));
    writeProfile(profile, { version: 1, chainId, rollup, tokens, accounts, defaultKey: "alice", ...where });
  };
  const cairn = async (...args: string[]) => {
    const { code, stdout } = await runInTest([...args, "--json"], { CAIRN_HOME: home });
    return { code, data: JSON.parse(stdout) };
  };

  beforeAll(async () => {
    [first, second] = await Promise.all([deploy(), deploy()]);
  });
  afterAll(async () => {
    for (const l1 of running) await l1.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("have no rollup and no token at the same address", () => {
    expect(first.chainId).toBe(second.chainId);
    const addressesOf = ({ rollup, tokens }: DevDeployment) => [rollup, ...tokens.map(({ address }) => address)];
    const all = [...addressesOf(first), ...addressesOf(second)];
    expect(new Set(all).size).toBe(6);
  });

  it("refuse each other's profile, on L1 and for a node", async () => {
    useProfile(first, { l1RpcUrl: second.l1RpcUrl });
    const refused = { code: 1, data: { error: { code: "cli/wrong-chain", hint: expect.stringContaining("profile") } } };
    for (const args of [["force-withdraw", "66"], ["exit"], ["restore"]]) {
      expect(await cairn(...args)).toMatchObject(refused);
    }
    const node = await startNodeDouble();
    node.state.domain = { chainId: BigInt(second.chainId), rollup: BigInt(second.rollup) };
    useProfile(first, { l1RpcUrl: first.l1RpcUrl, nodeUrl: node.url });
    expect(await cairn("transfer", "1", "ETH", "66")).toMatchObject(refused);
    await node.stop();
  });

  it("refuse each other's restored state", async () => {
    const state = join(home, "state");
    useProfile(first, { l1RpcUrl: first.l1RpcUrl });
    expect(await cairn("restore", "--state", state)).toMatchObject({ code: 0 });
    useProfile(second, { l1RpcUrl: second.l1RpcUrl });
    expect(await cairn("restore", "--state", state)).toMatchObject({
      code: 2,
      data: { error: { code: "restore/foreign-state", hint: expect.stringContaining("--state") } },
    });
  });

  it("do not replace the profile of a running devnet, but do replace a leftover one", async () => {
    const mine = { l1RpcUrl: "http://127.0.0.1:1" };
    const l1 = await startL1Double();
    const write = (rollup: string) => writeProfile(profile, { version: 1, chainId: 31337, rollup, l1RpcUrl: l1.url });
    write(ROLLUP);
    await expect(assertProfileFree(profile, mine)).rejects.toMatchObject({
      code: "cli/profile-taken",
      message: expect.stringContaining(l1.url),
      details: { profile },
    });
    await assertProfileFree(profile, { l1RpcUrl: l1.url });
    await assertProfileFree(join(home, "none.json"), mine);
    write(first.rollup);
    await assertProfileFree(profile, mine);
    write(ROLLUP);
    await l1.stop();
    await assertProfileFree(profile, mine);
  });
});
