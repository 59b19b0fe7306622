import type { TypedDataSigner } from "../keys.ts";
import { askingWallet } from "../requests/wallet-failure.ts";

/** An EIP-1193 provider: what wallets put into a page. */
export interface Eip1193Provider {
  readonly request: (question: { readonly method: string; readonly params?: unknown }) => Promise<unknown>;
}

const DOMAIN_TYPE = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
] as const;

/**
 * A wallet of a page as the signer from which an L2 key is derived (EIP-712, `eth_signTypedData_v4`). The wallet shows
 * its user what the signature is for. Throws `sdk/wallet-refused`,
 * `sdk/signer-failed`.
 *
 * @example const secret = await keyFromSigner(domain, providerSigner(window.ethereum, address));
 */
export function providerSigner(provider: Eip1193Provider, address: string): TypedDataSigner {
  return {
    signTypedData: async ({ domain, types, primaryType, message }) => {
      const data = { domain, types: { EIP712Domain: DOMAIN_TYPE, ...types }, primaryType, message };
      const params = [address, JSON.stringify(data)];
      const ask = () => provider.request({ method: "eth_signTypedData_v4", params });
      return String(await askingWallet("the key derivation", ask));
    },
  };
}
