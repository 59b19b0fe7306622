import { addressToBigint, bigintToAddress, CairnError, type Domain, redactUrl } from "@cairn/protocol";
import {
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  type LocalAccount,
  type PublicClient,
  type Transport,
  type WalletClient,
} from "viem";
import type { L1ErrorCode } from "./errors.ts";
import { redactingHttp, type TransportOptions } from "./redacting-transport.ts";

/** A connection that reads L1. */
export type L1Reader = PublicClient<Transport, Chain>;
/** A connection that sends as one account. */
export type L1Wallet = WalletClient<Transport, Chain, LocalAccount>;

/** A deployed rollup and the connection to read it through. */
export interface L1Rollup {
  readonly reader: L1Reader;
  readonly address: Address;
}

/** How {@link connectReader} connects. */
export interface ReaderOptions extends TransportOptions {
  /** How often receipts are polled; 100 by default. */
  readonly pollingIntervalMs?: number;
}

/**
 * Reads `rpcUrl` as chain `chainId`. Sends nothing yet. Errors of the connection hold no secrets of the URL.
 *
 * @example const reader = connectReader("http://127.0.0.1:8545", 31337);
 */
export function connectReader(rpcUrl: string, chainId: number, options: ReaderOptions = {}): L1Reader {
  const { pollingIntervalMs = 100, ...transport } = options;
  return createPublicClient({
    chain: chainOf(chainId),
    transport: redactingHttp(rpcUrl, transport),
    pollingInterval: pollingIntervalMs,
    cacheTime: 0,
  });
}

/**
 * Sends as `account` through `rpcUrl`. Errors of the connection hold no secrets of the URL.
 *
 * @example const wallet = connectWallet(rpcUrl, 31337, privateKeyToAccount(key));
 */
export function connectWallet(
  rpcUrl: string,
  chainId: number,
  account: LocalAccount,
  options: TransportOptions = {},
): L1Wallet {
  return createWalletClient({ account, chain: chainOf(chainId), transport: redactingHttp(rpcUrl, options) });
}

/**
 * Reads `rpcUrl` as whichever chain it serves. Throws `l1/unavailable` when it does not say which.
 *
 * @example const rollup = rollupAt(await connectToL1("http://127.0.0.1:8545"), address);
 */
export async function connectToL1(rpcUrl: string, options: ReaderOptions = {}): Promise<L1Reader> {
  return connectReader(rpcUrl, await readChainId(rpcUrl, options), options);
}

/**
 * Chain that an RPC serves. Throws `l1/unavailable`.
 *
 * @example await readChainId("http://127.0.0.1:8545") // 31337
 */
export async function readChainId(rpcUrl: string, options: TransportOptions = {}): Promise<number> {
  try {
    return await createPublicClient({ transport: redactingHttp(rpcUrl, options) }).getChainId();
  } catch (cause) {
    throw new CairnError<L1ErrorCode>("l1/unavailable", `no L1 node answers at ${redactUrl(rpcUrl)}`, { cause });
  }
}

/**
 * The rollup at an address, as it is written in events and calls. Throws `protocol/bad-hex`. See {@link connectToL1}.
 */
export function rollupAt(reader: L1Reader, address: string): L1Rollup {
  return { reader, address: bigintToAddress(addressToBigint(address)) };
}

/**
 * What signatures and proofs of this rollup are bound to.
 *
 * @example const wallet = createWallet({ secret, domain: rollupDomain(rollup) });
 */
export function rollupDomain(rollup: L1Rollup): Domain {
  return { chainId: BigInt(rollup.reader.chain.id), rollup: addressToBigint(rollup.address) };
}

/** Without the RPC's URL: some errors print the chain. */
function chainOf(chainId: number): Chain {
  return defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [] } },
  });
}
