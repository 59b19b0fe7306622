import type { SoloSize } from "@cairn/protocol";
import type { BatchRun } from "./batch/figures.ts";
import type { NodeBenchReport, NodeRun } from "./node/report.ts";
import type { BenchReport, Measurements } from "./report.ts";
import { formatDecimal, formatInteger, formatMebibytes } from "./table.ts";
import { gasPerTransfer } from "./tables/gas-tables.ts";
import { wrapParagraph } from "./wrap.ts";

type Shown = "gates" | "proving" | "batches" | "data" | "restore" | "vm";

/** What the README says about a run and the recorded batches of many blocks; null when the run measured only a part of it. */
export function readmeFigures(
  { machine, isQuick, measurements }: BenchReport,
  runs: readonly BatchRun[],
): string | null {
  if (isQuick || !isWhole(measurements)) return null;
  const { vm, batches } = measurements;
  const rates = [vm.fast.withSignatures, vm.fast.withSignaturesAndTree].map(({ median }) => formatInteger(median));
  const verification = Math.max(...batches.submissions.map(({ execution }) => execution.proof));
  const [first, ...rest] = rowsOf(measurements);
  return [
    wrapParagraph(
      `From \`npm run bench\` on ${machine.cores} cores of an ${machine.cpu}, ${formatMebibytes(machine.memoryBytes)}; [all tables and the comparison with other rollups](docs/benchmarks.md).`,
    ),
    "",
    ...tableRows([first ?? [], ...rest]),
    "",
    wrapParagraph(
      `One thread runs ${rates[0]} transfers a second with signature checks, ${rates[1]} with the state tree too. A batch of one block pays for a whole verification (about ${formatInteger(Math.round(verification / 1000) * 1000)} gas). ${batchSentence(runs)}`,
    ),
    "",
  ].join("\n");
}

/** What the largest recorded batch in a blob cost per transfer. */
function batchSentence(runs: readonly BatchRun[]): string {
  const batch = runs.findLast((run) => run.batch.da === "blob")?.batch;
  if (batch === undefined) return "Batches of many blocks share it.";
  const { transfers, blocks, gates, l1 } = batch;
  return `A batch of ${formatInteger(transfers)} transfers, ${blocks} blocks under one proof and a blob, takes ${formatInteger(l1.perTransfer)} gas and ${formatInteger(l1.blobGas / transfers)} gas of blobs per transfer, and ${formatInteger(gates.perTransfer)} gates with all merges.`;
}

/** Configurations of `--matrix`. */
const MATRIX_SIZE = 4;

/** What the README says about a node under load; null when not all configurations were measured. */
export function readmeNodeFigures({ runs, machine }: NodeBenchReport): string | null {
  if (runs.length < MATRIX_SIZE) return null;
  const name = ({ database, isProving }: NodeRun): string =>
    `${database === "PGlite" ? "embedded database" : database}${isProving ? ", proving" : ""}`;
  return [
    wrapParagraph(
      `A node on a machine of this kind (${machine.cores} cores), from \`npm run bench:node -- --matrix\` ([all tables, and where the bottleneck is](docs/benchmarks-node.md)). Signed transfers over HTTP, each checked, executed and durable before it is acknowledged, client and L1 on the same cores:`,
    ),
    "",
    ...tableRows([
      ["", "accepted per second", "acknowledgement p99 at half that load"],
      ...runs.map((run) => [
        name(run),
        formatInteger(run.full.acceptedPerSecond),
        `${formatInteger(run.half.latencyMs.p99)} ms`,
      ]),
    ]),
    "",
  ].join("\n");
}

function isWhole(
  measurements: Readonly<Measurements>,
): measurements is Readonly<Required<Pick<Measurements, Shown>> & Measurements> {
  const { gates, proving, batches, data, restore, vm } = measurements;
  return [gates, proving, batches, data, restore, vm].every((section) => section !== undefined);
}

function rowsOf(measurements: Required<Pick<Measurements, Shown>>): string[][] {
  const { gates, proving, batches, data, restore } = measurements;
  const sizes = gates.map(({ slots }) => slots);
  const perTransfer = gasPerTransfer(batches.submissions);
  const row = <Report extends { readonly slots: number }>(
    name: string,
    reports: readonly Report[],
    cell: (report: Report) => string,
  ): string[] => [
    name,
    ...sizes.map((size: SoloSize) => reports.filter(({ slots }) => slots === size).map(cell)[0] ?? "–"),
  ];
  const seconds = (value: number): string => `${formatDecimal(value, 1)} s`;
  return [
    ["Block size", ...sizes.map(String)],
    row("gates of a block", gates, ({ total }) => formatInteger(total)),
    row("gates per slot, everything included", gates, ({ total, slots }) => formatInteger(total / slots)),
    row("proof of a full block", proving, ({ proveSeconds }) => seconds(proveSeconds.median)),
    row("full block, sealed to accepted on L1", proving, ({ sealedToAcceptedSeconds }) =>
      seconds(sealedToAcceptedSeconds.median),
    ),
    row("prover memory", proving, ({ proverPeakBytes }) =>
      proverPeakBytes === null ? "–" : formatMebibytes(proverPeakBytes),
    ),
    row(
      "L1 gas of a full batch",
      batches.submissions.filter(({ kind }) => kind === "full"),
      ({ gasUsed }) => formatInteger(gasUsed),
    ),
    row("L1 gas per transfer, all in", perTransfer, ({ gas }) => formatInteger(gas)),
    row("what one more transfer adds", perTransfer, ({ marginal }) => formatInteger(marginal)),
    row("published bytes per transfer", data, ({ bytesPerTransfer }) => formatDecimal(bytesPerTransfer, 2)),
    row("transfers per second restored from calldata to disk", restore, ({ calldata }) =>
      formatInteger(calldata.median),
    ),
    row("the same, from a JSON-RPC server on this machine", restore, ({ rpc }) => formatInteger(rpc.median)),
  ];
}

function tableRows([head = [], ...rows]: readonly string[][]): string[] {
  return [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
