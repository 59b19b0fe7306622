/** Decimals of the demo's ERC-20. */
export const USD_DECIMALS = 6;

/** A person in the demo. L1 accounts are anvil's, by position. */
export interface CastMember {
  readonly name: string;
  readonly l1Account: number;
  /** `wallet`: derived from an EIP-712 signature; `random`: from random bytes; `none`: only an L1 address. */
  readonly keyFrom: "wallet" | "random" | "none";
}

/** Everyone who takes part, the operator first. */
export const CAST: readonly CastMember[] = [
  { name: "operator", l1Account: 0, keyFrom: "random" },
  { name: "alice", l1Account: 1, keyFrom: "wallet" },
  { name: "bob", l1Account: 2, keyFrom: "random" },
  { name: "carol", l1Account: 3, keyFrom: "none" },
  { name: "dave", l1Account: 4, keyFrom: "wallet" },
  { name: "dave-new-key", l1Account: 4, keyFrom: "random" },
];

/** A part of the story: what it shows, and its statements in the scenario language. */
export interface Chapter {
  readonly title: string;
  readonly explanation: string;
  readonly statements: string;
}

/** The demo's story; each chapter is one block. */
export const CHAPTERS: readonly Chapter[] = [
  {
    title: "Deposits",
    explanation:
      "Money is locked in the contract on L1. Each deposit joins the L1 queue; the first batch must consume it and creates the accounts on L2.",
    statements: `
      deposit operator 1 ETH
      deposit operator 1000 USD
      deposit alice 10 ETH
      deposit bob 30000 USD
    `,
  },
  {
    title: "Transfers",
    explanation:
      "Signed L2 transactions, 13 published bytes each. A transfer to someone without an account in the token creates one and publishes 52 bytes more: owner and key. Carol has no L2 key at all: she is paid by her L1 address.",
    statements: `
      deposit dave 3 ETH
      fees operator ETH USD
      transfer bob -> new alice 5000 USD fee 1
      transfer alice -> new bob 2 ETH fee 0.0001
      transfer alice -> new carol 1 ETH fee 0.0001 keyless
      transfer alice -> bob 0.5 ETH fee 0.0001
      transfer bob -> alice 12.34 USD fee 0.5
    `,
  },
  {
    title: "Swap, withdrawals, exit",
    explanation:
      "Alice and Bob swap two tokens: two linked transfers, both or neither. Two withdrawals leave for L1 addresses. Carol, who has no key, requests her balance on L1 and the batch must pay it. Dave sets a new key on L1, then empties his account.",
    statements: `
      force-withdraw carol ETH
      set-key dave ETH to dave-new-key
      swap alice 1 ETH fee 0.0001 for bob 3000 USD fee 1
      withdraw bob 2000 USD fee 1 to 0x00000000000000000000000000000000e51ab1e5
      withdraw alice 0.25 ETH fee 0.0001
      transfer dave -> alice all ETH fee 0.0001
    `,
  },
];

/** The story in an even number of blocks: two of them go to L1 together. */
export const AGGREGATE_CHAPTERS: readonly Chapter[] = [
  ...CHAPTERS,
  {
    title: "Business as usual",
    explanation: "Two more payments and a withdrawal, so that the second pair of blocks is complete.",
    statements: `
      transfer alice -> bob 0.1 ETH fee 0.0001
      transfer bob -> alice 20 USD fee 0.5
      withdraw bob 1 ETH fee 0.0001
    `,
  },
];
