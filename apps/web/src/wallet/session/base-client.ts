import { isCairnError } from "@cairn/protocol";
import { type RequestStorage, webStorage } from "@cairn/sdk";
import { createClient, custom, defineChain } from "viem";
import type { Config } from "../../base/config.ts";
import type { WalletProvider } from "../ethereum/provider.ts";
import { routedProvider } from "../ethereum/routed-provider.ts";

const POLLING_MS = 2000;

/** A client of L1 as one account: the wallet sends and signs, the user's own RPC answers for the rest. */
export function baseClient({ chainId, l1 }: Config, wallet: WalletProvider, owner: `0x${string}`) {
  const chain = defineChain({
    id: chainId,
    name: `Chain ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [] } },
  });
  // What a wallet is asked once is not asked again by itself: it could send twice.
  const transport = custom(routedProvider(wallet, { owner, chainId, l1 }), { retryCount: 0 });
  return createClient({ account: owner, chain, transport, pollingInterval: POLLING_MS });
}

/** Null where the browser keeps nothing: then what there is can be seen, and nothing is sent (`sdk/no-storage`). */
export function storageOfPage(): RequestStorage | null {
  try {
    return webStorage();
  } catch (error) {
    if (isCairnError(error, "sdk/storage-failed")) return null;
    throw error;
  }
}
