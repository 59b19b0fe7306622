import type { CircuitShape } from "@cairn/circuits";
import { FEE_TOKENS_PER_BLOCK, PAYOUT_BYTES } from "@cairn/protocol";

/** Units that are counted; each names a probe in bench/noir. */
export const UNITS = [
  "compress",
  "sha256-block",
  "data-word",
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
  "public-input",
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
  "l1Operations",
  "payouts",
  "linksAndFees",
  "txRoot",
  "amounts",
  "fixed",
  "rest",
] as const;

/** A part of the block circuit. */
export type GatePart = (typeof PARTS)[number];
/** Gates of a whole block by part; they sum to the real count. */
export type GateParts = Readonly<Record<GatePart, number>>;

/** Blocks of 64 bytes that SHA-256 hashes for a message of this many bytes: padding takes at least 9. */
export function sha256Blocks(bytes: number): number {
  return Math.ceil((bytes + 9) / 64);
}

/** Splits the real gate count of a block circuit into parts. */
export function splitGates(options: {
  readonly shape: CircuitShape;
  readonly units: UnitGates;
  /** One-off cost of SHA-256 and of a program. */
  readonly setup: number;
  /** The real count. */
  readonly total: number;
}): GateParts {
  const { shape, units, setup, total } = options;
  const { slots, capacity } = shape;
  const openings = 2 * slots + FEE_TOKENS_PER_BLOCK;
  const subroots = 4 ** shape.subrootDepth;
  const hash = (bytes: number): number => sha256Blocks(bytes) * units["sha256-block"];
  const measured = {
    signature: slots * units.signature,
    merkle: openings * (units.update + units.leaf) + 2 * innerNodes(subroots) * units.compress,
    data: (slots + 2 * capacity) * units["data-word"] + capacity * units["extra-row"] + slots * units["extra-take"],
    l1Operations: capacity * units["l1-operation"],
    payouts: hash(capacity * PAYOUT_BYTES) + capacity * units["payout-row"] + slots * units["payout-check"],
    linksAndFees: slots * (units.link + units.fee),
    txRoot: (slots + innerNodes(slots)) * units.compress,
    amounts: slots * units.amounts,
    fixed: setup + units["public-input"],
  };
  const rounded = Object.entries(measured).map(([part, gates]) => [part, Math.round(gates)] as const);
  const known = rounded.reduce((sum, [, gates]) => sum + gates, 0);
  return { ...(Object.fromEntries(rounded) as Omit<GateParts, "rest">), rest: total - known };
}

/** Nodes above this many leaves of a complete 4-ary tree. */
function innerNodes(leaves: number): number {
  return (leaves - 1) / 3;
}
