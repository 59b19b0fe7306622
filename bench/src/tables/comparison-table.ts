import { DEFAULT_ROLLUP_2_PARAMETERS } from "@cairn/contracts";
import { ANCHORS, type Anchor, type AnchorName } from "../anchors.ts";
import type { BatchRun } from "../batch/figures.ts";
import type { Measurements } from "../report.ts";
import { formatDecimal, formatInteger, type Table } from "../table.ts";
import { gasPerTransfer } from "./gas-tables.ts";

const NOT_MEASURED = "not measured in this run";
/** What other commands measure. */
const UNDER_LOAD = "measured under load by `npm run bench:node`: docs/benchmarks-node.md";
const SOURCES =
  "Other systems: figures from their public sources; [d]: derived from these. The best so far comes first.";
const COLUMNS = ["metric", "best so far", "whose", "others"] as const;
const EXIT = "plain Merkle proof, no prover; gas in packages/contracts/gas.json";

/** Each anchor next to what this run measured. */
export function comparisonTable(measurements: Readonly<Measurements>): Table {
  const ours = cairnFigures(measurements);
  return {
    title: "Compared with other systems",
    notes: [
      SOURCES,
      "Cairn: batches of one block (N slots) from this run on this machine, each of which pays for a whole verification. Batches of many blocks are compared below.",
    ],
    columns: [...COLUMNS, "Cairn, measured here"],
    rows: (Object.keys(ANCHORS) as AnchorName[]).map((name) => [...othersThan(name), ours[name]]),
  };
}

/** The anchors that batches of many blocks are measured by, next to the recorded ones. */
export function batchComparisonTable(runs: readonly BatchRun[]): Table {
  const ours: Partial<Record<AnchorName, (batch: BatchRun["batch"]) => string>> = {
    constraintsPerTransfer: ({ gates }) => `${formatInteger(gates.perTransfer)} UltraHonk gates`,
    gasPerTransfer: ({ l1, transfers }) => {
      const blobGas = l1.blobGas === 0 ? "" : ` and ${formatInteger(l1.blobGas / transfers)} of blobs`;
      return `${formatInteger(l1.perTransfer)}${blobGas}`;
    },
    typescriptThroughput: ({ transfers, seconds }) => formatDecimal(transfers / seconds.total, 1),
  };
  const nameOf = ({ transfers, da }: BatchRun["batch"]): string =>
    `Cairn, ${formatInteger(transfers)} ${da === "blob" ? "in a blob" : "in calldata"}`;
  return {
    title: "Batches of many blocks, compared with other systems",
    notes: [SOURCES],
    columns: [...COLUMNS, ...runs.map(({ batch }) => nameOf(batch))],
    rows: (Object.keys(ANCHORS) as AnchorName[]).flatMap((name) => {
      const figure = ours[name];
      return figure === undefined ? [] : [[...othersThan(name), ...runs.map(({ batch }) => figure(batch))]];
    }),
  };
}

/** An anchor, the best figure with its owner, and the other ones. */
function othersThan(name: AnchorName): string[] {
  const [best, ...others]: readonly Anchor[] = ANCHORS[name].others;
  return [
    ANCHORS[name].name,
    best === undefined ? "" : show(best),
    best?.system ?? "",
    others.map((anchor) => `${anchor.system} ${show(anchor)}`).join("; ") || "–",
  ];
}

function show({ figure, isDerived }: Anchor): string {
  return isDerived ? `${figure} [d]` : figure;
}

function cairnFigures({
  data,
  gates,
  batches,
  vm,
  proving,
}: Readonly<Measurements>): Readonly<Record<AnchorName, string>> {
  const perSize = (entries: readonly { readonly slots: number; readonly text: string }[] | undefined): string =>
    (entries ?? []).map(({ slots, text }) => `${text} (N = ${slots})`).join("; ") || NOT_MEASURED;
  const hours = DEFAULT_ROLLUP_2_PARAMETERS.inclusionDelaySeconds / 3600;
  return {
    bytesPerTransfer: perSize(
      data?.map(({ slots, bytesPerTransfer }) => ({ slots, text: formatDecimal(bytesPerTransfer, 2) })),
    ),
    constraintsPerTransfer: perSize(
      gates?.map(({ slots, total }) => ({ slots, text: `${formatInteger(total / slots)} UltraHonk gates` })),
    ),
    gasPerTransfer: perSize(
      batches && gasPerTransfer(batches.submissions).map(({ slots, gas }) => ({ slots, text: formatInteger(gas) })),
    ),
    gasPerTransferOffChain: "no such mode: data is always on L1",
    fixedGas: perSize(
      batches?.submissions
        .filter(({ kind }) => kind === "empty")
        .map(({ slots, gasUsed }) => ({ slots, text: formatInteger(gasUsed) })),
    ),
    throughput: vm
      ? `${formatInteger(vm.fast.withSignaturesAndTree.median)} with signatures and tree, one thread`
      : NOT_MEASURED,
    acknowledgement: UNDER_LOAD,
    forcedInclusion: `${hours} h (parameter), by refusing batches that skip overdue entries`,
    exit: EXIT,
    typescriptThroughput: perSize(
      proving?.map(({ slots, sealedToAcceptedSeconds }) => ({
        slots,
        text: `${formatDecimal(slots / sealedToAcceptedSeconds.median, 1)} proven and accepted, one block after the other`,
      })),
    ),
  };
}
