// #region settings
// src/settings.ts
import { CairnError } from "@cairn/protocol";
import type { Eip1193Provider } from "@cairn/sdk";

const { VITE_CHAIN_ID, VITE_ROLLUP, VITE_NODE } = import.meta.env;

export const ROLLUP = VITE_ROLLUP;
export const NODE = VITE_NODE;
/** For which an L2 key is made: chain and contract. */
export const DOMAIN = { chainId: BigInt(VITE_CHAIN_ID), rollup: BigInt(VITE_ROLLUP) };

/** The browser's wallet. */
export function ethereum(): Eip1193Provider {
  const found = (window as { ethereum?: Eip1193Provider }).ethereum;
  if (found === undefined) throw new CairnError("page/no-wallet", "install a wallet such as MetaMask");
  return found;
}
// #endregion
