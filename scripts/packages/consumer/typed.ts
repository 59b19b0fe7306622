/** A program as users write it: it must compile with every compiler and setting that the packages support. */
import { rollupAbi } from "@cairn/contracts/abi";
import { createFastCompress } from "@cairn/crypto/fast";
import { depositEthCall } from "@cairn/l1";
import { accountIndex, isCairnError } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import {
  createNodeClient,
  createWallet,
  keyFromSigner,
  type NodeClient,
  type NodeClientDeps,
  type SdkErrorCode,
  type Wallet,
} from "@cairn/sdk";
import { getAbiItem, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const domain = { chainId: 31337n, rollup: 0xabcn };

export async function openWallet(l1Key: Hex): Promise<Wallet> {
  const secret = await keyFromSigner(domain, privateKeyToAccount(l1Key));
  return createWallet({ secret, domain }, { compress: await createFastCompress() });
}

export async function newestBlock(node: NodeClient): Promise<RouteResponse<"block"> | undefined> {
  const { blocks } = await node.blocks({ limit: 1 });
  return blocks[0];
}

export async function firstEvent(url: string, deps: NodeClientDeps): Promise<string> {
  const node = createNodeClient({ url }, deps);
  try {
    for await (const event of node.stream()) return event.type;
  } catch (error) {
    if (isCairnError<SdkErrorCode>(error, "sdk/no-websocket")) return "none";
    throw error;
  }
  return "ended";
}

export const deposit: Hex = depositEthCall(1n, { owner: 5n, index: accountIndex(0), key: 0n }, 0n).data;
export const freeze: "freeze" = getAbiItem({ abi: rollupAbi, name: "freeze" }).name;
