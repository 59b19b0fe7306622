import { keyDerivationTypedData } from "@cairn/crypto";
import { CairnError } from "@cairn/protocol";
import { cairnActions, type Eip1193Provider, providerSigner, vaultOf, webStorage } from "@cairn/sdk";
import { type Address, createClient, custom } from "viem";

/** Of which rollup the shop is: from its own server, never from a link. */
export interface Config {
  readonly chainId: number;
  readonly rollup: Address;
  readonly node: string;
}

/** The customer's client: the browser's wallet signs on L1, the worker on L2. */
export async function connect({ chainId, rollup, node }: Config) {
  const provider = (window as { ethereum?: Eip1193Provider }).ethereum;
  if (provider === undefined) throw new CairnError("page/no-wallet", "install a wallet such as MetaMask");
  const [account] = (await provider.request({ method: "eth_requestAccounts" })) as Address[];
  if (account === undefined) throw new CairnError("page/no-account", "the wallet shows no account");

  const vault = vaultOf(new Worker(new URL("./vault.ts", import.meta.url), { type: "module" }));
  const domain = { chainId: BigInt(chainId), rollup: BigInt(rollup) };
  const data = keyDerivationTypedData(domain);
  const sign = () => {
    const types = { KeyDerivation: data.types.KeyDerivation };
    return providerSigner(provider, account).signTypedData({ ...data, types });
  };
  // Twice, since a wallet whose signatures differ could never make the key again.
  const { key } = await vault.ask({ op: "derive", domain, signatures: [await sign(), await sign()] });
  const signer = vault.signer(key);
  return createClient({ account, transport: custom(provider) }).extend(
    cairnActions({ rollup, node, signer, storage: webStorage() }),
  );
}
