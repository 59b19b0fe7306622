// #region client
// src/client.ts
import { CairnError } from "@cairn/protocol";
import { cairn, type Signer, webStorage } from "@cairn/sdk";
import { type Address, createClient, custom } from "viem";
import { ethereum, NODE, ROLLUP } from "./settings.ts";

/** The browser's wallet signs on L1, the vault on L2. Without a node only what L1 can do is left. */
export function connect(owner: Address, signer: Signer, { node }: { node: string | null } = { node: NODE }) {
  const context = cairn({ rollup: ROLLUP, node, signer, storage: webStorage() });
  return createClient({ account: owner, transport: custom(ethereum()) }).extend(context);
}

/** Asks the user which account of the wallet the page may use. */
export async function chooseAccount(): Promise<Address> {
  const [first] = (await ethereum().request({ method: "eth_requestAccounts" })) as Address[];
  if (first === undefined) throw new CairnError("page/no-account", "the wallet shows no account");
  return first;
}
// #endregion
