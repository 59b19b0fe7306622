import { isAnswer, l1Error, type SendingReader } from "@cairn/l1";
import type { Account, Address, Chain, Client, Transport } from "viem";
import {
  call,
  estimateFeesPerGas,
  estimateGas,
  getBlock,
  getBlockNumber,
  getTransaction,
  getTransactionCount,
  getTransactionReceipt,
  readContract,
} from "viem/actions";
import { isAnswered, isNotFound, l1Failure } from "./l1-failure.ts";

/** A viem client, with an L1 account or without. */
export type BaseClient = Client<Transport, Chain | undefined, Account | undefined>;

/** What the caller of the reader tells apart, and gets as viem's error. */
type IsExpected = (error: unknown, args: unknown) => boolean;

/**
 * What `@cairn/l1` asks of a connection, over any viem client and by single actions. Failures of the connection are
 * `l1/unavailable`, and what the rollup's address answers that is no rollup is `l1/not-a-rollup`. As viem's errors come
 * only answers that callers tell apart: a transaction that L1 does not have, a call that reverts, what another contract
 * or `request` answers.
 */
export function readerOver(client: BaseClient, chainId: number, rollup: Address): SendingReader {
  const chain = {
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [] } },
  };
  const bound =
    (name: string, action: (client: BaseClient, args: never) => Promise<unknown>, isExpected: IsExpected = never) =>
    async (args: never) => {
      try {
        return await action(client, args);
      } catch (error) {
        if (isExpected(error, args)) throw error;
        if (name === "readContract" && isAnswer(error))
          throw l1Error("l1/not-a-rollup", `no Cairn rollup answers at ${rollup}`, { cause: error });
        throw l1Failure(error, name);
      }
    };
  const isOther: IsExpected = (error, args) => isAnswered(error) && (args as { address: Address }).address !== rollup;
  const reader = {
    chain,
    pollingInterval: client.pollingInterval,
    request: client.request,
    call: bound("call", call, isAnswered),
    estimateFeesPerGas: bound("estimateFeesPerGas", estimateFeesPerGas),
    estimateGas: bound("estimateGas", estimateGas, isAnswered),
    getBlock: bound("getBlock", getBlock),
    // A remembered height would hide what was mined since.
    getBlockNumber: bound("getBlockNumber", () => getBlockNumber(client, { cacheTime: 0 })),
    getTransaction: bound("getTransaction", getTransaction, isNotFound),
    getTransactionCount: bound("getTransactionCount", getTransactionCount),
    getTransactionReceipt: bound("getTransactionReceipt", getTransactionReceipt, isNotFound),
    readContract: bound("readContract", readContract, isOther),
  };
  // viem's methods are generic over the client that they are bound to; binding loses that.
  return reader as unknown as SendingReader;
}

function never(): boolean {
  return false;
}
