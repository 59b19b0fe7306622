/** A published figure of another system. */
export interface Anchor {
  readonly system: string;
  /** As stated by its sources. */
  readonly figure: string;
  /** Computed from its published sources, not stated in them. */
  readonly isDerived: boolean;
}

/** What is compared; `best` comes first in `others`. */
export interface AnchorMetric {
  readonly name: string;
  readonly others: readonly [Anchor, ...Anchor[]];
}

const published = (system: string, figure: string): Anchor => ({ system, figure, isDerived: false });
const derived = (system: string, figure: string): Anchor => ({ system, figure, isDerived: true });

/** Figures read from the public sources of each system, the best first. */
export const ANCHORS = {
  bytesPerTransfer: {
    name: "published bytes per transfer",
    others: [
      published("Hermez", "14"),
      published("zkSync Lite", "20"),
      published("Loopring", "22"),
      published("DeGate", "27.5"),
    ],
  },
  constraintsPerTransfer: {
    name: "proof constraints per transfer (different arithmetisations: not one unit)",
    others: [derived("Hermez", "59.5k R1CS"), derived("zkSync Lite", "205k–344k PLONK gates")],
  },
  gasPerTransfer: {
    name: "L1 gas per transfer, all in, data on L1",
    others: [
      derived("zkSync Lite", "~700"),
      published("zkSync Lite", "1,184 measured"),
      derived("Hermez", "~1,039 at 2,048 per batch"),
    ],
  },
  gasPerTransferOffChain: {
    name: "L1 gas per transfer, data off-chain",
    others: [published("StarkEx validium", "36")],
  },
  fixedGas: {
    name: "fixed L1 gas per batch",
    others: [published("Loopring", "220k + 80k per extra block"), published("Aztec", "661k for one epoch")],
  },
  throughput: {
    name: "node transfers per second without proofs",
    others: [
      published("zkSync Lite", ">8,000 claimed"),
      published("fluidex", "~160 with single-threaded Merkle hashing"),
    ],
  },
  acknowledgement: {
    name: "acknowledgement",
    others: [published("StarkEx", "100–200 ms")],
  },
  forcedInclusion: {
    name: "forced inclusion deadline",
    others: [published("Hermez", "~16 L1 blocks")],
  },
  exit: {
    name: "exit without operator",
    others: [published("Loopring, DeGate, StarkEx", "plain Merkle proof, no prover")],
  },
  typescriptThroughput: {
    name: "throughput of a TypeScript rollup, transfers per second",
    others: [published("zkopru", "~0.1")],
  },
} as const satisfies Record<string, AnchorMetric>;

/** Name of a compared metric. */
export type AnchorName = keyof typeof ANCHORS;
