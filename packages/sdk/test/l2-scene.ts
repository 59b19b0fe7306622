import { bigintToAddress } from "@cairn/protocol";
import { createClient, custom } from "viem";
import { cairnActions, memoryStorage, type NodeClient, secretSigner } from "../src/index.ts";
import { type FakeNode, fakeNode } from "./fake-node.ts";
import { ALICE, accountOf, BOB, DOMAIN } from "./people.ts";

/** Alice and Bob with an account each, 64 and 65, on a node of a test. */
export interface L2Scene {
  readonly node: FakeNode;
  readonly storage: ReturnType<typeof memoryStorage>;
  /** A client of Alice; one that knows nothing but the scene's storage, unless another is given. */
  readonly connect: (change?: {
    readonly storage?: ReturnType<typeof memoryStorage> | null;
    readonly client?: NodeClient;
  }) => ReturnType<typeof clientOf>;
  readonly alice: () => ReturnType<FakeNode["accounts"]["get"]>;
  /** What Bob has got. */
  readonly received: () => bigint;
}

/** A scene in which nothing has happened. */
export function openL2Scene(): L2Scene {
  const storage = memoryStorage();
  const node = fakeNode(DOMAIN, [
    accountOf(ALICE, { nonce: 0, balance: "100000" }),
    accountOf(BOB, { index: 65, nonce: 0 }),
  ]);
  return {
    node,
    storage,
    connect: (change = {}) =>
      clientOf(change.client ?? node.client, change.storage === undefined ? storage : change.storage),
    alice: () => node.accounts.get(64),
    received: () => BigInt(node.accounts.get(65)?.balance ?? 0) - 1_000n,
  };
}

function clientOf(node: NodeClient, storage: ReturnType<typeof memoryStorage> | null) {
  const request = async ({ method }: { method: string }) => {
    if (method === "eth_chainId") return "0x7a69";
    throw new TypeError(`L1 was asked for ${method}`);
  };
  const config = {
    rollup: bigintToAddress(DOMAIN.rollup),
    node,
    signer: secretSigner(ALICE.secretKey),
    owner: bigintToAddress(ALICE.owner),
    storage,
    nowSeconds: () => 1_000,
  };
  return createClient({ transport: custom({ request }), pollingInterval: 10 }).extend(cairnActions(config));
}
