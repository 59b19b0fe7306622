import { type CairnActions, cairnActions, type RequestStorage, secretSigner } from "@cairn/sdk";
import { personOf } from "@cairn/testkit";
import { type Account, type Client, createClient, http, type Transport } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Scene } from "./scene.ts";

/** How a person's L1 account signs: with a key at hand, or through a wallet that signs and sends in one. */
export type AccountKind = "local" | "wallet";

/** Options of {@link sdkClient}. */
export interface SdkClientOptions {
  readonly storage: RequestStorage | null;
  readonly kind?: AccountKind;
  /** Of L1; the scene's own by default. */
  readonly transport?: Transport;
  /** The node's address; that of the node started last by default, null for none. */
  readonly node?: string | null;
}

/** A client as an application has it, for anvil's account at `position`, which has its own L2 key. */
export function sdkClient(
  scene: Scene,
  position: number,
  { storage, kind = "local", transport = http(scene.l1.rpcUrl), node = scene.api() }: SdkClientOptions,
): Client<Transport, undefined, Account> & CairnActions {
  const local = privateKeyToAccount(scene.l1.privateKey(position));
  const account = kind === "local" ? local : local.address;
  const signer = secretSigner(personOf(`sdk ${position}`).secretKey);
  const config = { rollup: scene.l1.rollup.address, node, signer, storage };
  return createClient<Transport, undefined, Account>({ account, transport, pollingInterval: 200 }).extend(
    cairnActions(config),
  );
}
