import { wordToBigint } from "@cairn/rpc";
import type { NodeClient } from "../client.ts";
import { sdkError } from "../errors.ts";
import { type AccountView, findAccount } from "../payee.ts";
import type { RequestStore } from "../requests/store.ts";
import type { Signer } from "../signers/signer.ts";
import type { CairnClient, L1Connection } from "./context.ts";

/** What an action knows when it decides what to sign. */
export interface L2Session {
  readonly client: CairnClient;
  readonly l1: L1Connection;
  readonly node: NodeClient;
  readonly signer: Signer;
  readonly store: RequestStore;
  readonly nowSeconds: number;
}

/** The account as it is now. Throws `sdk/unknown-account` unless the key signs for it. */
export async function ownAccount(
  { node, signer }: Pick<L2Session, "node" | "signer">,
  index: number,
): Promise<AccountView> {
  const account = await findAccount(node, index);
  if (account !== null && wordToBigint(account.key) === signer.key) return account;
  throw sdkError("sdk/unknown-account", `the key signs for no account ${index}`, { details: { index } });
}
