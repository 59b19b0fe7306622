import type { Eip1193Provider } from "@cairn/sdk";
import { createClient, http } from "viem";
import { accountsIn, chainIn } from "./provider.ts";

/** What a wallet answers; everything else is asked of the user's own RPC. */
const OF_WALLET: ReadonlySet<string> = new Set([
  "eth_accounts",
  "eth_requestAccounts",
  "eth_chainId",
  "eth_sendTransaction",
  "eth_signTypedData_v4",
  "personal_sign",
]);
/** EIP-1193: not authorised. Nothing was sent. */
const UNAUTHORISED = 4100;

/** Whose wallet, on which chain, and who answers for L1. */
export interface Routing {
  readonly owner: `0x${string}`;
  readonly chainId: number;
  /** Null to ask the wallet for everything. */
  readonly l1: string | null;
}

/**
 * A provider that asks the wallet for what only it can do, and the user's own RPC for what L1 has. Before the wallet is asked
 * to send, it must still be on the rollup's chain and show the account; the chain is in what it is asked, so that a change
 * at the last moment is an error and not a payment on another chain.
 */
export function routedProvider(wallet: Eip1193Provider, { owner, chainId, l1 }: Routing): Eip1193Provider {
  const rpc = l1 === null ? null : createClient({ transport: http(l1) });
  let isChecked = false;
  const askRpc = async (question: { readonly method: string; readonly params?: unknown }): Promise<unknown> => {
    const ask = rpc?.request as ((asked: typeof question) => Promise<unknown>) | undefined;
    if (ask === undefined) return wallet.request(question);
    if (!isChecked && chainIn(await ask({ method: "eth_chainId" })) !== chainId) {
      throw new TypeError(`the RPC does not serve chain ${chainId}`);
    }
    isChecked = true;
    return ask(question);
  };
  const assertReady = async (): Promise<void> => {
    const [chain, accounts] = await Promise.all([
      wallet.request({ method: "eth_chainId" }),
      wallet.request({ method: "eth_accounts" }),
    ]);
    if (chainIn(chain) !== chainId) throw refusal(`the wallet is on chain ${String(chain)}, the rollup on ${chainId}`);
    if (!accountsIn(accounts).includes(owner)) throw refusal(`the wallet does not show ${owner} any more`);
  };
  return {
    request: async (question) => {
      const { method, params } = question;
      if (!OF_WALLET.has(method) && !method.startsWith("wallet_")) return askRpc(question);
      if (method !== "eth_sendTransaction") return wallet.request(question);
      await assertReady();
      const [transaction] = params as readonly [object];
      return wallet.request({ method, params: [{ ...transaction, chainId: `0x${chainId.toString(16)}` }] });
    },
  };
}

function refusal(message: string): Error {
  return Object.assign(new Error(message), { code: UNAUTHORISED });
}
