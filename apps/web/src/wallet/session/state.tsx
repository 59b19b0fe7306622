import type { Domain, Signer } from "@cairn/sdk";
import {
  createContext,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { useRollup } from "../../data/rollup.tsx";
import { type Announced, findWallets } from "../ethereum/announced.ts";
import { type Connection, type ConnectionStore, createConnection } from "../ethereum/connection.ts";
import type { WalletProvider } from "../ethereum/provider.ts";
import type { OpenedKey } from "../keys/open-key.ts";
import type { SessionClient } from "./client.ts";

/** A connected L1 account with an opened L2 key. */
export interface Session {
  /**
   * The SDK's client: the wallet signs on L1, the vault on L2, the user's own RPC answers for L1. Hooks of `@cairn/react` work
   * with it, too.
   */
  readonly client: SessionClient;
  /** L1 address, lower case. */
  readonly owner: `0x${string}`;
  /** Of the vault's worker. */
  readonly signer: Signer;
  /** Chain and rollup. */
  readonly domain: Domain;
}

/** The session, and what it is made of. */
export interface SessionState {
  readonly announced: Announced;
  readonly store: ConnectionStore;
  readonly connection: Connection;
  readonly domain: Domain;
  /** Null until there is a key. */
  readonly key: OpenedKey | null;
  readonly session: Session | null;
  readonly open: (key: OpenedKey) => void;
  /** Ends the worker that has the key. */
  readonly lock: () => void;
}

const SessionContext = createContext<SessionState | null>(null);

/** How far the session is, for what leads to one. */
export function useSessionState(): SessionState {
  const state = useContext(SessionContext);
  if (state === null) throw new TypeError("this part needs a SessionProvider above it");
  return state;
}

/** The session; only below `<NeedsSession>`, which shows the steps to connect and open a key until there is one. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (session === null) throw new TypeError("this part needs a NeedsSession above it");
  return session;
}

/** Gives everything below it the state of the session. */
export function SessionProvider({ children }: { readonly children: ReactNode }): ReactElement {
  const { config, node } = useRollup();
  const [announced] = useState(() => findWallets());
  const [store] = useState(() => createConnection(announced));
  const connection = useSyncExternalStore(store.onChange, store.state);
  const [key, setKey] = useState<OpenedKey | null>(null);
  const [wallet, setWallet] = useState<WalletProvider | null>(null);
  useEffect(() => store.start(), [store]);

  const mustLock = key !== null && endsSession(connection, key.owner);
  useEffect(() => {
    if (mustLock) setKey(null);
  }, [mustLock]);
  // A key that is not shown any more must not be left in its worker.
  useEffect(() => () => key?.end(), [key]);
  // A wallet that has vanished for a moment is still the one of the session.
  const connected = connection.status === "connected" ? connection.wallet.provider : null;
  useEffect(() => {
    if (connected !== null) setWallet(connected);
  }, [connected]);

  const domain = useMemo(
    () => ({ chainId: BigInt(config.chainId), rollup: BigInt(config.rollup) }),
    [config.chainId, config.rollup],
  );
  const provider = connected ?? wallet;
  const [made, setMade] = useState<Session | null>(null);
  useEffect(() => {
    let isOver = false;
    if (key === null || provider === null) return setMade(null);
    const { owner, signer } = key;
    // Only who has a key needs what sends.
    void import("./client.ts").then(({ sessionClient }) => {
      const client = sessionClient({ config, node, wallet: provider, owner, signer });
      if (!isOver) setMade({ client, owner, signer, domain });
    });
    return () => {
      isOver = true;
    };
  }, [key, provider, config, node, domain]);
  // The session of another key is not one.
  const session = made !== null && made.signer === key?.signer && !mustLock ? made : null;
  const value = useMemo<SessionState>(
    () => ({
      announced,
      store,
      connection,
      domain,
      key,
      session,
      open: setKey,
      lock: () => setKey(null),
    }),
    [announced, store, connection, domain, key, session],
  );
  return <SessionContext value={value}>{children}</SessionContext>;
}

/** Whether what became of the connection ends the session of an owner: the user left, or locked the wallet. */
function endsSession(connection: Connection, owner: string): boolean {
  if (connection.status === "connected") return connection.owner !== owner;
  return connection.status === "none" && connection.problem?.type !== "vanished";
}
