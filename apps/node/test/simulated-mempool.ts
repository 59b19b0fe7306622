import { connectReader, type L1Reader } from "@cairn/l1";
import { createPublicClient, custom, type Hex, keccak256, parseTransaction, toHex } from "viem";

const GWEI = 10n ** 9n;
const BLOCK_SECONDS = 12;

/** A transaction in the mempool or in a block. */
export interface SeenTransaction {
  readonly hash: Hex;
  readonly nonce: number;
  readonly isOwn: boolean;
  /** Empty for a cancellation. */
  readonly data: Hex;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** An L1 with one account's mempool, as strict as clients are. */
export interface SimulatedMempool {
  readonly reader: L1Reader;
  baseFee: bigint;
  /** Added to the pending count that it reports. */
  pendingLie: number;
  /** Puts someone else's transaction from the account into the mempool. */
  readonly addForeign: (nonce: number, maxFeePerGas: bigint, maxPriorityFeePerGas: bigint) => void;
  readonly mine: () => void;
  /** Every transaction of ours that was offered, once each. */
  readonly offered: () => readonly SeenTransaction[];
  readonly mined: () => readonly SeenTransaction[];
}

/** Starts one at a base fee of 20 gwei. */
export function createSimulatedMempool(): SimulatedMempool {
  const pool = new Map<number, SeenTransaction>();
  const offered = new Map<Hex, SeenTransaction>();
  const blocks: SeenTransaction[][] = [[]];
  const mined = () => blocks.flat();

  const refuse = (message: string): never => {
    throw Object.assign(new RangeError(message), { code: -32000 });
  };
  const put = (one: SeenTransaction): Hex => {
    if (one.nonce < mined().length) return refuse("nonce too low");
    const holder = pool.get(one.nonce);
    if (holder?.hash === one.hash) return refuse("already known");
    if (holder !== undefined) {
      const isHigher = (now: bigint, before: bigint) => 10n * now >= 11n * before;
      const isReplacing =
        isHigher(one.maxFeePerGas, holder.maxFeePerGas) &&
        isHigher(one.maxPriorityFeePerGas, holder.maxPriorityFeePerGas);
      if (!isReplacing) return refuse("replacement transaction underpriced");
    }
    pool.set(one.nonce, one);
    return one.hash;
  };
  const blockOf = (number: number) => ({
    number: toHex(number),
    hash: keccak256(toHex(number + 1)),
    timestamp: toHex(number * BLOCK_SECONDS),
    baseFeePerGas: toHex(l1.baseFee),
    transactions: [],
  });
  const countAt = (tag: string): number => {
    if (tag === "latest") return mined().length;
    if (tag !== "pending") return blocks.slice(0, Number(tag) + 1).flat().length;
    let next = mined().length;
    while (pool.has(next)) next++;
    return next + l1.pendingLie;
  };
  const receiptOf = (hash: Hex): object | null => {
    const number = blocks.findIndex((block) => block.some((one) => one.hash === hash));
    if (number < 0) return null;
    return {
      transactionHash: hash,
      blockNumber: toHex(number),
      blockHash: blockOf(number).hash,
      status: "0x1",
      logs: [],
    };
  };
  const answer = (method: string, params: readonly unknown[]): unknown => {
    switch (method) {
      case "eth_chainId":
        return toHex(31337);
      case "eth_getBlockByNumber":
        return blockOf(params[0] === "latest" ? blocks.length - 1 : Number(params[0]));
      case "eth_getTransactionCount":
        return toHex(countAt(String(params[1])));
      case "eth_maxPriorityFeePerGas":
        return toHex(GWEI);
      case "eth_getTransactionReceipt":
        return receiptOf(params[0] as Hex);
      case "eth_sendRawTransaction": {
        const raw = params[0] as Hex;
        const { nonce = 0, data = "0x", maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(raw);
        const one = { hash: keccak256(raw), nonce, isOwn: true, data, maxFeePerGas, maxPriorityFeePerGas };
        offered.set(one.hash, one);
        return put(one);
      }
      default:
        return refuse(`${method} is not simulated`);
    }
  };
  const { chain } = connectReader("http://127.0.0.1:1", 31337);
  const l1: SimulatedMempool = {
    reader: createPublicClient({
      chain,
      cacheTime: 0,
      transport: custom({ request: async ({ method, params }) => answer(method, params ?? []) }, { retryCount: 0 }),
    }),
    baseFee: 20n * GWEI,
    pendingLie: 0,
    addForeign: (nonce, maxFeePerGas, maxPriorityFeePerGas) => {
      const hash = keccak256(toHex(`foreign ${nonce} ${maxFeePerGas} ${maxPriorityFeePerGas}`));
      put({ hash, nonce, isOwn: false, data: "0x", maxFeePerGas, maxPriorityFeePerGas });
    },
    mine: () => {
      const block: SeenTransaction[] = [];
      for (let nonce = mined().length; ; nonce++) {
        const one = pool.get(nonce);
        if (one === undefined || one.maxFeePerGas < l1.baseFee) break;
        pool.delete(nonce);
        block.push(one);
      }
      blocks.push(block);
    },
    offered: () => [...offered.values()],
    mined,
  };
  return l1;
}
