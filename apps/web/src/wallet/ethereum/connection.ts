import type { Announced, AnnouncedWallet } from "./announced.ts";
import { accountsIn, chainIn, codeIn, type WalletEvents } from "./provider.ts";
import { rememberedWallet, rememberWallet } from "./remembered.ts";

/**
 * Why there is no connection. `refused`: the user said no. `busy`: the wallet has a question open already. `no-account`: it
 * shows none. `locked`: it shows none without being asked again. `absent`: the wallet of the last visit did not announce
 * itself. `vanished`: it does not answer any more. `failed`: anything else.
 */
export interface ConnectionProblem {
  readonly type: "refused" | "busy" | "no-account" | "locked" | "absent" | "vanished" | "failed";
  /** Name of the wallet. */
  readonly wallet: string;
}

/** What stands between the page and an account on L1. */
export type Connection =
  | { readonly status: "none"; readonly problem: ConnectionProblem | null }
  | { readonly status: "asking"; readonly wallet: AnnouncedWallet }
  | {
      readonly status: "connected";
      readonly wallet: AnnouncedWallet;
      readonly owner: `0x${string}`;
      /** Null for a wallet that does not say it. */
      readonly chainId: number | null;
      /** The account that the wallet shows now, where the user has chosen another one there. */
      readonly other: `0x${string}` | null;
    };

/** The connection, and what changes it. */
export interface ConnectionStore {
  readonly state: () => Connection;
  readonly onChange: (listener: () => void) => () => void;
  /** Asks a wallet for its account; what it refuses is the state afterwards. */
  readonly connect: (wallet: AnnouncedWallet) => Promise<void>;
  /** Takes the account that the wallet shows now. */
  readonly takeOther: () => void;
  readonly disconnect: () => void;
  /** Takes up the connection of the last visit, and follows the wallet; returns what ends that. */
  readonly start: () => () => void;
}

const REFUSED = 4001;
const BUSY = -32002;
/** How long a wallet may take to announce itself, and to answer what needs no user. */
const ANNOUNCED_MS = 1500;
const CLAIM_MS = 100;
const ANSWER_MS = 10_000;

/** Not connected yet: nobody is asked before the user has chosen. */
export function createConnection(announced: Announced): ConnectionStore {
  let state: Connection = { status: "none", problem: null };
  let unfollow: () => void = () => undefined;
  const listeners = new Set<() => void>();
  const change = (next: Connection): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const lose = (type: ConnectionProblem["type"], wallet: string): void => {
    unfollow();
    change({ status: "none", problem: { type, wallet } });
  };

  const follow = (wallet: AnnouncedWallet): void => {
    unfollow();
    const { provider, name } = wallet;
    const events: WalletEvents = {
      accountsChanged: (answer) => showAccounts(accountsIn(answer)),
      chainChanged: (answer) => state.status === "connected" && change({ ...state, chainId: chainIn(answer) }),
      disconnect: () => lose("vanished", name),
    };
    const look = () => void refresh(wallet);
    provider.on?.("accountsChanged", events.accountsChanged);
    provider.on?.("chainChanged", events.chainChanged);
    provider.on?.("disconnect", events.disconnect);
    // Not every wallet tells everything, and none does while it is updated.
    addEventListener("focus", look);
    unfollow = () => {
      provider.removeListener?.("accountsChanged", events.accountsChanged);
      provider.removeListener?.("chainChanged", events.chainChanged);
      provider.removeListener?.("disconnect", events.disconnect);
      removeEventListener("focus", look);
      unfollow = () => undefined;
    };
  };

  const showAccounts = ([first]: readonly `0x${string}`[]): void => {
    if (state.status !== "connected") return;
    if (first === undefined) lose("locked", state.wallet.name);
    else change({ ...state, other: first === state.owner ? null : first });
  };

  const refresh = async (wallet: AnnouncedWallet): Promise<void> => {
    try {
      const [accounts, chain] = await Promise.all([ask(wallet, "eth_accounts"), ask(wallet, "eth_chainId")]);
      if (state.status !== "connected" || state.wallet !== wallet) return;
      change({ ...state, chainId: chainIn(chain) });
      showAccounts(accountsIn(accounts));
    } catch {
      if (state.status === "connected" && state.wallet === wallet) lose("vanished", wallet.name);
    }
  };

  const enter = async (wallet: AnnouncedWallet, owner: `0x${string}`, other: `0x${string}` | null): Promise<void> => {
    const chainId = chainIn(await ask(wallet, "eth_chainId"));
    follow(wallet);
    rememberWallet({ rdns: wallet.rdns, name: wallet.name, owner });
    change({ status: "connected", wallet, owner, chainId, other });
  };

  const takeUp = async (): Promise<void> => {
    const last = rememberedWallet();
    if (last === null) return;
    const wallet = await announcedAs(announced, last.rdns);
    if (state.status !== "none") return;
    if (wallet === null) return lose("absent", last.name);
    try {
      // Asks nobody: the wallet answers what the user has allowed before.
      const accounts = accountsIn(await ask(wallet, "eth_accounts"));
      const [first] = accounts;
      if (state.status !== "none") return;
      if (first === undefined) return lose("locked", wallet.name);
      await enter(wallet, last.owner, first === last.owner ? null : first);
    } catch {
      lose("vanished", wallet.name);
    }
  };

  return {
    state: () => state,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    connect: async (wallet) => {
      unfollow();
      change({ status: "asking", wallet });
      try {
        const [owner] = accountsIn(await wallet.provider.request({ method: "eth_requestAccounts" }));
        if (state.status !== "asking" || state.wallet !== wallet) return;
        if (owner === undefined) lose("no-account", wallet.name);
        else await enter(wallet, owner, null);
      } catch (error) {
        const code = codeIn(error);
        lose(code === REFUSED ? "refused" : code === BUSY ? "busy" : "failed", wallet.name);
      }
    },
    takeOther: () => {
      if (state.status !== "connected" || state.other === null) return;
      const { wallet, other } = state;
      rememberWallet({ rdns: wallet.rdns, name: wallet.name, owner: other });
      change({ ...state, owner: other, other: null });
    },
    disconnect: () => {
      unfollow();
      rememberWallet(null);
      change({ status: "none", problem: null });
    },
    start: () => {
      void takeUp();
      return () => unfollow();
    },
  };
}

/** Asks what needs no user. Throws what the wallet answers, and after ten seconds. */
async function ask({ provider }: AnnouncedWallet, method: string): Promise<unknown> {
  const late = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new TypeError("the wallet does not answer")), ANSWER_MS);
  });
  return Promise.race([provider.request({ method }), late]);
}

/** The only wallet with a name, once it has announced itself; null when there is none in time, or two claim it. */
async function announcedAs(announced: Announced, rdns: string): Promise<AnnouncedWallet | null> {
  const named = () => announced.list().filter((wallet) => wallet.rdns === rdns);
  await new Promise<void>((resolve) => {
    if (named().length > 0) return resolve();
    const end = announced.onChange(() => named().length > 0 && resolve());
    setTimeout(() => {
      end();
      resolve();
    }, ANNOUNCED_MS);
  });
  // Another one may claim the name a moment later.
  await new Promise((resolve) => setTimeout(resolve, CLAIM_MS));
  const [found, ...others] = named();
  return found !== undefined && others.length === 0 ? found : null;
}
