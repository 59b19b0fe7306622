import { TIME } from "./example-values.ts";

/** Examples of operations that show the rollup as a whole. */
export const OVERVIEW_EXAMPLES = {
  stats: {
    response: {
      accounts: 2,
      blocks: 12,
      transactions: 31,
      l1Operations: 5,
      lastHour: { blocks: 3, transactions: 9, l1Operations: 1 },
      lastDay: { blocks: 12, transactions: 31, l1Operations: 5 },
      batches: { accepted: 3, waiting: 0 },
      recent: {
        batches: 3,
        transactions: 31,
        gasUsed: 3_017_000,
        blobGasUsed: 393_216,
        paidWei: "3410216000000000",
        income: [{ tokenId: 0, amount: "3100000000000000" }],
      },
    },
  },
  provers: {
    response: {
      provers: [
        {
          id: "5f1d3a90",
          working: [{ circuit: "batch", firstBlock: 9, lastBlock: 12, startedAtMs: TIME }],
          made: [{ circuit: "block256", proofs: 4, meanMs: 26_500 }],
          lastMadeAtMs: TIME,
        },
      ],
      waiting: [{ circuit: "block256", proofs: 2 }],
    },
  },
  proofs: {
    query: { firstBlock: 9 },
    response: {
      proofs: [
        {
          id: 21,
          parent: 23,
          circuit: "block256",
          firstBlock: 9,
          lastBlock: 9,
          state: "made",
          prover: "5f1d3a90",
          startedAtMs: TIME,
          madeAtMs: TIME + 26_500,
        },
        {
          id: 22,
          parent: 23,
          circuit: "block256",
          firstBlock: 10,
          lastBlock: 10,
          state: "proving",
          prover: "5f1d3a90",
          startedAtMs: TIME + 26_600,
          madeAtMs: null,
        },
        {
          id: 23,
          parent: null,
          circuit: "pair",
          firstBlock: 9,
          lastBlock: 10,
          state: "waiting",
          prover: null,
          startedAtMs: null,
          madeAtMs: null,
        },
      ],
    },
  },
} as const;
