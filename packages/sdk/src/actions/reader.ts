import type { SendingReader } from "@cairn/l1";
import type { Account, Chain, Client, Transport } from "viem";
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

/** A viem client, with an L1 account or without. */
export type BaseClient = Client<Transport, Chain | undefined, Account | undefined>;

/** What `@cairn/l1` asks of a connection, over any viem client and by single actions. */
export function readerOver(client: BaseClient, chainId: number): SendingReader {
  const chain = {
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [] } },
  };
  const bound = (action: (client: BaseClient, args: never) => unknown) => (args: never) => action(client, args);
  const reader = {
    chain,
    pollingInterval: client.pollingInterval,
    request: client.request,
    call: bound(call),
    estimateFeesPerGas: bound(estimateFeesPerGas),
    estimateGas: bound(estimateGas),
    getBlock: bound(getBlock),
    // A remembered height would hide what was mined since.
    getBlockNumber: () => getBlockNumber(client, { cacheTime: 0 }),
    getTransaction: bound(getTransaction),
    getTransactionCount: bound(getTransactionCount),
    getTransactionReceipt: bound(getTransactionReceipt),
    readContract: bound(readContract),
  };
  // viem's methods are generic over the client that they are bound to; binding loses that.
  return reader as unknown as SendingReader;
}
