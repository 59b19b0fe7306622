import { anvilKey } from "@cairn/devnet";
import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";

/** A prefunded L1 account whose key everyone knows. */
export interface DevAccount {
  readonly name: string;
  readonly address: Address;
  readonly privateKey: Hex;
}

/** Names of anvil's accounts in order; the first deploys, submits batches and receives the fees. */
const NAMES = ["operator", "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan"] as const;

/** The operator, then everyone else. */
export function devAccounts(): readonly DevAccount[] {
  return NAMES.map((name, position) => {
    const privateKey = anvilKey(position);
    return { name, address: privateKeyToAccount(privateKey).address, privateKey };
  });
}
