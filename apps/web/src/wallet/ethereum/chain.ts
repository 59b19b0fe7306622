import type { Config } from "../../base/config.ts";
import { codeIn, type WalletProvider } from "./provider.ts";

/** What a wallet answers that does not know a chain. */
const UNKNOWN_CHAIN = 4902;
/** Some wrap that answer into an internal error. */
const INTERNAL = -32603;

/**
 * Asks a wallet to change to the rollup's chain, and to add it where the wallet does not know it and the page has an RPC to
 * name. Throws what the wallet answers, such as a refusal.
 */
export async function switchChain(provider: WalletProvider, { chainId, l1 }: Pick<Config, "chainId" | "l1">) {
  const id = `0x${chainId.toString(16)}`;
  try {
    await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId: id }] });
  } catch (error) {
    const code = codeIn(error);
    if (l1 === null || (code !== UNKNOWN_CHAIN && code !== INTERNAL)) throw error;
    const nativeCurrency = { name: "Ether", symbol: "ETH", decimals: 18 };
    const chain = { chainId: id, chainName: `Chain ${chainId}`, nativeCurrency, rpcUrls: [l1] };
    await provider.request({ method: "wallet_addEthereumChain", params: [chain] });
  }
}
