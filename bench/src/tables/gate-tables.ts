import { type GatePart, PARTS } from "../gates/parts.ts";
import type { GateReport } from "../measure/gates.ts";
import { formatInteger, type Table } from "../table.ts";

const PART_NAMES: Readonly<Record<GatePart, string>> = {
  signature: "signature and message",
  merkle: "Merkle paths and leaves",
  data: "published data and extras",
  l1Operations: "L1 operations",
  payouts: "payouts",
  linksAndFees: "links and fees",
  txRoot: "txRoot",
  amounts: "amounts",
  fixed: "fixed: public input, SHA-256 setup",
  rest: "rest: rules of the slot, ranges, memory",
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
        ["gates of the circuit", ...reports.map(({ total }) => formatInteger(total))],
      ],
    },
  ];
}
