import { loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { CairnError } from "@cairn/protocol";
import { createTestClient, http } from "viem";
import type { BenchErrorCode } from "../errors.ts";
import { describeMachine } from "../machine.ts";
import { formatDecimal, formatMebibytes, type Table, tableToMarkdown } from "../table.ts";
import { wrapParagraph } from "../wrap.ts";
import { type DevnetFigures, measureDevnet } from "./devnet.ts";
import { startEnvironment } from "./environment.ts";
import { type CpuByName, cpuBetween, readThreads, readUsage } from "./usage.ts";

/** What was measured of an idle node and an idle devnet. */
export interface IdleFigures {
  readonly node: IdleNodeFigures;
  readonly devnet: DevnetFigures;
  /** Of the machine, at the beginning. */
  readonly load: readonly number[];
}

/** What an idle node used. */
interface IdleNodeFigures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly threads: CpuByName;
}

/** Wait after the start, until one-off work is done. */
const SETTLE_MS = 30_000;
/** As on Ethereum: every block is something to look at. */
const L1_BLOCK_SECONDS = 12;

/** Measures a node and a devnet, without transactions, one after the other. Throws `bench/node-failed`. */
export async function measureIdle(cacheDir: string, seconds: number): Promise<IdleFigures> {
  const load = loadavg();
  return { node: await measureIdleNode(cacheDir, seconds), devnet: await measureDevnet(cacheDir, seconds), load };
}

/** A node of every role with an embedded database. */
async function measureIdleNode(cacheDir: string, seconds: number): Promise<IdleNodeFigures> {
  const { node, devnet, stop } = await startEnvironment({
    cacheDir,
    slots: 16,
    database: { type: "embedded" },
    isProving: true,
    // The node's defaults: the benchmark's own values are for a fast chain.
    settings: { CAIRN_L1_POLL_MS: "2000" },
    nodeFlags: [],
  });
  try {
    const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
    await client.setIntervalMining({ interval: L1_BLOCK_SECONDS });
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
export function idleToMarkdown({ node, devnet, load }: IdleFigures): string {
  const { cpu, cores, node: version } = describeMachine();
  const averages = load.map((value) => value.toFixed(1)).join(", ");
  const origin = `${cpu}, ${cores} cores, Node ${version}. Taken ${new Date().toISOString()}, load averages before ${averages}.`;
  return [tableToMarkdown(nodeTable(node)), tableToMarkdown(devnetTable(devnet)), `${wrapParagraph(origin)}\n`].join(
    "\n",
  );
}

function nodeTable({ seconds, cpuSeconds, residentBytes, threads }: IdleNodeFigures): Table {
  const busiest = Object.entries(threads).sort(([, a], [, b]) => b - a);
  const named = busiest.slice(0, 4).map(([name, used]) => `${name} ${formatShare(used, seconds)}`);
  return {
    title: "A node with nothing to do",
    notes: [
      `Every role, embedded database, no transactions, an L1 block every ${L1_BLOCK_SECONDS} seconds, L1 polled every two; share of one core, memory at the end.`,
      "The goal is at most 2 % of a core.",
    ],
    columns: ["", "CPU", "resident memory", "threads"],
    rows: [
      [
        "PGlite, N = 16, every role",
        formatShare(cpuSeconds, seconds),
        formatMebibytes(residentBytes),
        named.join(", "),
      ],
    ],
  };
}

function devnetTable({ seconds, parts }: DevnetFigures): Table {
  const sum = (of: (part: (typeof parts)[number]) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  const total = { name: "together", cpuSeconds: sum((part) => part.cpuSeconds), bytes: sum((part) => part.bytes) };
  return {
    title: "A devnet with nothing to do",
    notes: [
      "`npm run devnet` after its first proof: an L1 block every second, L1 polled four times a second. Share of one core; memory as each process's proportional share (PSS), so that the sum is right.",
      "The goal is less than 500 MB (477 MiB) in all.",
    ],
    columns: ["", "CPU", "memory"],
    rows: [...parts, total].map(({ name, cpuSeconds, bytes }) => [
      name,
      formatShare(cpuSeconds, seconds),
      formatMebibytes(bytes),
    ]),
  };
}

function formatShare(cpuSeconds: number, seconds: number): string {
  return `${formatDecimal((100 * cpuSeconds) / seconds, 2)} %`;
}
