import { readFile } from "node:fs/promises";

/** What a process has used since it began; its ended children's time counts with it. */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  /** CPU of children that have ended and were waited for: the prover's runs. */
  readonly childCpuSeconds: number;
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
}

/** Clock ticks per second in /proc, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Use of a running process; null where the system has no /proc or the process has ended. */
export async function readUsage(pid: number): Promise<ProcessUsage | null> {
  const [stat, status] = await Promise.all(
    ["stat", "status"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => null)),
  );
  if (stat == null || status == null) return null;
  // The second field is the name in brackets and may hold anything.
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const seconds = (first: number): number => ((fields[first] ?? 0) + (fields[first + 1] ?? 0)) / TICKS_PER_SECOND;
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
  return {
    cpuSeconds: seconds(11),
    childCpuSeconds: seconds(13),
    residentBytes: bytes("VmRSS"),
    peakResidentBytes: bytes("VmHWM"),
  };
}
