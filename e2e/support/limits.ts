import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CairnError } from "@cairn/protocol";
import type { E2eErrorCode } from "./errors.ts";
import type { NodeProcess } from "./node-process.ts";

/** A way to leave a node without disk space. */
export interface DiskLimit {
  readonly name: string;
  /** Creates the data directory before a node starts. */
  readonly prepare: (dataDir: string) => void;
  /** Uses up the space. */
  readonly fill: (node: NodeProcess) => void;
  /** Frees the space. */
  readonly free: (node: NodeProcess) => void;
  /** Undoes `prepare`, after the node has ended. */
  readonly remove: () => void;
}

const FILE_SYSTEM_BYTES = 256 * 2 ** 20;
const FILE_BYTES = 4096;

/** Files of the process cannot grow, nor be changed beyond their first page: every write of the stores fails. */
export function fileSizeLimit(): DiskLimit {
  const limit = (node: NodeProcess, bytes: number | "unlimited"): void => {
    if (node.isRunning()) run("prlimit", ["--pid", String(node.pid), `--fsize=${bytes}:unlimited`]);
  };
  return {
    name: "no file may grow",
    prepare: () => undefined,
    fill: (node) => limit(node, FILE_BYTES),
    free: (node) => limit(node, "unlimited"),
    remove: () => undefined,
  };
}

/** A separate small file system that something else fills; null where nothing can be mounted. */
export function fullFileSystem(): DiskLimit | null {
  const trial = mkdtempSync(join(tmpdir(), "cairn-mount-"));
  const canMount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", trial]).status === 0;
  if (canMount) run("umount", [trial]);
  rmSync(trial, { recursive: true });
  if (!canMount) return null;
  let mounted = "";
  const ballast = () => join(mounted, "ballast");
  return {
    name: "the file system is full",
    prepare: (dataDir) => {
      mkdirSync(dataDir);
      run("mount", ["-t", "tmpfs", "-o", `size=${FILE_SYSTEM_BYTES}`, "tmpfs", dataDir]);
      mounted = dataDir;
    },
    fill: () => {
      const file = openSync(ballast(), "w");
      const page = Buffer.alloc(4096, 1);
      try {
        for (;;) writeSync(file, page);
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast(), { force: true }),
    remove: () => run("umount", ["--lazy", mounted]),
  };
}

/** Prefix for a command that needs this many open files; empty where the machine grants them anyway. */
export function withOpenFiles(count: number): string[] {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? "0";
  // Node itself raises its soft limit to the hard one.
  return hard === "unlimited" || Number(hard) >= count ? [] : ["prlimit", `--nofile=${count}:${count}`];
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  throw new CairnError<E2eErrorCode>("e2e/no-limit", `${command} ${args.join(" ")}: ${stderr ?? ""}`, { cause: error });
}
