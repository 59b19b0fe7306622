import { bigintToAddress } from "@cairn/protocol";
import { bigintToWord } from "@cairn/rpc";
import { personOf } from "@cairn/testkit";
import { createClient, custom } from "viem";
import {
  type CustomerKeys,
  customerKeys,
  findCustomers,
  type OpenCustomersParameters,
  openCustomers,
  type SweepParameters,
  sweepCustomers,
} from "../src/customers/index.ts";
import { cairnActions, memoryStorage, type NodeClient, type RequestStorage, secretSigner } from "../src/index.ts";
import { type FakeNode, fakeNode } from "./fake-node.ts";
import { ALICE, accountOf, BOB, DOMAIN } from "./people.ts";

type Account = ReturnType<typeof accountOf>;
/** Another storage than the scene's. */
type Own = { readonly storage?: RequestStorage };

export const ETH = 10n ** 18n;
export const OWNER = bigintToAddress(ALICE.owner);
/** Of every transaction. */
export const FEE = 100n;
/** The main account, Alice's. */
export const MAIN = 64;
/** The secret signs for customers only. */
export const KEYS = customerKeys(personOf("customers").secretKey, DOMAIN);

/** A shop whose customers have accounts of their own, at a node in memory. */
export interface CustomersScene {
  node: FakeNode;
  storage: RequestStorage;
  /** Starts anew. */
  readonly begin: () => void;
  readonly connect: (change?: Own & { readonly signer?: null }) => ReturnType<typeof connectTo>;
  readonly open: (
    customers: readonly string[],
    change?: Partial<OpenCustomersParameters> & Own,
  ) => ReturnType<typeof openCustomers>;
  readonly find: (customers?: readonly string[], keys?: CustomerKeys) => ReturnType<typeof findCustomers>;
  readonly sweep: (change?: Partial<SweepParameters> & Own) => ReturnType<typeof sweepCustomers>;
  /** Changes an account, or makes it. */
  readonly put: (index: number, change: Partial<Account>) => void;
  readonly accountsOf: (customer: string) => Account[];
  /** A customer's first account. */
  readonly indexOf: (customer: string) => number;
  readonly balanceOf: (index: number) => bigint;
  /** Pays the customers 1,000, 2,000, 3,000 …; returns the sum. */
  readonly payAll: (customers: readonly string[]) => bigint;
}

/** The ids of so many customers. */
export function ids(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `customer-${i + 1}`);
}

/** A customer's key as accounts show it. */
export function keyOf(customer: string): string {
  return bigintToWord(KEYS.publicKey(customer) as bigint);
}

/** A node's answer to the question for a fee. */
export function quoting(fee: () => bigint): Partial<NodeClient> {
  return { quote: (async () => ({ fee: String(fee()) })) as unknown as NodeClient["quote"] };
}

/** A scene in which nothing has happened. */
export function customersScene(): CustomersScene {
  let seconds = 1_000;
  const put: CustomersScene["put"] = (index, change) => {
    const before =
      scene.node.accounts.get(index) ?? accountOf(ALICE, { index, nonce: 0, balance: "0", ownerKey: false });
    scene.node.accounts.set(index, { ...before, ...change });
  };
  const accountsOf = (customer: string) =>
    [...scene.node.accounts.values()].filter(({ key }) => key === keyOf(customer));
  const indexOf = (customer: string) => accountsOf(customer)[0]?.index ?? 0;
  const balanceOf = (index: number) => BigInt(scene.node.accounts.get(index)?.balance ?? 0);
  const connect: CustomersScene["connect"] = ({ storage = scene.storage, signer } = {}) =>
    connectTo(scene.node, { storage, signer, nowSeconds: () => ++seconds });
  const scene: CustomersScene = {
    node: fakeNode(DOMAIN, []),
    storage: memoryStorage(),
    begin: () => {
      scene.storage = memoryStorage();
      scene.node = fakeNode(DOMAIN, [
        accountOf(ALICE, { index: MAIN, nonce: 0, balance: String(1_000n * ETH) }),
        accountOf(BOB, { index: 65, nonce: 0, balance: "0" }),
      ]);
      scene.node.lies = quoting(() => FEE);
    },
    connect,
    open: (customers, { storage, ...parameters } = {}) =>
      openCustomers(connect(storage && { storage }), { keys: KEYS, customers, patienceMs: 20_000, ...parameters }),
    find: (customers, keys = KEYS) => findCustomers(connect(), { keys, ...(customers && { customers }) }),
    sweep: ({ storage, ...parameters } = {}) =>
      sweepCustomers(connect(storage && { storage }), { keys: KEYS, patienceMs: 20_000, ...parameters }),
    put,
    accountsOf,
    indexOf,
    balanceOf,
    payAll: (customers) => {
      const amounts = customers.map((customer, i) => {
        const index = indexOf(customer);
        const amount = 1_000n * BigInt(i + 1);
        put(index, { balance: String(balanceOf(index) + amount) });
        return amount;
      });
      return amounts.reduce((sum, amount) => sum + amount, 0n);
    },
  };
  scene.begin();
  return scene;
}

function connectTo(
  node: FakeNode,
  {
    storage,
    signer,
    nowSeconds,
  }: { readonly storage: RequestStorage; readonly signer: null | undefined; readonly nowSeconds: () => number },
) {
  const request = async ({ method }: { method: string }) => {
    if (method === "eth_chainId") return "0x7a69";
    throw new TypeError(`L1 was asked for ${method}`);
  };
  const config = {
    rollup: bigintToAddress(DOMAIN.rollup),
    node: node.client,
    signer: signer === undefined ? secretSigner(ALICE.secretKey) : signer,
    owner: OWNER,
    storage,
    nowSeconds,
  };
  return createClient({ transport: custom({ request }), pollingInterval: 10 }).extend(cairnActions(config));
}
