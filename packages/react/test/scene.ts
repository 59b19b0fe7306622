import { bigintToAddress, type Domain } from "@cairn/protocol";
import { bigintToWord, type RouteResponse } from "@cairn/rpc";
import {
  type AccountView,
  type CairnClient,
  cairn,
  memoryStorage,
  type RequestStorage,
  type Signer,
  type StreamEvent,
  secretSigner,
} from "@cairn/sdk";
import { personOf } from "@cairn/testkit";
import { createClient, custom } from "viem";
import { type FakeNode, fakeNode } from "./fake-node.ts";

export const DOMAIN: Domain = { chainId: 31337n, rollup: 0xabcn };
export const ALICE = personOf("alice");
export const BOB = personOf("bob");
/** L1 address of a person. */
export const addressOf = ({ owner }: { readonly owner: bigint }): string => bigintToAddress(owner);

type Entry = RouteResponse<"ownerHistory">["entries"][number];

/** An account as a node shows it. */
export function accountOf(person: typeof ALICE, change: Partial<AccountView> = {}): AccountView {
  const { owner, key } = person;
  const rest = { index: 64, tokenId: 0, nonce: 0, balance: "100000", ownerKey: true };
  return { owner: bigintToAddress(owner), key: bigintToWord(key), ...rest, ...change };
}

/** A transfer in a history, from account 64. */
export function entryOf(change: Partial<Entry> = {}): Entry {
  return {
    type: "transfer",
    direction: "out",
    status: "confirmed",
    atMs: 1,
    id: bigintToWord(7n),
    queuePosition: null,
    from: { account: 64, owner: addressOf(ALICE) },
    to: { account: 65, owner: addressOf(BOB) },
    tokenId: 0,
    amount: "5",
    fee: "3",
    reference: null,
    key: null,
    outcome: null,
    block: 1,
    slot: 0,
    timestamp: 1,
    payout: null,
    l1Transaction: null,
    rejection: null,
    ...change,
  };
}

/** The stream's words for it. */
export function eventOf(change: Partial<Entry> = {}): StreamEvent {
  return { type: "entry", cursor: "c", atMs: 1, status: "confirmed", entry: entryOf(change) };
}

/** What the stream says when it is connected. */
export const CONNECTED: StreamEvent = { type: "connected", cursor: "c" };
/** What it says when the connection is lost. */
export const LOST: StreamEvent = { type: "disconnected", reason: "closed with 1006", retryInMs: 250 };

/** A node with an account of Alice, number 64, and one of Bob, number 65; and a client of Alice's. */
export interface Scene {
  readonly node: FakeNode;
  readonly client: CairnClient;
  readonly storage: RequestStorage;
  /** How often the signer was asked to sign. */
  readonly signed: () => number;
  /** A client that begins anew with the same storage, as after a reload. */
  readonly reopened: () => CairnClient;
}

/** Opens one; L1 says its chain, and nothing else. */
export function openScene({ storage = memoryStorage() }: { readonly storage?: RequestStorage } = {}): Scene {
  const node = fakeNode(DOMAIN);
  node.accounts.set(64, accountOf(ALICE));
  node.accounts.set(65, accountOf(BOB, { index: 65, balance: "0" }));
  let signatures = 0;
  const own = secretSigner(ALICE.secretKey);
  const signer: Signer = {
    ...own,
    sign: (request) => {
      signatures++;
      return own.sign(request);
    },
  };
  const request = async ({ method }: { readonly method: string }) => {
    if (method === "eth_chainId") return "0x7a69";
    throw new TypeError(`L1 was asked for ${method}`);
  };
  const open = (): CairnClient => {
    const config = { rollup: bigintToAddress(DOMAIN.rollup), node: node.client, signer, storage };
    const base = createClient({ transport: custom({ request }), pollingInterval: 20 });
    return base.extend(cairn({ ...config, owner: addressOf(ALICE) }));
  };
  return { node, client: open(), storage, signed: () => signatures, reopened: open };
}
