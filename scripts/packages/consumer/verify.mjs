import { rollupAbi } from "@cairn/contracts/abi";
import { compress, GENESIS_CHAINS, historyOf } from "@cairn/crypto";
import { accountIndex, batchCommitment, blockNumber, bytesToHex, isCairnError, tokenId } from "@cairn/protocol";
import { accountProofToJson } from "@cairn/rpc";
import { createMemoryStore, createStateTree } from "@cairn/state";
// #region use
import { rollupOn, verifyAccount, verifyReceipt } from "@cairn/verify";
import { createClient, http } from "viem";

const chainId = 1;
const rollup = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const l1 = rollupOn(createClient({ transport: http("https://your.l1.example") }), { chainId, rollup });

/**
 * What `node` says of an account, if L1 vouches for it, in a state that L1 calls final.
 * @param {string} node
 * @param {number} index
 */
export async function finalAccount(node, index) {
  const proof = await (await fetch(`${node}/v1/accounts/${index}/proof`)).json();
  const { account, exists, batch, l1: seen } = await verifyAccount(l1, proof, { index, finality: "finalized" });
  return { balance: exists ? account.balance : 0n, batch, l1Block: seen.block };
}

/**
 * What a transaction moved, if L1 vouches for it.
 * @param {string} node
 * @param {string} id
 */
export async function moved(node, id) {
  const receipt = await (await fetch(`${node}/v1/transactions/${id}/receipt`)).json();
  const { word, amount, timestamp } = await verifyReceipt(l1, receipt);
  return { from: word.from, to: word.type === "transfer" ? word.to : null, amount, timestamp };
}
// #endregion

/** @type {import("viem").Abi} */
const ABI = rollupAbi;

/** A rollup with one account and one batch, and an L1 that has it. */
async function exampleRollup() {
  const { decodeFunctionData, encodeFunctionResult } = await import("viem");
  const tree = createStateTree({ store: createMemoryStore(), compress });
  const index = accountIndex(64);
  const account = { owner: 5n, key: 0n, ownerKey: false, tokenId: tokenId(0), balance: 10n ** 18n, nonce: 0 };
  const oldRoot = tree.root();
  tree.applyBlock(blockNumber(1), new Map([[index, account]]), 65);
  /** @type {import("@cairn/protocol").BatchHeader} */
  const header = {
    circuit: "solo16",
    dataSource: "calldata",
    firstBlock: 1n,
    lastBlock: 1n,
    firstTimestamp: 1n,
    lastTimestamp: 1n,
    newNextIndex: 65,
    oldRoot,
    newRoot: tree.root(),
    newHistory: historyOf(GENESIS_CHAINS, compress),
    blocksRoot: 0n,
  };
  const hash = new Uint8Array(32);
  const batch = { batchNumber: 1, header, dataCommitment: hash, payoutsHash: hash };
  const proof = accountProofToJson({ index, account, block: 1, batch, siblings: tree.prove(index).siblings });
  const state = { root: `0x${"0".repeat(64)}`, history: `0x${"0".repeat(64)}`, nextIndex: 65, batchCount: 1n };
  const rest = {
    lastBlock: 1n,
    lastTimestamp: 1n,
    lastBatchAt: 1n,
    lastByStranger: false,
    queueHead: 0n,
    queueTail: 0n,
  };
  const answers = {
    version: 2n,
    state: { ...state, ...rest },
    batchCommitment: bytesToHex(batchCommitment(header, hash, hash)),
  };
  const block = { number: "0x7", hash: `0x${"7".repeat(64)}`, timestamp: "0x64", transactions: [] };
  /** @param {{ method: string, params?: any }} call */
  const request = async ({ method, params }) => {
    if (method === "eth_chainId") return "0x1";
    if (method === "eth_getBlockByNumber") return block;
    const { functionName } = decodeFunctionData({ abi: rollupAbi, data: params[0].data });
    return encodeFunctionResult({ abi: ABI, functionName, result: Reflect.get(answers, functionName) });
  };
  return { proof, l1: rollupOn({ request }, { chainId, rollup }) };
}

/** Checks an honest proof, and one that promises a wei more. */
export async function run() {
  const { proof, l1: from } = await exampleRollup();
  const { account, l1: seen, checked } = await verifyAccount(from, proof, { index: 64, maxBehind: 0 });
  const forged = { ...proof, account: { ...proof.account, balance: String(account.balance + 1n) } };
  const refusal = await verifyAccount(from, forged, { index: 64 }).catch((error) => isCairnError(error) && error.code);
  return {
    balance: String(account.balance),
    finality: seen.finality,
    block: seen.block,
    checks: checked.length,
    refusal,
  };
}
