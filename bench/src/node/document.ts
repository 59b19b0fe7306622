import { formatDecimal, formatInteger, formatMebibytes, type Table, tableToMarkdown, tableToText } from "../table.ts";
import { wrapParagraph } from "../wrap.ts";
import type { Percentiles } from "./percentiles.ts";
import type { LoadFigures, NodeBenchReport, NodeRun } from "./report.ts";

/** The report for a terminal. */
export function nodeReportToText(report: NodeBenchReport): string {
  return [...origin(report), "", ...tables(report).map(tableToText)].join("\n");
}

/** The report as a section of a Markdown page. */
export function nodeReportToMarkdown(report: NodeBenchReport): string {
  return [origin(report).map(wrapParagraph).join("  \n"), "", ...tables(report).map(tableToMarkdown)].join("\n");
}

function origin({ machine, takenAt, seed, invalidShare, runs }: NodeBenchReport): string[] {
  const { cpu, cores, memoryBytes, system, node } = machine;
  const load = runs.map(({ loadAverage }) => loadAverage.map((value) => value.toFixed(1)).join(" → ")).join("; ");
  return [
    `${cpu}, ${cores} cores, ${formatMebibytes(memoryBytes)} memory, ${system}, Node ${node}.`,
    `Taken ${takenAt}, seed ${seed}, ${formatInteger(100 * invalidShare)} % of the requests wrong. Client, L1 and database run on the same machine.`,
    `Load average over a minute, before and after each run: ${load}.`,
  ];
}

function tables({ runs }: NodeBenchReport): Table[] {
  return [
    throughputTable(runs),
    latencyTable(runs),
    overloadTable(runs),
    lagTable(runs),
    resourceTable(runs),
    threadTable(runs),
    checkTable(runs),
  ];
}

function nameOf({ database, isProving, slots }: Pick<NodeRun, "database" | "isProving" | "slots">): string {
  return `${database}, N = ${slots}, ${isProving ? "proving" : "not proving"}`;
}

function throughputTable(runs: readonly NodeRun[]): Table {
  return {
    title: "Accepted transfers",
    notes: [
      "Transfers count once they are signed, checked, executed and on disk. Half load is half of what was accepted at full load.",
    ],
    columns: ["", "per second, full load", "per second, half load", "refused as required", "overloaded"],
    rows: runs.map((run) => [
      nameOf(run),
      formatInteger(run.full.acceptedPerSecond),
      formatInteger(run.half.acceptedPerSecond),
      formatInteger(refusals(run.full) + refusals(run.half)),
      formatInteger(run.full.overloaded + run.half.overloaded),
    ]),
  };
}

function latencyTable(runs: readonly NodeRun[]): Table {
  return {
    title: "Acknowledgement, milliseconds",
    notes: [
      "At half load requests are due at random moments, whatever the answers; latency counts from the moment a request was due.",
    ],
    columns: ["", "half load p50", "half load p99", "half load highest", "full load p50", "full load p99"],
    rows: runs.map((run) => {
      const { half, full } = run;
      const figures = [
        half.latencyMs.p50,
        half.latencyMs.p99,
        half.latencyMs.highest,
        full.latencyMs.p50,
        full.latencyMs.p99,
      ];
      return [nameOf(run), ...figures.map((value) => formatDecimal(value, 1))];
    }),
  };
}

function overloadTable(runs: readonly NodeRun[]): Table {
  return {
    title: "Overload",
    notes: [
      "More clients than the node serves at a time, each coming back after the time named in the answer. Beyond its limit the node answers `overloaded` before it reads a request.",
    ],
    columns: [
      "",
      "clients",
      "accepted per second",
      "of full load",
      "overloaded",
      "refusal p50, ms",
      "p99",
      "memory grew by",
    ],
    rows: runs.flatMap(({ overload, full, ...run }) => {
      if (overload === null) return [];
      const { clients, acceptedPerSecond, overloaded, refusalMs, memoryBytes } = overload;
      return [
        [
          nameOf(run),
          formatInteger(clients),
          formatInteger(acceptedPerSecond),
          `${formatInteger((100 * acceptedPerSecond) / full.acceptedPerSecond)} %`,
          formatInteger(overloaded),
          ...(overloaded === 0 ? ["–", "–"] : [refusalMs.p50, refusalMs.p99].map((value) => formatDecimal(value, 1))),
          memoryBytes === null ? "–" : formatMebibytes(Math.max(0, memoryBytes)),
        ],
      ];
    }),
  };
}

function lagTable(runs: readonly NodeRun[]): Table {
  const cells = ({ count, p50, p99 }: Percentiles): string[] =>
    count === 0 ? ["–", "–"] : [formatDecimal(p50, 2), formatDecimal(p99, 2)];
  return {
    title: "Lags of the load's blocks, seconds",
    notes: [
      "Sealing: from a block's first entry to its seal. Proving: from the seal to the proof, waiting for the blocks before it included. L1: from the proof until L1 has accepted it.",
    ],
    columns: ["", "sealing p50", "p99", "proving p50", "p99", "L1 p50", "p99", "blocks proven"],
    rows: runs.map((run) => [
      nameOf(run),
      ...cells(run.lags.sealing),
      ...cells(run.lags.proving),
      ...cells(run.lags.l1),
      formatInteger(run.lags.proving.count),
    ]),
  };
}

function resourceTable(runs: readonly NodeRun[]): Table {
  const cpu = (figures: LoadFigures): string[] =>
    figures.cpu === null
      ? ["–", "–"]
      : [formatDecimal(figures.cpu.node, 2), formatDecimal((1000 * figures.cpu.node) / figures.acceptedPerSecond, 2)];
  return {
    title: "Memory and CPU",
    notes: [
      "CPU of the node's own process in cores; proofs, the database server, the client and L1 are separate processes and come on top.",
    ],
    columns: [
      "",
      "node at full load",
      "ms per transfer",
      "client at full load",
      "node peak memory",
      "prover peak memory",
    ],
    rows: runs.map((run) => [
      nameOf(run),
      ...cpu(run.full),
      run.full.cpu === null ? "–" : formatDecimal(run.full.cpu.bench, 2),
      run.nodePeakBytes === null ? "–" : formatMebibytes(run.nodePeakBytes),
      run.lags.proverPeakBytes === null ? "–" : formatMebibytes(run.lags.proverPeakBytes),
    ]),
  };
}

/** Names of threads and commands, what they do, and whether more cores or machines can share the work. */
const PARTS: readonly (readonly [name: string, meaning: string, spread: string])[] = [
  ["MainThread", "node: main thread (HTTP, JSON, pool, VM)", "no, but clients can be served elsewhere (role `api`)"],
  ["signatures", "node: signatures", "yes, `CAIRN_SIGNATURE_WORKERS`"],
  ["state", "node: state store (tree hashing, LMDB)", "no, one thread"],
  ["database", "node: embedded database", "no, one thread; PostgreSQL is a separate process"],
  ["proofs", "node: witnesses", "yes, `cairn prover`"],
  ["V8Worker", "node: garbage collection, compilation", "partly"],
  ["postgres", "database server", "yes, another machine"],
  ["bb", "prover", "yes, `cairn prover`"],
  ["anvil", "L1", "yes, another machine"],
];

function threadTable(runs: readonly NodeRun[]): Table {
  return {
    title: "CPU by thread and process at full load, milliseconds per accepted transfer",
    notes: [
      "Without the client of the benchmark. A single thread limits a node however many cores it has: 1,000 divided by the thread's milliseconds is the most transfers per second.",
    ],
    columns: ["", ...runs.map(nameOf), "can be shared"],
    rows: PARTS.map(([name, meaning, spread]) => [
      meaning,
      ...runs.map(({ full }) => {
        const used = full.cpu?.threadsMs[name] ?? full.cpu?.othersMs[name];
        return used === undefined ? "–" : formatDecimal(used, 3);
      }),
      spread,
    ]),
  };
}

function checkTable(runs: readonly NodeRun[]): Table {
  return {
    title: "Checked after the load",
    notes: [
      "Every accepted transaction was found by its id and is in exactly one place of one block; every account has exactly the balance and nonce that follow from them; the root of the last proven block is L1's.",
    ],
    columns: ["", "accepted and found", "executed", "accounts", "blocks on L1"],
    rows: runs.map((run) => [
      nameOf(run),
      ...[run.checks.found, run.checks.executed, run.checks.accounts, run.checks.provenBlocks].map(formatInteger),
    ]),
  };
}

function refusals({ refused }: LoadFigures): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0);
}
