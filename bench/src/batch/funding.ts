import { type ProvingCircuit, type SoloCircuit, soloCircuit } from "@cairn/circuits";
import { type DevRollup, proveSoloBatch, soloBinding } from "@cairn/devnet";
import { depositEth, readQueue, submitBatch } from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  blockCapacity,
  calldataCommitment,
  cellsToBytes,
  FIRST_ACCOUNT_INDEX,
  tokenId,
} from "@cairn/protocol";
import type { TestCrypto } from "@cairn/testkit";
import { ownerOf } from "../workload/l1-rollup.ts";
import type { Party } from "../workload/parties.ts";
import type { BlockChain } from "./block-chain.ts";

/** Size of the blocks that take the deposits in: the cheapest to prove. */
const FUNDING_SLOTS = 16;
/** Circuit of the batches that take the deposits in. */
export const FUNDING_CIRCUIT = soloCircuit(FUNDING_SLOTS);
const FUNDING_BATCHES = 2;
/** Wei of each deposit. */
const DEPOSIT = 10n ** 20n;

/** What opening accounts needs. */
export interface FundingDeps {
  readonly devnet: DevRollup;
  readonly chain: BlockChain;
  readonly crypto: TestCrypto;
  /** Of {@link FUNDING_CIRCUIT}. */
  readonly fundingCircuit: ProvingCircuit<SoloCircuit>;
}

/**
 * Opens accounts with deposits through the contract's queue, in batches of one block with their own proofs. Throws as L1 and
 * prover do.
 */
export async function openAccounts(deps: FundingDeps): Promise<Party[]> {
  const perBatch = blockCapacity(FUNDING_SLOTS);
  const parties = Array.from({ length: FUNDING_BATCHES * perBatch }, (_, position): Party => {
    const person = ownerOf(deps.devnet.wallet(position), position + 1);
    return { person, index: accountIndex(FIRST_ACCOUNT_INDEX + position), tokenId: tokenId(0) };
  });
  for (let first = 0; first < parties.length; first += perBatch) {
    await submitDeposits(parties.slice(first, first + perBatch), first, deps);
  }
  return parties;
}

async function submitDeposits(
  parties: readonly Party[],
  first: number,
  { devnet, chain, crypto, fundingCircuit }: FundingDeps,
): Promise<void> {
  for (const [i, { person }] of parties.entries()) {
    const target = { owner: person.owner, index: accountIndex(0), key: person.key };
    await depositEth(devnet.rollup, devnet.wallet(first + i), DEPOSIT, target);
  }
  const queued = await readQueue(devnet.rollup, first);
  const sealed = await chain.seal({
    slots: FUNDING_SLOTS,
    l1Operations: queued.map(({ operation }) => operation),
  });
  const operator = devnet.wallet(0);
  const data = cellsToBytes(sealed.cells);
  const submission = {
    submitter: addressToBigint(operator.account.address),
    dataSource: "calldata" as const,
    dataCommitment: calldataCommitment(data),
    queueHash: chain.queueHash(),
  };
  const binding = soloBinding(sealed, submission, crypto.compress);
  const given = { binding, dataSource: "calldata" as const, data };
  await submitBatch(devnet.rollup, operator, await proveSoloBatch(fundingCircuit, sealed, given));
}
