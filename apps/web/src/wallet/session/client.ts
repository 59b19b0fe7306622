import { type CairnActions, type CairnClient, cairnActions, type NodeClient, type Signer } from "@cairn/sdk";
import type { Config } from "../../base/config.ts";
import type { WalletProvider } from "../ethereum/provider.ts";
import { baseClient, storageOfPage } from "./base-client.ts";

/** The SDK's client of a session, with all actions. */
export type SessionClient = CairnClient & CairnActions;

/** A client for one L1 account and one L2 key. Its requests survive a reload, and tabs share them. */
export function sessionClient({
  config,
  node,
  wallet,
  owner,
  signer,
}: {
  readonly config: Config;
  readonly node: NodeClient | null;
  readonly wallet: WalletProvider;
  readonly owner: `0x${string}`;
  readonly signer: Signer;
}): SessionClient {
  const { rollup } = config;
  return baseClient(config, wallet, owner).extend(cairnActions({ rollup, node, signer, storage: storageOfPage() }));
}
