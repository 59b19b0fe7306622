import { formatMachine } from "../machine.ts";
import type { ProversRun } from "../provers/figures.ts";
import { formatDecimal, type Table } from "../table.ts";

/** Load average for each core that the provers cause themselves, at most: beyond it, something else ran. */
const OWN_LOAD = 1.5;

/** One batch proven by one, two and three processes. */
export function proversTable({ takenAt, machine, load, blocks, slots, times }: ProversRun): Table {
  const alone = times[0]?.seconds ?? 0;
  return {
    title: "Provers on one machine, measured",
    notes: [
      `A batch of ${blocks} blocks of ${slots} slots, closed by a node before prover processes start on its PostgreSQL: ${formatMachine(machine)}, ${takenAt}, load average ${formatDecimal(load, 1)}.`,
      `A single proof already uses all ${machine.cores} cores most of the time, so more processes on this machine only fill its pauses; what they gain on machines of their own is in the table of machines.`,
      ...(load > OWN_LOAD * machine.cores
        ? [
            "Other work ran beside them: more processes also got a larger share of the cores, so the gain is overstated.",
          ]
        : []),
    ],
    columns: [
      "provers",
      "first proof begun to last made, s",
      "times as fast",
      "sum of all proofs, s",
      "proofs by each",
    ],
    rows: times.map(({ provers, seconds, proofSeconds, made }) => [
      String(provers),
      formatDecimal(seconds, 1),
      formatDecimal(alone / seconds, 2),
      formatDecimal(proofSeconds, 1),
      made.join(" + "),
    ]),
  };
}
