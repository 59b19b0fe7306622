import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cliError } from "../errors.ts";

/** A lock that is held until released; a second release does nothing. */
export interface FileLock {
  readonly release: () => void;
}

const POLL_MS = 50;
const PATIENCE_MS = 60_000;
/** A claim lasts milliseconds; one that is older was left by a process that died. */
const CLAIM_LIFETIME_MS = 10_000;

/**
 * Takes a lock file in an existing folder, waiting for the process that holds it; the lock of a dead process is taken
 * over. Throws `cli/l1-busy` when another process holds it for a minute.
 */
export async function takeFileLock(path: string): Promise<FileLock> {
  const own = `${process.pid} ${randomUUID()}`;
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    if (create(path, own)) {
      return {
        release: () => {
          if (contentOf(path) === own) rmSync(path, { force: true });
        },
      };
    }
    const holder = contentOf(path);
    if (holder !== null && !isRunning(Number(holder.split(" ")[0]))) removeStale(path, holder);
    else if (performance.now() > deadlineMs) {
      throw cliError("cli/l1-busy", `another command sends from the same account: process ${holder?.split(" ")[0]}`, {
        details: { lock: path },
      });
    } else await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Removes the lock of a dead process. Only one process may at a time, and only while the lock is still the same. */
function removeStale(path: string, holder: string): void {
  const claim = `${path}.claim`;
  if (!create(claim, String(process.pid))) {
    const age = ageOf(claim);
    if (age !== null && age > CLAIM_LIFETIME_MS) rmSync(claim, { force: true });
    return;
  }
  if (contentOf(path) === holder) rmSync(path, { force: true });
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

/** Null when there is no file, or one that is being written. */
function contentOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8") || null;
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

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}
