import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Compress } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { accountIndex, blockNumber } from "@cairn/protocol";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { crashBlock } from "../test/crash-blocks.ts";
import { cleanUpStores, temporaryFolder } from "../test/stores.ts";
import { createLmdbStore, openLmdbReader } from "./lmdb.ts";
import { createMemoryStore } from "./memory-store.ts";
import { isRunning, processIdentity } from "./process-identity.ts";
import { createStateTree, type StateTree } from "./state-tree.ts";
import type { StateView } from "./state-view.ts";

const locked = expect.objectContaining({ code: "state/store-locked" });
const children: ChildProcess[] = [];
let compress: Compress;

beforeAll(async () => {
  compress = await createFastCompress();
});

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await cleanUpStores();
});

describe("an LMDB store", () => {
  it("belongs to one process at a time", async () => {
    const path = temporaryFolder();
    const holder = start("hold-store.ts", path);
    expect(await nextLine(holder)).toBe("open");
    expect(() => createLmdbStore({ path })).toThrow(locked);
    expect(await nextLine(start("hold-store.ts", path))).toBe("state/store-locked");
    await kill(holder);
    const store = createLmdbStore({ path });
    expect(await nextLine(start("hold-store.ts", path))).toBe("state/store-locked");
    await store.close();
    expect(await nextLine(start("hold-store.ts", path))).toBe("open");
  });

  it("cannot be opened twice by one process, but can be reopened after closing", async () => {
    const path = temporaryFolder();
    const store = createLmdbStore({ path });
    store.write([{ key: Uint8Array.of(1), value: Uint8Array.of(7) }]);
    expect(() => createLmdbStore({ path })).toThrow(locked);
    expect([...(store.get(Uint8Array.of(1)) ?? [])]).toEqual([7]);
    await store.close();
    const again = createLmdbStore({ path });
    expect([...(again.get(Uint8Array.of(1)) ?? [])]).toEqual([7]);
    await again.close();
  });

  it("is read by one thread while another writes it", async () => {
    const path = temporaryFolder();
    const writer = new Worker(new URL("../test/write-in-thread.ts", import.meta.url), { workerData: path });
    const write = async (value: number | null) => {
      writer.postMessage(value);
      await once(writer, "message");
    };
    await once(writer, "message");
    const reader = openLmdbReader({ path });
    for (let value = 0; value < 20; value++) {
      await write(value);
      reader.refresh();
      expect([...(reader.get(Uint8Array.of(1)) ?? [])]).toEqual([value]);
    }
    await write(null);
    expect([...(reader.get(Uint8Array.of(1)) ?? [])]).toEqual([19]);
    await reader.close();
    expect(() => reader.get(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: "state/store-closed" }));
  });

  it("reports an unusable path as an I/O error with its cause", () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "not a folder");
    expect(() => createLmdbStore({ path: join(file, "store") })).toThrow(
      expect.objectContaining({ code: "state/io", cause: expect.any(Error) }),
    );
  });

  it("writes nothing of a batch that fails halfway", async () => {
    const store = createLmdbStore({ path: temporaryFolder() });
    const tooLong = new Uint8Array(5000);
    store.write([{ key: Uint8Array.of(1), value: Uint8Array.of(1) }]);
    const batch = [
      { key: Uint8Array.of(1), value: Uint8Array.of(2) },
      { key: Uint8Array.of(2), value: Uint8Array.of(2) },
      { key: tooLong, value: Uint8Array.of(2) },
      { key: Uint8Array.of(3), value: Uint8Array.of(2) },
    ];
    expect(() => store.write(batch)).toThrow(expect.objectContaining({ code: "state/io" }));
    expect([1, 2, 3].map((key) => store.get(Uint8Array.of(key))?.[0])).toEqual([1, undefined, undefined]);
    await store.close();
  });

  it("has nothing of a block whose write was cut off halfway", async () => {
    const path = temporaryFolder();
    const oracle = createStateTree({ store: createMemoryStore(), compress });
    for (const lastBlock of [1, 4, 5]) {
      const writer = start("crash-writer.ts", path, `${lastBlock}`);
      const [, signal] = await once(writer, "exit");
      expect(signal).toBe("SIGKILL");
      const tree = openTree(path);
      expect(tree.blockNumber()).toBe(lastBlock - 1);
      expectHistory(tree, oracle);
      await tree.close();
    }
  });

  it("keeps every acknowledged block when its process is killed at any moment", async () => {
    const path = temporaryFolder();
    const oracle = createStateTree({ store: createMemoryStore(), compress });
    for (const blocks of [1, 2, 3]) {
      const writer = start("crash-writer.ts", path);
      const exit = once(writer, "exit");
      const lines = createInterface({ input: writer.stdout ?? process.stdin });
      const acknowledged: number[] = [];
      for await (const line of lines) {
        acknowledged.push(Number(line));
        if (acknowledged.length === blocks) writer.kill("SIGKILL");
      }
      await exit;
      const tree = openTree(path);
      expect(tree.blockNumber()).toBeGreaterThanOrEqual(acknowledged.at(-1) ?? Number.POSITIVE_INFINITY);
      expectHistory(tree, oracle);
      await tree.close();
    }
  });
});

describe("process identity", () => {
  it("distinguishes this process from one that does not exist", () => {
    const identity = processIdentity();
    expect(identity).not.toBeNull();
    expect(isRunning(identity ?? "")).toBe(true);
    expect(isRunning(`${2 ** 30}`)).toBe(false);
    expect(isRunning("")).toBe(false);
  });
});

function openTree(path: string): StateTree {
  return createStateTree({ store: createLmdbStore({ path }), compress, retainedBlocks: 3 });
}

/** Compares the tree with the history of the crash tests, one block back included. */
function expectHistory(tree: StateTree, oracle: StateTree): void {
  while (oracle.blockNumber() < tree.blockNumber()) {
    const block = blockNumber(oracle.blockNumber() + 1);
    const { updates, nextIndex } = crashBlock(block);
    oracle.applyBlock(block, updates, nextIndex);
  }
  expectSame(tree, oracle.snapshot());
  if (tree.blockNumber() === 0) return;
  const last = tree.blockNumber();
  const previous = tree.snapshot(blockNumber(last - 1));
  expectSame(previous, oracle.snapshot(blockNumber(last - 1)));
  previous.close();
}

function start(script: string, ...parameters: string[]): ChildProcess {
  const file = fileURLToPath(new URL(`../test/${script}`, import.meta.url));
  const child = spawn(process.execPath, [file, ...parameters], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return child;
}

async function nextLine(child: ChildProcess): Promise<string> {
  const [line] = await once(createInterface({ input: child.stdout ?? process.stdin }), "line");
  return String(line);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

function expectSame(tree: StateView, expected: StateView): void {
  expect([tree.root(), tree.nextIndex(), tree.blockNumber()]).toEqual([
    expected.root(),
    expected.nextIndex(),
    expected.blockNumber(),
  ]);
  for (let index = 64; index < expected.nextIndex(); index += 7) {
    expect(tree.getAccount(accountIndex(index))).toEqual(expected.getAccount(accountIndex(index)));
    expect(tree.prove(accountIndex(index))).toEqual(expected.prove(accountIndex(index)));
  }
  for (let owner = 1n; owner <= 50n; owner += 5n) expect(tree.findByOwner(owner)).toEqual(expected.findByOwner(owner));
}
