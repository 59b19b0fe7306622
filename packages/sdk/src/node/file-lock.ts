import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { sdkError } from "../errors.ts";

/** A lock that is held until released; a second release does nothing. */
export interface FileLock {
  readonly release: () => void;
}

const POLL_MS = 20;
const PATIENCE_MS = 60_000;
/** A claim, or a file without its content yet, lasts milliseconds; an older one was left by a process that died. */
const LEFT_AFTER_MS = 10_000;

/** Names of the locks that this process holds. */
const held = new Set<string>();

/**
 * Takes a lock file in an existing folder, waiting for the process that holds it; the lock of a dead process of this
 * host is taken over. Throws `sdk/storage-busy` when another process holds it for a minute.
 *
 * @example
 * const lock = await takeFileLock("/var/lib/shop/account.lock");
 * lock.release();
 */
export async function takeFileLock(path: string, patienceMs: number = PATIENCE_MS): Promise<FileLock> {
  const own = `${process.pid} ${hostname()} ${randomUUID()}`;
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    if (create(path, own)) {
      held.add(own);
      return {
        release: () => {
          if (held.delete(own) && contentOf(path) === own) rmSync(path, { force: true });
        },
      };
    }
    const content = contentOf(path);
    if (content !== null && isLeft(path, content)) removeLeft(path, content);
    else if (performance.now() > deadlineMs) {
      const [pid, host] = content?.split(" ") ?? [];
      throw sdkError("sdk/storage-busy", `process ${pid ?? "?"} of ${host ?? "?"} holds ${path}`, {
        details: { lock: path },
      });
    } else await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Whether the process that made a lock file is gone. Nothing is known about processes of other hosts. */
function isLeft(path: string, content: string): boolean {
  if (content === "") return (ageOf(path) ?? 0) > LEFT_AFTER_MS;
  const [pid, host] = content.split(" ");
  if (host !== hostname()) return false;
  return Number(pid) === process.pid ? !held.has(content) : !isRunning(Number(pid));
}

/** Removes a lock that was left. Only one process may at a time, and only while the lock is still the same. */
function removeLeft(path: string, content: string): void {
  const claim = `${path}.claim`;
  if (!create(claim, String(process.pid))) {
    if ((ageOf(claim) ?? 0) > LEFT_AFTER_MS) rmSync(claim, { force: true });
    return;
  }
  if (contentOf(path) === content) rmSync(path, { force: true });
  rmSync(claim, { force: true });
}

function create(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Null when there is no file. */
function contentOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

function ageOf(path: string): number | null {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** Code of a failure of the file system. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}
