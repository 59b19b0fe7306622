import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { arbitraryHistory } from "@cairn/testkit";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { archived, publishedBatches, removeFolders, temporaryFolder } from "../test/published.ts";

afterEach(removeFolders);

/** With the compiled code of earlier processes, one starts sooner. */
const NODE_COMPILE_CACHE = join(
  process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache"),
  "node-compile",
);
const PROGRAM = join(import.meta.dirname, "../test/crash-restore.ts");

describe("a restoration that is killed", () => {
  it.each<[string, readonly string[]]>([
    ["in mid-write", ["1", "2", "3", "1", "2", "1"]],
    ["after a write", ["1", "1", "1", "2"]],
  ])("%s continues and ends with the same root and archive", async (moment, writes) => {
    const [history] = fc
      .sample(arbitraryHistory({ maxBlocks: 20 }), { numRuns: 40, seed: 6 })
      .filter(({ blocks }) => blocks.length > 15);
    if (history === undefined) expect.unreachable();
    const shape = { blockCounts: [1, 2], dataSources: ["calldata", "blob"] } as const;
    const source = await archived(history, publishedBatches(history, shape));
    const [store, copy] = [temporaryFolder(), join(temporaryFolder(), "copy")];
    const run = (...kill: string[]) =>
      spawnSync(process.execPath, [PROGRAM, store, source, copy, ...kill], {
        encoding: "utf8",
        env: { ...process.env, NODE_COMPILE_CACHE },
      });
    // The first run writes genesis, then identity, then checkpoints; each later one starts where the previous one
    // stopped.
    const when = moment.startsWith("after") ? ["after"] : [];
    for (const write of writes) {
      const { signal, stderr } = run(write, ...when);
      expect([signal, stderr]).toEqual(["SIGKILL", ""]);
    }
    expect(run()).toMatchObject({ stdout: `${history.tree.root()}`, stderr: "" });
    expect(readFileSync(copy)).toEqual(readFileSync(source));
  });
});
