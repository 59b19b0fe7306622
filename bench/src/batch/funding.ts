import { type ProvingCircuit, type SoloCircuit, soloCircuit } from "@cairn/circuits";
import type { DevRollup } from "@cairn/devnet";
import { depositEth, readQueue, submitBatch } from "@cairn/l1";
import { accountIndex, blockCapacity, FIRST_ACCOUNT_INDEX, tokenId } from "@cairn/protocol";
import type { BlockChain } from "../workload/block-chain.ts";
import { ownerOf } from "../workload/l1-rollup.ts";
import type { Party } from "../workload/parties.ts";

/** Size of the blocks that take the deposits in: the cheapest to prove. */
export const FUNDING_SLOTS = 16;
/** Circuit of the batches that take the deposits in. */
export const FUNDING_CIRCUIT = soloCircuit(FUNDING_SLOTS);
const FUNDING_BATCHES = 2;
/** Wei of each deposit. */
const DEPOSIT = 10n ** 20n;

/** What opening accounts needs. */
export interface FundingDeps {
  readonly devnet: DevRollup;
  readonly chain: BlockChain;
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
  { devnet, chain, fundingCircuit }: FundingDeps,
): Promise<void> {
  for (const [i, { person }] of parties.entries()) {
    const target = { owner: person.owner, index: accountIndex(0), key: person.key };
    await depositEth(devnet.rollup, devnet.wallet(first + i), DEPOSIT, target);
  }
  const queued = await readQueue(devnet.rollup, first);
  const { builder } = await chain.open({
    slots: FUNDING_SLOTS,
    l1Operations: queued.map(({ operation }) => operation),
  });
  const batch = await chain.prove(fundingCircuit, chain.seal(builder));
  await submitBatch(devnet.rollup, devnet.wallet(0), batch);
}
