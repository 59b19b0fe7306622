import { loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { CairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";
import { describeMachine } from "../machine.ts";
import { formatDecimal, formatMebibytes, type Table, tableToMarkdown } from "../table.ts";
import { wrapParagraph } from "../wrap.ts";
import { startEnvironment } from "./environment.ts";
import { type CpuByName, cpuBetween, readThreads, readUsage } from "./usage.ts";

/** What an idle node used. */
export interface IdleFigures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly threads: CpuByName;
}

/** Wait after the start, until one-off work is done. */
const SETTLE_MS = 15_000;

/** Measures a node of every role with an embedded database, without transactions. Throws `bench/node-failed`. */
export async function measureIdle(cacheDir: string, seconds: number): Promise<IdleFigures> {
  const { node, stop } = await startEnvironment({
    cacheDir,
    slots: 16,
    database: { type: "embedded" },
    isProving: true,
    // The node's defaults: the benchmark's own values are for a fast chain.
    settings: { CAIRN_L1_POLL_MS: "2000" },
    nodeFlags: [],
  });
  try {
    await delay(SETTLE_MS);
    const [before, threadsBefore] = [await readUsage(node.pid), await readThreads(node.pid)];
    const startMs = performance.now();
    await delay(seconds * 1000);
    const [after, threadsAfter] = [await readUsage(node.pid), await readThreads(node.pid)];
    if (before === null || after === null) {
      throw new CairnError<BenchErrorCode>("bench/node-failed", "the node's resource usage cannot be read");
    }
    return {
      seconds: (performance.now() - startMs) / 1000,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      residentBytes: after.residentBytes,
      threads: cpuBetween(threadsBefore, threadsAfter),
    };
  } finally {
    await stop();
  }
}

/** The figures as a section of a page. */
export function idleToMarkdown(figures: IdleFigures): string {
  const { cpu, cores, node } = describeMachine();
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(", ");
  const origin = `${cpu}, ${cores} cores, Node ${node}. Taken ${new Date().toISOString()}, load averages ${load}.`;
  return `${tableToMarkdown(idleTable(figures))}\n${wrapParagraph(origin)}\n`;
}

function idleTable({ seconds, cpuSeconds, residentBytes, threads }: IdleFigures): Table {
  const share = (used: number): string => `${formatDecimal((100 * used) / seconds, 2)} %`;
  const busiest = Object.entries(threads).sort(([, a], [, b]) => b - a);
  const named = busiest.slice(0, 4).map(([name, used]) => `${name} ${share(used)}`);
  return {
    title: "A node with nothing to do",
    notes: [
      "Every role, embedded database, no transactions, L1 polled every two seconds; share of one core, memory at the end.",
      "The goal is at most 2 % of a core.",
    ],
    columns: ["", "CPU", "resident memory", "threads"],
    rows: [["PGlite, N = 16, every role", share(cpuSeconds), formatMebibytes(residentBytes), named.join(", ")]],
  };
}
