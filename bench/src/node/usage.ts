import { readdir, readFile } from "node:fs/promises";

/** What a process has used since it started, including the time of ended children. */
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
  // The second field is the name in brackets, which may contain anything.
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

/** CPU seconds by name. */
export type CpuByName = Readonly<Record<string, number>>;

/** CPU of a process by the names of its threads; empty where the system has no /proc. */
export async function readThreads(pid: number): Promise<CpuByName> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const stats = await Promise.all(threads.map((thread) => readStat(`/proc/${pid}/task/${thread}/stat`)));
  return sumByName(stats.flatMap((stat) => stat ?? []));
}

/** A process below another one, or that one itself. */
export interface FamilyMember {
  readonly pid: number;
  readonly name: string;
  /** With its arguments, separated by spaces. */
  readonly command: string;
  readonly cpuSeconds: number;
  /** Its memory; pages that several processes have in common count in parts. */
  readonly proportionalBytes: number;
}

/** A process and all below it; empty where the system has no /proc. */
export async function readFamily(root: number): Promise<FamilyMember[]> {
  const members = await readFamilyStats(root);
  return Promise.all(
    members.map(async ({ pid, name, cpuSeconds }) => {
      const [command = "", rollup = ""] = await Promise.all(
        ["cmdline", "smaps_rollup"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
      );
      const proportionalBytes = 1024 * Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
      return { pid, name, command: command.replaceAll("\0", " "), cpuSeconds, proportionalBytes };
    }),
  );
}

/** CPU of the processes below this one by command, ended children included; empty where the system has no /proc. */
export async function readDescendants(root: number): Promise<CpuByName> {
  return sumByName((await readFamilyStats(root)).filter(({ pid }) => pid !== root));
}

async function readFamilyStats(root: number): Promise<Stat[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^[0-9]+$/.test(name));
  const stats = (await Promise.all(pids.map((pid) => readStat(`/proc/${pid}/stat`)))).flatMap((stat) => stat ?? []);
  const family = new Set([root]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of stats) if (family.has(parent)) family.add(pid);
  }
  return stats.filter(({ pid }) => family.has(pid));
}

/** What was used between two readings. */
export function cpuBetween(before: CpuByName, after: CpuByName): CpuByName {
  const used = Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)] as const);
  return Object.fromEntries(used.filter(([, seconds]) => seconds > 0));
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly cpuSeconds: number;
}

async function readStat(path: string): Promise<Stat | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const [open, close] = [text.indexOf("("), text.lastIndexOf(")")];
  const fields = text
    .slice(close + 2)
    .split(" ")
    .map(Number);
  return {
    pid: Number(text.slice(0, open)),
    parent: fields[1] ?? 0,
    name: text.slice(open + 1, close),
    cpuSeconds: ((fields[11] ?? 0) + (fields[12] ?? 0)) / TICKS_PER_SECOND,
  };
}

function sumByName(stats: readonly Stat[]): CpuByName {
  const sums = new Map<string, number>();
  for (const { name, cpuSeconds } of stats) sums.set(name, (sums.get(name) ?? 0) + cpuSeconds);
  return Object.fromEntries(sums);
}
