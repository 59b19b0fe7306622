import { mergesOf, planTree } from "../batch/tree.ts";
import { formatMachine } from "../machine.ts";
import { closedBatches, LOAD_SETTINGS, simulateLoad } from "../scaling/load.ts";
import { L1_LIMITS, type ScalingBasis, scalingMachines, scalingRow } from "../scaling/model.ts";
import { formatDecimal, formatInteger, formatMebibytes, type Table } from "../table.ts";

const RATES = [10, 100, 1_000, 10_000];
const MACHINES = [1, 2, 3, 10, 100, 1_000];
const LOAD_RATES = [10, 30, 100, 300, 1_000, 3_000, 10_000];
const LOAD_MACHINES = [1, 3, 10, 30, 100, 300, 1_000];

/** What a transfer costs in the recorded batch, and what streams of transfers need. */
export function scalingTables(basis: ScalingBasis): Table[] {
  return [inputTable(basis), needsTable(basis), machinesTable(basis), latencyTable(basis), costTable(basis)];
}

function inputTable({ run, seconds, coreSeconds }: ScalingBasis): Table {
  const { batch, machine, takenAt } = run;
  const merges = mergesOf(planTree(batch.blocks)).length;
  const perTransfer = (value: number, digits: number): string => formatDecimal(value / batch.transfers, digits);
  return {
    title: "Measured inputs",
    notes: [
      `A batch of ${formatInteger(batch.transfers)} transfers in a blob, ${takenAt}: ${formatMachine(machine)}.`,
      "Time of cores: what provers and witnesses used, which is less than the cores multiplied by the seconds that passed.",
    ],
    columns: ["", "of one proof", "proofs", "per transfer"],
    rows: [
      [
        "gates: blocks",
        formatInteger(batch.gates.block),
        String(batch.blocks),
        perTransfer(batch.gates.block * batch.blocks, 0),
      ],
      ["gates: merges", formatInteger(batch.gates.merge), String(merges), perTransfer(batch.gates.merge * merges, 0)],
      ["gates: last proof", formatInteger(batch.gates.batch), "1", perTransfer(batch.gates.batch, 0)],
      ...(["block", "merge", planTree(batch.blocks).circuit] as const).map((kind, i) => {
        const count = [batch.blocks, merges, 1][i] ?? 0;
        const used = seconds[kind] * machine.cores;
        const name = ["a block", "a merge", "the last proof"][i];
        return [`time of cores, s: ${name}`, formatDecimal(used, 1), String(count), perTransfer(used * count, 3)];
      }),
      ["time of cores, s: all proofs", "–", String(batch.blocks + merges + 1), perTransfer(coreSeconds, 3)],
      ["prover peak memory", batch.peakBytes === null ? "–" : formatMebibytes(batch.peakBytes), "–", "–"],
      ["L1 gas", formatInteger(batch.l1.gasUsed), "1", formatDecimal(batch.l1.perTransfer, 1)],
      ["blob gas", formatInteger(batch.l1.blobGas), "1", perTransfer(batch.l1.blobGas, 1)],
    ],
  };
}

function needsTable(basis: ScalingBasis): Table {
  const { batch, machine } = basis.run;
  const rows = RATES.map((rate) => scalingRow(basis, rate));
  const row = (name: string, of: (needs: (typeof rows)[number]) => string): string[] => [name, ...rows.map(of)];
  return {
    title: "What throughput needs",
    notes: [
      `Full batches of ${batch.blocks} blocks of ${batch.slots} slots, computed from the inputs above. Machines and lags come from a simulation: each machine has ${machine.cores} cores and makes one proof at a time, in the order of the node's jobs.`,
      `L1: ${formatInteger(L1_LIMITS.gasLimit)} gas per slot of ${L1_LIMITS.slotSeconds} s, and a target of ${L1_LIMITS.blobTarget} blobs.`,
    ],
    columns: ["transfers per second", ...RATES.map(formatInteger)],
    rows: [
      row("gates per second, in millions", ({ gatesPerSecond }) => formatDecimal(gatesPerSecond / 1e6, 2)),
      row("cores busy with proofs", ({ busyCores }) => formatDecimal(busyCores, 1)),
      row(`machines of ${machine.cores} cores`, ({ machines }) => formatInteger(machines)),
      row("a batch is full after, s", ({ fillSeconds }) => formatInteger(fillSeconds)),
      row("last transfer of a batch to its last proof, s", ({ lagSeconds }) => formatInteger(lagSeconds)),
      row("first transfer of a batch to its last proof, s", (needs) =>
        formatInteger(needs.fillSeconds + needs.lagSeconds),
      ),
      row("L1 gas per second", ({ l1GasPerSecond }) => formatInteger(l1GasPerSecond)),
      row("share of L1's gas", ({ l1GasShare }) => `${formatDecimal(100 * l1GasShare, 2)} %`),
      row("blobs per L1 slot", ({ blobsPerSlot }) => formatDecimal(blobsPerSlot, 2)),
      row("share of the target of blobs", ({ blobsPerSlot }) => {
        return `${formatDecimal((100 * blobsPerSlot) / L1_LIMITS.blobTarget, 1)} %`;
      }),
    ],
  };
}

function machinesTable(basis: ScalingBasis): Table {
  const { batch, machine } = basis.run;
  return {
    title: "What machines prove",
    notes: [
      `One batch of ${batch.blocks} blocks whose blocks are all sealed, and a stream of such batches; simulated with the seconds of machines of ${machine.cores} cores, one proof at a time each. By gates: the same with the gates of a proof as its time, which no machine's speed and no noise changes.`,
    ],
    columns: [
      "machines",
      "one batch, s",
      "times as fast",
      "times as fast, by gates",
      "transfers per second, sustained",
      "blobs per L1 slot",
    ],
    rows: MACHINES.map((count) => {
      const row = scalingMachines(basis, count);
      return [
        formatInteger(count),
        formatInteger(row.batchSeconds),
        formatDecimal(row.speedup, 2),
        formatDecimal(row.gatesSpeedup, 2),
        formatDecimal(row.transfersPerSecond, 1),
        formatDecimal(row.blobsPerSlot, 2),
      ];
    }),
  };
}

function latencyTable(basis: ScalingBasis): Table {
  const { batch, machine } = basis.run;
  const { blockSeconds, batchSeconds } = LOAD_SETTINGS;
  return {
    title: "From a transfer to L1, by load and machines",
    notes: [
      `Seconds from the first transfer of a batch until L1 has accepted the batch, one L1 slot of ${L1_LIMITS.slotSeconds} s after its last proof; the longest, once as many batches are under way as ever. Machines of ${machine.cores} cores. \`backlogged\`: proofs take more time than these machines have, so batches wait longer and longer, and the node refuses transfers.`,
      `The node's own policy, plans and order of jobs, on a simulated clock. Blocks of ${batch.slots} slots are sealed when they are full or after ${blockSeconds} s (\`CAIRN_BLOCK_TIME_MS\`), batches closed at ${batch.blocks} blocks (\`CAIRN_BATCH_BLOCKS\`) or after ${batchSeconds} s (\`CAIRN_BATCH_SECONDS\`). \`CAIRN_PROOF_JOBS\` is twice the number of machines.`,
    ],
    columns: [
      "transfers per second",
      ...LOAD_MACHINES.map((count) => `${formatInteger(count)} machine${count === 1 ? "" : "s"}`),
    ],
    rows: LOAD_RATES.map((rate) => [
      formatInteger(rate),
      ...simulateLoad(basis, rate, LOAD_MACHINES).map((seconds) => {
        return seconds === null ? "backlogged" : formatInteger(seconds);
      }),
    ]),
  };
}

function costTable(basis: ScalingBasis): Table {
  return {
    title: "What a transfer costs, by load",
    notes: [
      "The batches of the table above: at low loads they are closed by time, with blocks that are not full, and every slot is proven all the same. A machine more or less changes none of this. Gas and blob gas of a batch are those of the recorded one.",
    ],
    columns: [
      "transfers per second",
      "blocks in a batch",
      "transfers in a batch",
      "core seconds",
      "L1 gas",
      "blob gas",
      "blobs per L1 slot",
    ],
    rows: LOAD_RATES.map((rate) => {
      const closed = closedBatches(basis, rate);
      return [
        formatInteger(rate),
        formatDecimal(closed.blocks, 1),
        formatInteger(closed.transfers),
        formatDecimal(closed.coreSecondsPerTransfer, 3),
        formatInteger(closed.l1GasPerTransfer),
        formatInteger(closed.blobGasPerTransfer),
        formatDecimal(closed.blobsPerSlot, 2),
      ];
    }),
  };
}
