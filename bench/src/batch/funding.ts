import type { BlobKzg } from "@cairn/blobs";
import { soloCircuit } from "@cairn/circuits";
import { type DevRollup2, proveSoloBatch, sendBatch2, soloBinding } from "@cairn/devnet";
import { depositEth } from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  blockCapacity,
  CairnError,
  calldataCommitment,
  cellsToBytes,
  FIRST_ACCOUNT_INDEX,
  type L1Operation,
  tokenId,
} from "@cairn/protocol";
import type { TestCrypto } from "@cairn/testkit";
import type { BenchErrorCode } from "../errors.ts";
import { ownerOf } from "../workload/l1-rollup.ts";
import type { Party } from "../workload/parties.ts";
import type { BlockChain } from "./block-chain.ts";

/** Size of the blocks that take the deposits in: the cheapest to prove. */
export const FUNDING_SLOTS = 16;
const FUNDING_BATCHES = 2;
/** Wei of each deposit. */
const DEPOSIT = 10n ** 20n;

/** What opening accounts needs. */
export interface FundingDeps {
  readonly devnet: DevRollup2;
  readonly chain: BlockChain;
  readonly kzg: BlobKzg;
  readonly crypto: TestCrypto;
}

/**
 * Opens accounts with deposits through the contract's queue, in batches of one block with their own proofs. Throws
 * `bench/not-accepted`, and as L1 and prover do.
 */
export async function openAccounts(deps: FundingDeps): Promise<Party[]> {
  const count = FUNDING_BATCHES * blockCapacity(FUNDING_SLOTS);
  const parties = Array.from({ length: count }, (_, position): Party => {
    const person = ownerOf(deps.devnet.wallet(position), position + 1);
    return { person, index: accountIndex(FIRST_ACCOUNT_INDEX + position), tokenId: tokenId(0) };
  });
  for (let first = 0; first < count; first += blockCapacity(FUNDING_SLOTS)) {
    await submitDeposits(parties.slice(first, first + blockCapacity(FUNDING_SLOTS)), first, deps);
  }
  return parties;
}

async function submitDeposits(
  parties: readonly Party[],
  firstWallet: number,
  { devnet, chain, kzg, crypto }: FundingDeps,
): Promise<void> {
  const l1Operations: L1Operation[] = [];
  for (const [i, { person }] of parties.entries()) {
    const target = { owner: person.owner, index: accountIndex(0), key: person.key };
    const rollup = { reader: devnet.reader, address: devnet.deployment.rollup };
    await depositEth(rollup, devnet.wallet(firstWallet + i), DEPOSIT, target);
    l1Operations.push({ type: "deposit", tokenId: tokenId(0), amount: DEPOSIT, ...target });
  }
  const sealed = await chain.seal({ slots: FUNDING_SLOTS, l1Operations });
  const circuit = devnet.circuits.get(soloCircuit(FUNDING_SLOTS));
  if (circuit === undefined) throw new TypeError(`no circuit of ${FUNDING_SLOTS} slots`);
  const data = cellsToBytes(sealed.cells);
  const submission = {
    submitter: addressToBigint(devnet.wallet(0).account.address),
    dataSource: "calldata" as const,
    dataCommitment: calldataCommitment(data),
    queueHash: chain.queueHash(),
  };
  const binding = soloBinding(sealed, submission, crypto.compress);
  const batch = await proveSoloBatch(circuit, sealed, { binding, dataSource: "calldata", data });
  const { status } = await sendBatch2(devnet, kzg, { batch, blob: null });
  if (status !== "success") {
    throw new CairnError<BenchErrorCode>("bench/not-accepted", "L1 refused a batch of deposits");
  }
}
