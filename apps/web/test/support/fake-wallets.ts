import type { L1 } from "@cairn/e2e/support";
import type { Page } from "playwright-core";
import { createWalletClient, type Hex, http, type TypedDataDefinition } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";

/** A wallet's failure, as pages get it. */
interface Failure {
  readonly code: number;
  readonly message: string;
}

/** A wallet that announces itself to a page, and signs with keys of anvil without asking anybody. */
export interface FakeWallet {
  readonly name: string;
  readonly rdns: string;
  /** Addresses that it shows, the chosen one first. */
  accounts: readonly string[];
  chainId: number;
  /** Chains that it knows. */
  chains: number[];
  /** Methods that its user refuses. */
  readonly refused: Set<string>;
  /** Every signature is another one. */
  isRandom: boolean;
  /** What it was asked, in order. */
  readonly asked: string[];
  /** The page's questions, by method. */
  readonly answer: (method: string, params: readonly unknown[]) => Promise<unknown>;
}

/** Options of {@link fakeWallet}. */
export interface FakeWalletOptions {
  readonly name?: string;
  /** Accounts of anvil that it has. */
  readonly positions?: readonly number[];
  readonly chainId?: number;
}

const UNKNOWN_CHAIN: Failure = { code: 4902, message: "Unrecognized chain ID" };

/** A wallet on an L1. */
export function fakeWallet(l1: L1, options: FakeWalletOptions = {}): FakeWallet {
  const { name = "Stone Wallet", positions = [5], chainId = l1.rollup.reader.chain.id } = options;
  const own = new Map<string, PrivateKeyAccount>(
    positions.map((position) => {
      const account = privateKeyToAccount(l1.privateKey(position));
      return [account.address.toLowerCase(), account];
    }),
  );
  const accountOf = (address: unknown): PrivateKeyAccount => {
    const found = own.get(String(address).toLowerCase());
    if (found === undefined) throw failure({ code: 4100, message: "not an account of this wallet" });
    return found;
  };
  const wallet: FakeWallet = {
    name,
    rdns: `example.${name.toLowerCase().replaceAll(" ", "-")}`,
    accounts: [...own.keys()],
    chainId,
    chains: [chainId],
    refused: new Set(),
    isRandom: false,
    asked: [],
    answer: async (method, params) => {
      wallet.asked.push(method);
      if (wallet.refused.has(method)) throw failure({ code: 4001, message: "User rejected the request." });
      const [first, second] = params;
      switch (method) {
        case "eth_accounts":
        case "eth_requestAccounts":
          return wallet.accounts;
        case "eth_chainId":
          return `0x${wallet.chainId.toString(16)}`;
        case "wallet_addEthereumChain":
          wallet.chains.push(chainOf(first));
          wallet.chainId = chainOf(first);
          return null;
        case "wallet_switchEthereumChain":
          if (!wallet.chains.includes(chainOf(first))) throw failure(UNKNOWN_CHAIN);
          wallet.chainId = chainOf(first);
          return null;
        case "eth_signTypedData_v4":
          return signTypedData(accountOf(first), String(second), wallet.isRandom);
        case "eth_sendTransaction":
          return send(l1, accountOf(Reflect.get(Object(first), "from")), wallet, first);
        default:
          return l1.rollup.reader.request({ method, params } as unknown as Parameters<
            typeof l1.rollup.reader.request
          >[0]);
      }
    },
  };
  return wallet;
}

/** Lets wallets announce themselves in a page, which must not have been opened yet. */
export async function announceWallets(page: Page, wallets: readonly FakeWallet[]): Promise<void> {
  await page.exposeFunction("askFakeWallet", async (name: string, method: string, params: readonly unknown[]) => {
    const wallet = wallets.find((one) => one.name === name);
    try {
      return { result: (await wallet?.answer(method, params)) ?? null };
    } catch (error) {
      const { code, message } = error as Partial<Failure>;
      return { error: { code: code ?? -32603, message: message ?? String(error) } };
    }
  });
  await page.addInitScript(
    announceInPage,
    wallets.map(({ name, rdns }) => ({ name, rdns })),
  );
}

/** Lets a wallet tell the page something, such as `accountsChanged`. */
export async function emit(page: Page, { name }: FakeWallet, event: string, value: unknown): Promise<void> {
  await page.evaluate(`emitFakeWallet(${JSON.stringify(name)}, ${JSON.stringify(event)}, ${JSON.stringify(value)})`);
}

/** Runs in the page. */
function announceInPage(wallets: readonly { readonly name: string; readonly rdns: string }[]): void {
  const page = globalThis as unknown as EventTarget & {
    askFakeWallet: (
      name: string,
      method: string,
      params: unknown,
    ) => Promise<{ readonly result?: unknown; readonly error?: { readonly message: string } }>;
  };
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  const listenersOf = (key: string) => {
    const found = listeners.get(key) ?? new Set();
    listeners.set(key, found);
    return found;
  };
  const icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'/%3E";
  const details = wallets.map(({ name, rdns }) => {
    const provider = {
      request: async ({ method, params = [] }: { readonly method: string; readonly params?: unknown }) => {
        const { result, error } = await page.askFakeWallet(name, method, params);
        if (error !== undefined) throw Object.assign(new Error(error.message), error);
        return result;
      },
      on: (event: string, listener: (value: unknown) => void) => listenersOf(`${name} ${event}`).add(listener),
      removeListener: (event: string, listener: (value: unknown) => void) =>
        listenersOf(`${name} ${event}`).delete(listener),
    };
    return Object.freeze({ info: Object.freeze({ uuid: crypto.randomUUID(), name, rdns, icon }), provider });
  });
  const announce = () => {
    for (const detail of details) page.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  };
  page.addEventListener("eip6963:requestProvider", announce);
  announce();
  Object.assign(globalThis, {
    emitFakeWallet: (name: string, event: string, value: unknown) => {
      for (const listener of listenersOf(`${name} ${event}`)) listener(value);
    },
  });
}

/** At random: of another message each time, which a page cannot tell from another nonce. */
function signTypedData(account: PrivateKeyAccount, json: string, isRandom: boolean): Promise<Hex> {
  const data = JSON.parse(json) as TypedDataDefinition;
  const message = isRandom ? { ...data.message, purpose: crypto.randomUUID() } : data.message;
  return account.signTypedData({ ...data, message } as TypedDataDefinition);
}

async function send(l1: L1, account: PrivateKeyAccount, wallet: FakeWallet, transaction: unknown): Promise<Hex> {
  const { chain } = l1.rollup.reader;
  const fields = Object(transaction) as Readonly<Record<"to" | "data" | "value" | "gas" | "chainId", Hex>>;
  if (wallet.chainId !== chain.id || Number(fields.chainId) !== wallet.chainId) {
    throw failure({ code: -32602, message: "Provided chainId must match the active chainId" });
  }
  const client = createWalletClient({ account, chain, transport: http(l1.rpcUrl) });
  const { to, data, value, gas } = fields;
  return client.sendTransaction({ to, data, value: BigInt(value), gas: BigInt(gas) });
}

function chainOf(parameter: unknown): number {
  return Number(Reflect.get(Object(parameter), "chainId"));
}

function failure({ code, message }: Failure): Error {
  return Object.assign(new Error(message), { code });
}
