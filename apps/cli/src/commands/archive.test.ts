import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandRollup, startCommandRollup } from "../../test/command-rollup.ts";

describe("cairn archive", () => {
  let chain: CommandRollup;
  const inHome = (name: string): string => join(chain.home, name);

  beforeAll(async () => {
    chain = await startCommandRollup();
    await chain.deposit("alice", parseEther("1"));
    await chain.publish();
  });
  afterAll(() => chain?.stop());

  it("writes what L1 holds, and later what was added", async () => {
    const write = () => chain.cairn("archive", "write", inHome("batches"), "--head", "latest");
    expect(await write()).toMatchObject({ code: 0, data: { firstBatch: 1, lastBatch: 1, root: chain.root() } });
    await chain.publish();
    expect(await write()).toMatchObject({ code: 0, data: { lastBatch: 2, root: chain.root() } });
    const told = await chain.cairnText("archive", "verify", inHome("batches"));
    expect(told.stdout).toMatch(/batches +1 … 2\n/);
    expect(told.stdout).toContain("the contract committed to every batch");
    const restored = ["restore", "--offline", "--archive", inHome("batches"), "--state", inHome("state")];
    expect(await chain.cairn(...restored)).toMatchObject({ code: 0, data: { batch: 2, root: chain.root() } });
  });

  it("refuses files that were changed, with and without L1", async () => {
    await chain.cairn("archive", "write", inHome("whole"), "--head", "latest");
    const bytes = readFileSync(inHome("whole"));
    bytes[bytes.length - 300] = (bytes[bytes.length - 300] ?? 0) ^ 1;
    writeFileSync(inHome("changed"), bytes);
    for (const flags of [[], ["--offline"]]) {
      expect(await chain.cairn("archive", "verify", inHome("whole"), ...flags)).toMatchObject({ code: 0 });
      expect(await chain.cairn("archive", "verify", inHome("changed"), ...flags)).toMatchObject({
        code: 1,
        data: { error: { code: "restore/archive-corrupt" } },
      });
    }
  });
});
