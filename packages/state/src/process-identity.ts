import { readFileSync } from "node:fs";

/**
 * Identifies a running process, so that a later one with the same pid is not mistaken for it (where the platform
 * allows: Linux).
 */
export function processIdentity(pid: number = process.pid): string | null {
  if (process.platform !== "linux") return isAlive(pid) ? `${pid}` : null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const hasEnded = "ZX".includes(state);
    if (hasEnded) return null;
    const startTicks = fields[18];
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${pid} ${startTicks} ${bootId}`;
  } catch {
    return null;
  }
}

/** Whether the process with this identity is still running. */
export function isRunning(identity: string): boolean {
  return processIdentity(Number.parseInt(identity, 10)) === identity;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
