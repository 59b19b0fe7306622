import { type GatePart, PARTS } from "../gates/parts.ts";
import type { GateReport } from "../measure/gates.ts";
import { formatInteger, type Table } from "../table.ts";

const PART_NAMES: Readonly<Record<GatePart, string>> = {
  signature: "signature and message",
  merkle: "Merkle paths and leaves",
  data: "rows of data and extras",
  cellsRoot: "cells root, for receipts",
  l1Operations: "L1 operations",
  payouts: "payouts",
  linksAndFees: "links and fees",
  amounts: "amounts",
  fixed: "fixed: tables for checks of ranges",
  rest: "rest: rules of the slot, ranges, memory, claim",
};

/** Gates per slot by part; every slot pays for every part, used or not. */
export function gateTables(reports: readonly GateReport[]): Table[] {
  return [
    {
      title: "Gates per slot",
      notes: [
        "Each part is the number of its uses times the gates of one use, measured with small programs that differ only in the number of uses.",
        "The rest is the difference from the gate count of the compiled circuit.",
      ],
      columns: ["part", ...reports.map(({ slots }) => `N = ${slots}`)],
      rows: [
        ...PARTS.map((part) => [
          PART_NAMES[part],
          ...reports.map(({ parts, slots }) => formatInteger(parts[part] / slots)),
        ]),
        ["gates per slot", ...reports.map(({ total, slots }) => formatInteger(total / slots))],
        ["gates of a block", ...reports.map(({ total }) => formatInteger(total))],
        ["gates of a batch of one block", ...reports.map(({ solo }) => formatInteger(solo))],
      ],
    },
  ];
}
