import { readdirSync, readFileSync } from "node:fs";

/** A process as reported by Linux. */
export interface ProcessInfo {
  readonly pid: number;
  readonly command: string;
}

/** Running children of a process. */
export function childrenOf(parent: number): ProcessInfo[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => {
      try {
        // The command's name, in parentheses, may contain spaces; the parent is the second field after it.
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const [state, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (Number(ppid) !== parent || state === "Z") return [];
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
        return [{ pid: Number(name), command }];
      } catch {
        // It ended in the meantime.
        return [];
      }
    });
}

/** Whether a process is running; a zombie is not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}
