import { join } from "node:path";
import { type CairnClient, cairn } from "@cairn/sdk";
import { fileStorage } from "@cairn/sdk/node";
import type { Context } from "./context.ts";
import { findIdentity, type Identity } from "./keys/identity.ts";

/** A client for the SDK's actions, with the keys of `--key`, and what it keeps in the command's home. */
export interface SdkSession {
  readonly client: CairnClient;
  readonly identity: Identity;
}

/** Opens one. Throws as network and identity do. */
export async function openSdk(context: Context): Promise<SdkSession> {
  const network = context.network();
  const node = network.node();
  const rollup = network.rollup();
  const identity = findIdentity(context);
  const [{ reader }, domain] = await Promise.all([network.l1(), network.domain()]);
  const signer = await identity.signer(domain);
  const storage = fileStorage(join(context.home, "sdk"));
  const client = reader.extend(cairn({ rollup, node, signer, storage, owner: identity.owner }));
  return { client, identity };
}
