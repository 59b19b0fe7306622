import { rollupAbi } from "@cairn/contracts";
import { makeReceipt } from "@cairn/crypto";
import { startUnprovenRollup, type UnprovenBatch, type UnprovenRollup } from "@cairn/devnet/testing";
import { type AccountIndex, accountIndex, type Hex, payoutListHash, type SignedTransaction } from "@cairn/protocol";
import { type AccountProofJson, accountProofToJson, type ReceiptJson, receiptToJson } from "@cairn/rpc";
import { createClient, decodeFunctionData, http, parseEther } from "viem";
import { rollupOn, type VerifierL1 } from "../src/index.ts";

export const ALICE = accountIndex(64);
export const BOB = accountIndex(65);
/** Has the token instead of ETH. */
export const CAROL = accountIndex(66);
export const NOBODY = accountIndex(100_000);

/** A rollup with two batches, the second of two blocks with transactions, and what an honest node says about it. */
export interface Scene {
  readonly rollup: UnprovenRollup;
  readonly l1: VerifierL1;
  /** Transactions of the second batch: from Alice in its first block; from Bob and from Alice in its second. */
  readonly signed: readonly SignedTransaction[];
  /** Proofs after the last batch, and after the first. */
  readonly proofOf: (index: AccountIndex) => AccountProofJson;
  readonly earlierProofOf: (index: AccountIndex) => AccountProofJson;
  /** Receipt of a slot of a block of the second batch. */
  readonly receiptOf: (block: number, slot: number) => ReceiptJson;
  readonly stop: () => Promise<void>;
}

/** Starts one on an L1 of its own. */
export async function startScene(): Promise<Scene> {
  const rollup = await startUnprovenRollup();
  const proofs = new Map<string, AccountProofJson>();
  const remember = (): void => {
    for (const index of [ALICE, BOB, CAROL, NOBODY]) {
      proofs.set(`${rollup.batches.length}:${index}`, proofNow(rollup, index));
    }
  };
  for (const position of [1, 2]) await rollup.deposit(position, parseEther("1"));
  await rollup.deposit(3, 5_000_000n, "token");
  await rollup.publish();
  remember();
  const signed: SignedTransaction[] = [];
  const batch = await rollup.publishTogether("pair", [
    (send) => signed.push(send(ALICE, { amount: 5n, to: BOB })),
    (send) => {
      signed.push(send(BOB, { amount: 7n, to: ALICE, fee: 3n }));
      signed.push(send(ALICE, { amount: 9n, recipient: 0xc0ffeen }));
    },
  ]);
  remember();
  const known = (key: string): AccountProofJson => {
    const found = proofs.get(key);
    if (found === undefined) throw new RangeError(key);
    return structuredClone(found);
  };
  const { devnet } = rollup;
  const { reader, address } = rollup.rollup;
  return {
    rollup,
    l1: rollupOn(createClient({ transport: http(devnet.rpcUrl) }), { chainId: reader.chain.id, rollup: address }),
    signed,
    proofOf: (index) => known(`2:${index}`),
    earlierProofOf: (index) => known(`1:${index}`),
    receiptOf: (block, slot) => receiptIn(rollup, batch, block, slot),
    stop: rollup.stop,
  };
}

/** Answers a request in its own way; `ask` forwards it to the real RPC. */
type Lie = (ask: () => Promise<unknown>, params: readonly unknown[]) => unknown;

/** The same rollup through an RPC that lies, by the RPC's method or the contract's function that is called. */
export function lyingL1(l1: VerifierL1, lies: Readonly<Record<string, Lie>>): VerifierL1 {
  const request: VerifierL1["connection"]["request"] = async (call) => {
    const { method } = call;
    const params = (call.params ?? []) as readonly unknown[];
    const [{ data } = { data: undefined }] = params as readonly [{ readonly data?: Hex }?];
    const name = method === "eth_call" && data ? decodeFunctionData({ abi: rollupAbi, data }).functionName : method;
    const ask = () => l1.connection.request(call);
    return lies[name] === undefined ? ask() : lies[name](ask, params);
  };
  return { ...l1, connection: { request } };
}

/** What an honest node answers about an account after the last batch. */
function proofNow({ tree, batches }: UnprovenRollup, index: AccountIndex): AccountProofJson {
  const last = batches.at(-1);
  if (last === undefined) throw new RangeError("no batch");
  const { siblings } = tree.prove(index);
  const committed = committedOf(last);
  return accountProofToJson({
    index,
    account: tree.getAccount(index),
    block: tree.blockNumber(),
    batch: committed,
    siblings,
  });
}

function receiptIn({ batches }: UnprovenRollup, batch: UnprovenBatch, block: number, slot: number): ReceiptJson {
  const { firstBlock } = batch.batch.header;
  const before = batches[batch.number - 2]?.blocks.at(-1)?.chains.blocks ?? 0n;
  const blocks = batch.blocks.map(({ cells }) => cells);
  const path = makeReceipt({ firstBlock, previousBlockHash: before, blocks }, block, Math.floor(slot / 2));
  return receiptToJson({ slot, ...committedOf(batch), path });
}

function committedOf({ number, batch, dataCommitment }: UnprovenBatch) {
  const { header, payouts } = batch;
  return { batchNumber: number, header, dataCommitment, payoutsHash: payoutListHash(payouts) };
}
