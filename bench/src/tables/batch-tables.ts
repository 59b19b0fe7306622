import type { BatchFigures, BatchRun } from "../batch/figures.ts";
import { mergesOf, planTree } from "../batch/tree.ts";
import { formatMachine } from "../machine.ts";
import { formatDecimal, formatInteger, formatMebibytes, type Table } from "../table.ts";

const NOTES = [
  "Transfers in blocks of the VM, each block proven, the proofs merged, one last proof verified by the contract, then the state rebuilt from L1 alone. One proof after the other on all cores, each with its witness.",
  "Seconds are longer the more else the machine does, which its load average shows; the time of cores is hardly. Divided by the cores it is what an idle machine would need if none of them ever waited.",
  "Gas of blobs is paid apart, at a price of its own. With data in calldata, small account indices make some bytes zero and so a little cheaper than in a large rollup.",
];

/** Batches of many blocks, one column each. */
export function batchTables(runs: readonly BatchRun[]): Table[] {
  const row = (name: string, of: (figures: BatchFigures) => string): string[] => [
    name,
    ...runs.map(({ batch }) => of(batch)),
  ];
  const seconds = (value: number): string => formatDecimal(value, 1);
  return [
    {
      title: "Batches of many blocks",
      notes: [...NOTES, ...runs.map(originOf)],
      columns: ["", ...runs.map(({ batch }) => `${formatInteger(batch.transfers)} transfers`)],
      rows: [
        row("blocks × slots", ({ blocks, slots }) => `${blocks} × ${slots}`),
        row("data", ({ da }) => da),
        row("proofs above the blocks", describeTree),
        row("gates: a block", ({ gates }) => formatInteger(gates.block)),
        row("gates: a merge", ({ gates }) => (gates.merge === 0 ? "–" : formatInteger(gates.merge))),
        row("gates: the last proof", ({ gates }) => formatInteger(gates.batch)),
        row("gates per transfer, all proofs", ({ gates }) => formatInteger(gates.perTransfer)),
        row("proofs of all blocks, s", (batch) => seconds(batch.seconds.blocks)),
        row("merges, s", (batch) => seconds(batch.seconds.merges)),
        row("last proof, s", (batch) => seconds(batch.seconds.batch)),
        [
          "time of cores for all proofs, s",
          ...runs.map(({ coreSeconds: used }) =>
            used === null ? "–" : seconds(used.blocks + used.merges + used.batch),
          ),
        ],
        row("first transfer to accepted on L1, s", (batch) => seconds(batch.seconds.total)),
        row("proven transfers per second", ({ transfers, seconds: { total } }) => formatDecimal(transfers / total, 2)),
        row("prover peak memory", ({ peakBytes }) => (peakBytes === null ? "–" : formatMebibytes(peakBytes))),
        row("L1 gas used", ({ l1 }) => formatInteger(l1.gasUsed)),
        row("L1 gas per transfer", ({ l1 }) => formatDecimal(l1.perTransfer, 1)),
        row("blob gas", ({ l1 }) => (l1.blobGas === 0 ? "–" : formatInteger(l1.blobGas))),
        row("blob gas per transfer", ({ l1, transfers }) =>
          l1.blobGas === 0 ? "–" : formatDecimal(l1.blobGas / transfers, 1),
        ),
        row("calldata bytes", ({ l1 }) => formatInteger(l1.calldataBytes)),
        row("state rebuilt from L1", ({ restored }) => (restored ? "yes" : "no")),
      ],
    },
  ];
}

/** One sentence on where a run was measured. */
function originOf({ takenAt, machine, load, batch }: BatchRun): string {
  const name = `${formatInteger(batch.transfers)} transfers, ${batch.da}`;
  return `${name}: ${formatMachine(machine)}, ${takenAt}, load average ${formatDecimal(load, 1)} on ${machine.cores} cores.`;
}

function describeTree({ blocks }: BatchFigures): string {
  const tree = planTree(blocks);
  const merges = mergesOf(tree);
  const counted = [...new Set(merges)]
    .sort()
    .map((name) => `${merges.filter((merge) => merge === name).length} ${name}`);
  return [...counted, `1 ${tree.circuit}`].join(", ");
}
