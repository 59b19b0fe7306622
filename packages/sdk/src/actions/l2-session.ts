import { wordToBigint } from "@cairn/rpc";
import type { NodeClient } from "../client.ts";
import { sdkError } from "../errors.ts";
import { type AccountView, findAccount } from "../payee.ts";
import { type RequestStore, requestStore } from "../requests/store.ts";
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

/**
 * What a client has for signing. Throws `sdk/no-node`, `sdk/no-storage`, `sdk/no-signer`, `sdk/wrong-rollup`, and as
 * the client's reads do.
 */
export async function openL2Session(client: CairnClient): Promise<L2Session> {
  const [l1, node] = await Promise.all([client.cairn.l1(), client.cairn.node()]);
  const store = requestStore(client.cairn.storage(), l1.domain);
  return { client, l1, node, signer: client.cairn.signer(), store, nowSeconds: client.cairn.nowSeconds() };
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
