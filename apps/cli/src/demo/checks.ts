import { rollupAbi } from "@cairn/contracts";
import { type L1Rollup, rollupDomain } from "@cairn/l1";
import { bigintToHex, CairnError, FIRST_ACCOUNT_INDEX, type Payout } from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import {
  type ModelBlock,
  type ModelResult,
  modelCrypto,
  REAL_CRYPTO,
  runReferenceModel,
  type StateInput,
} from "@cairn/testkit";
import type { ExecutedBlock } from "@cairn/vm";
import type { DemoErrorCode } from "./errors.ts";

/** The reference model beside the node: the same blocks, computed with maps and integers. */
export interface Comparison {
  /** Repeats a block in the model and compares payouts and every account. Throws `demo/difference`. */
  follow(model: ModelBlock, executed: ExecutedBlock): void;
}

/** A model at genesis, compared with `tree` after each block. */
export function createComparison(rollup: L1Rollup, tree: StateTree): Comparison {
  let state: StateInput = { accounts: new Map(), nextIndex: FIRST_ACCOUNT_INDEX };
  const crypto = modelCrypto(rollupDomain(rollup), REAL_CRYPTO);
  return {
    follow: (block, executed) => {
      const result: ModelResult = runReferenceModel(state, block, crypto);
      compare("next index", result.nextIndex, tree.nextIndex());
      compare("payout list", result.payouts.map(describePayout).join(), executed.payouts.map(describePayout).join());
      for (const [index, account] of result.accounts) {
        const found = tree.getAccount(index);
        for (const field of ["owner", "tokenId", "nonce", "ownerKey", "balance", "key"] as const) {
          compare(`${field} of account ${index}`, account[field], found[field]);
        }
      }
      state = result;
    },
  };
}

/** L1's state root. */
export async function readL1Root(rollup: L1Rollup): Promise<string> {
  const state = await rollup.reader.readContract({ address: rollup.address, abi: rollupAbi, functionName: "state" });
  return state.root;
}

/** Throws `demo/difference` unless node and L1 have the same root. */
export async function compareRoots(rollup: L1Rollup, tree: StateTree): Promise<{ node: string; l1: string }> {
  const roots = { node: bigintToHex(tree.root(), 32), l1: await readL1Root(rollup) };
  compare("state root", roots.node, roots.l1);
  return roots;
}

/** Throws `demo/difference` unless the recipient got exactly its payouts. */
export function comparePayout(payout: Payout, owed: bigint, before: bigint, after: bigint): void {
  compare(`payout of token ${payout.tokenId} to ${bigintToHex(payout.recipient, 20)}`, owed, after - before);
}

/** Throws `demo/difference` unless both are the same. */
export function compare(what: string, expected: unknown, actual: unknown): void {
  if (expected === actual) return;
  throw new CairnError<DemoErrorCode>("demo/difference", `${what}: expected ${expected}, found ${actual}`);
}

function describePayout({ recipient, tokenId, amount }: Payout): string {
  return `${recipient} ${tokenId} ${amount}`;
}
