import { isCairnError } from "@cairn/protocol";
import {
  type CairnActions,
  type CairnClient,
  cairnActions,
  type NodeClient,
  type RequestStorage,
  type Signer,
  webStorage,
} from "@cairn/sdk";
import { createClient, custom, defineChain } from "viem";
import type { Config } from "../../base/config.ts";
import type { WalletProvider } from "../ethereum/provider.ts";
import { routedProvider } from "../ethereum/routed-provider.ts";

/** The SDK's client of a session, with all actions. */
export type SessionClient = CairnClient & CairnActions;

const POLLING_MS = 2000;

/** A client for one L1 account, and one L2 key if there is one. Its requests survive a reload, and tabs share them. */
export function sessionClient({
  config: { rollup, chainId, l1 },
  node,
  wallet,
  owner,
  signer,
}: {
  readonly config: Config;
  readonly node: NodeClient | null;
  readonly wallet: WalletProvider;
  readonly owner: `0x${string}`;
  /** Null for L1 alone. */
  readonly signer: Signer | null;
}): SessionClient {
  const chain = defineChain({
    id: chainId,
    name: `Chain ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [] } },
  });
  // What a wallet is asked once is not asked again by itself: it could send twice.
  const transport = custom(routedProvider(wallet, { owner, chainId, l1 }), { retryCount: 0 });
  return createClient({ account: owner, chain, transport, pollingInterval: POLLING_MS }).extend(
    cairnActions({ rollup, node, signer, storage: storageOfPage() }),
  );
}

/** Null where the browser keeps nothing: then what there is can be seen, and nothing is sent (`sdk/no-storage`). */
function storageOfPage(): RequestStorage | null {
  try {
    return webStorage();
  } catch (error) {
    if (isCairnError(error, "sdk/storage-failed")) return null;
    throw error;
  }
}
