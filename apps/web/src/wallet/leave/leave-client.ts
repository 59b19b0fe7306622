import { type CairnClient, cairn } from "@cairn/sdk";
import type { Config } from "../../base/config.ts";
import type { WalletProvider } from "../ethereum/provider.ts";
import { baseClient, storageOfPage } from "../session/base-client.ts";

/** A client with an L1 wallet alone: without a node, and without a key of the page. Its requests survive a reload. */
export function leaveClient(config: Config, wallet: WalletProvider, owner: `0x${string}`): CairnClient {
  const { rollup } = config;
  return baseClient(config, wallet, owner).extend(
    cairn({ rollup, node: null, signer: null, storage: storageOfPage() }),
  );
}
