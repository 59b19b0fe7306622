import type { ProvingReport } from "../measure/proving.ts";
import { formatDecimal, formatInteger, formatMebibytes, type Table } from "../table.ts";
import { sampleCells } from "./sample-cells.ts";

/** Time and memory of full blocks. */
export function provingTables(reports: readonly ProvingReport[]): Table[] {
  const seconds = (value: number): string => formatDecimal(value, 2);
  return [
    {
      title: "Proving full blocks",
      notes: [
        "A full block holds the maximum number of L1 operations, payouts, new accounts and extras, and transfers in all other slots.",
        "Sealed to accepted: from closing the block to the receipt of its batch, on a local L1 that mines at once.",
      ],
      columns: ["", ...reports.map(({ slots }) => `N = ${slots}`)],
      rows: [
        ["transactions", ...reports.map(({ transactions }) => formatInteger(transactions))],
        ["L1 operations", ...reports.map(({ l1Operations }) => formatInteger(l1Operations))],
        ["payouts", ...reports.map(({ payouts }) => formatInteger(payouts))],
        ...(
          [
            ["witness, s", "witnessSeconds"],
            ["proof, s", "proveSeconds"],
            ["sealed to accepted, s", "sealedToAcceptedSeconds"],
          ] as const
        ).flatMap(([name, field]) => {
          const cells = reports.map((report) => sampleCells(report[field], seconds));
          return [
            [name, ...cells.map(([median]) => median)],
            [`${name}: spread`, ...cells.map(([, spread]) => spread)],
          ];
        }),
        [
          "prover peak memory",
          ...reports.map(({ proverPeakBytes }) => (proverPeakBytes === null ? "–" : formatMebibytes(proverPeakBytes))),
        ],
        ["proof bytes", ...reports.map(({ proofBytes }) => formatInteger(proofBytes))],
      ],
    },
  ];
}
