import type { CircuitShape } from "@cairn/circuits";
import { FEE_TOKENS_PER_BLOCK, ROW_CELLS } from "@cairn/protocol";

/** Units that are counted; each names a probe in bench/noir. */
export const UNITS = [
  "compress",
  "chain-step",
  "cell",
  "extra-row",
  "extra-take",
  "payout-row",
  "payout-check",
  "signature",
  "leaf",
  "update",
  "link",
  "fee",
  "amounts",
  "l1-operation",
] as const;

/** Something that the block circuit does several times. */
export type Unit = (typeof UNITS)[number];
/** Gates of one use of each. */
export type UnitGates = Readonly<Record<Unit, number>>;

/** Parts of the block circuit, in the order they are shown. `rest` is what remains of the real count. */
export const PARTS = [
  "signature",
  "merkle",
  "data",
  "cellsRoot",
  "l1Operations",
  "payouts",
  "linksAndFees",
  "amounts",
  "fixed",
  "rest",
] as const;

/** A part of the block circuit. */
export type GatePart = (typeof PARTS)[number];
/** Gates of a whole block by part; they sum to the real count. */
export type GateParts = Readonly<Record<GatePart, number>>;

/** Splits the real gate count of a block circuit into parts. */
export function splitGates(options: {
  readonly shape: CircuitShape;
  readonly units: UnitGates;
  /** One-off cost of the tables for checks of ranges. */
  readonly setup: number;
  /** The real count. */
  readonly total: number;
}): GateParts {
  const { shape, units, setup, total } = options;
  const { slots, capacity } = shape;
  const openings = 2 * slots + FEE_TOKENS_PER_BLOCK;
  const subroots = 4 ** shape.subrootDepth;
  const cells = 1 + slots / 2 + 2 * capacity;
  const rows = (1 + slots / 2) / ROW_CELLS + Math.ceil((2 * capacity) / ROW_CELLS);
  const measured = {
    signature: slots * units.signature,
    merkle: openings * (units.update + units.leaf) + 2 * innerNodes(subroots) * units.compress,
    data: rows * units["chain-step"] + cells * units.cell + capacity * units["extra-row"] + slots * units["extra-take"],
    cellsRoot: innerNodes(slots) * units.compress,
    l1Operations: capacity * units["l1-operation"],
    payouts: capacity * (units["payout-row"] + units["chain-step"]) + slots * units["payout-check"],
    linksAndFees: slots * (units.link + units.fee),
    amounts: slots * units.amounts,
    fixed: setup,
  };
  const rounded = Object.entries(measured).map(([part, gates]) => [part, Math.round(gates)] as const);
  const known = rounded.reduce((sum, [, gates]) => sum + gates, 0);
  return { ...(Object.fromEntries(rounded) as Omit<GateParts, "rest">), rest: total - known };
}

/** Nodes above this many leaves of a complete 4-ary tree. */
function innerNodes(leaves: number): number {
  return (leaves - 1) / 3;
}
