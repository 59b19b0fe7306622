import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { formatMebibytes } from "./table.ts";

/** The machine that the figures come from. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
}

/** A machine in words. */
export function formatMachine({ cpu, cores, memoryBytes, system, node }: Machine): string {
  return `${cpu}, ${cores} cores, ${formatMebibytes(memoryBytes)} memory, ${system}, Node ${node}`;
}

/** This machine. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
  };
}
