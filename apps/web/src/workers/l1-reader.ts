import { type L1Reader, redactingHttp } from "@cairn/l1";
import { type Account, type Chain, type Client, createClient, defineChain, type Transport } from "viem";
import {
  call,
  getBalance,
  getBlock,
  getBlockNumber,
  getCode,
  getGasPrice,
  getLogs,
  getTransaction,
  getTransactionReceipt,
  multicall,
  readContract,
} from "viem/actions";

type AnyClient = Client<Transport, Chain | undefined, Account | undefined>;
type Action = (client: AnyClient, argument: never) => Promise<unknown>;

/**
 * L1 through an RPC, with the actions that reading takes: viem's public client has all that there are, a third of the worker.
 * Errors hold no secrets of the URL.
 */
export function readerOf(url: string, chainId: number): L1Reader {
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [] } },
  });
  const client: AnyClient = createClient({ chain, transport: redactingHttp(url), cacheTime: 0 });
  const bound = (action: Action) => (argument: never) => action(client, argument);
  const actions = {
    call: bound(call),
    getBalance: bound(getBalance),
    getBlock: bound(getBlock),
    getBlockNumber: bound(getBlockNumber),
    getCode: bound(getCode),
    getGasPrice: bound(getGasPrice),
    getLogs: bound(getLogs),
    getTransaction: bound(getTransaction),
    getTransactionReceipt: bound(getTransactionReceipt),
    multicall: bound(multicall),
    readContract: bound(readContract),
  };
  // viem's methods are generic over the client that they are bound to; binding loses that.
  return Object.assign(client, actions) as unknown as L1Reader;
}
