import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectReader, connectWallet } from "@cairn/l1";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { devAccounts } from "./accounts.ts";
import { type DevL1, startDevL1 } from "./l1.ts";

const RECIPIENT = "0x00000000000000000000000000000000e51ab1e5";

describe("the devnet's L1", () => {
  let stateDir: string;
  const running = new Set<DevL1>();

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), "cairn-devl1-"));
  });
  afterEach(async () => {
    for (const l1 of running) await l1.stop().catch(() => undefined);
    running.clear();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const start = async (dir: string | null = stateDir): Promise<DevL1> => {
    const l1 = await startDevL1({ port: 0, blockTimeMs: 100, stateDir: dir });
    running.add(l1);
    return l1;
  };
  const stop = async (l1: DevL1): Promise<void> => {
    running.delete(l1);
    await l1.stop();
  };
  const reader = ({ rpcUrl, chainId }: DevL1) => connectReader(rpcUrl, chainId);
  const send = async (l1: DevL1): Promise<Hex> => {
    const account = privateKeyToAccount(devAccounts()[1]?.privateKey ?? "0x");
    return connectWallet(l1.rpcUrl, l1.chainId, account).sendTransaction({ to: RECIPIENT, value: 7n });
  };

  it("makes blocks by itself, and continues where it was stopped", async () => {
    const first = await start();
    const hash = await send(first);
    await first.startMining();
    await vi.waitFor(async () => expect(await reader(first).getBlockNumber()).toBeGreaterThan(5n), { timeout: 20_000 });
    await stop(first);

    const second = await start();
    expect((await reader(second).getTransactionReceipt({ hash })).status).toBe("success");
    expect(await reader(second).getBalance({ address: RECIPIENT })).toBe(7n);
    const height = await reader(second).getBlockNumber();
    expect(height).toBeGreaterThan(5n);
    await second.startMining();
    await vi.waitFor(async () => expect(await reader(second).getBlockNumber()).toBeGreaterThan(height), {
      timeout: 20_000,
    });
  });

  it("has written a block with transactions before another block is on top of it", async () => {
    const l1 = await start();
    await l1.startMining();
    const hash = await send(l1);
    const { blockNumber } = await reader(l1).waitForTransactionReceipt({ hash });
    await vi.waitFor(async () => expect(await reader(l1).getBlockNumber()).toBeGreaterThan(blockNumber), {
      timeout: 20_000,
    });
    expect(Number(await readFile(join(stateDir, "height"), "utf8"))).toBeGreaterThanOrEqual(Number(blockNumber));
    const copy = mkdtempSync(join(tmpdir(), "cairn-devl1-copy-"));
    writeFileSync(join(copy, "state.gz"), await readFile(join(stateDir, "state.gz")));
    const afterCrash = await start(copy);
    expect((await reader(afterCrash).getTransactionReceipt({ hash })).blockNumber).toBe(blockNumber);
    await stop(afterCrash);
    rmSync(copy, { recursive: true });
  });

  it("refuses an old copy of itself", async () => {
    const first = await start();
    await send(first);
    await stop(first);
    const old = await readFile(join(stateDir, "state.gz"));
    const second = await start();
    await send(second);
    await stop(second);
    writeFileSync(join(stateDir, "state.gz"), old);
    await expect(start()).rejects.toMatchObject({ code: "cli/bad-data-dir", details: { height: 1, written: 2 } });
  });

  it("keeps nothing when nothing is to be kept", async () => {
    const l1 = await start(null);
    await l1.startMining();
    await l1.persist();
    expect(existsSync(join(stateDir, "state.gz"))).toBe(false);
    await stop(l1);
    await expect(reader(l1).getBlockNumber()).rejects.toThrow();
  });
});
