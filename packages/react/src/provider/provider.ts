import type { CairnClient } from "@cairn/sdk";
import {
  focusManager,
  onlineManager,
  QueryClient,
  QueryClientContext,
  QueryClientProvider,
} from "@tanstack/react-query";
import { createElement, type ReactElement, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { createLive } from "../live/live.ts";
import { createFollowing } from "../requests/following.ts";
import { CairnContext } from "./context.ts";

/** Properties of {@link CairnProvider}. */
export interface CairnProviderProps {
  /** A viem client that was extended by `cairn(…)` or `cairnActions(…)` of `@cairn/sdk`. Keep it between renderings. */
  readonly client: CairnClient;
  /** Cache of the answers; by default that of the `QueryClientProvider` above, else one of its own. */
  readonly queryClient?: QueryClient;
  /** L1 address whose stream is followed; by default the owner of the client. Null for none. */
  readonly owner?: string | null;
  /** Milliseconds between two looks at what the stream does not tell; 15,000 by default. */
  readonly refetchMs?: number;
  readonly children?: ReactNode;
}

const DEFAULT_REFETCH_MS = 15_000;

/**
 * Gives a rollup to the hooks below it, and keeps what they show up to date by one stream of the node. Another `client`,
 * such as one with the keys of another user, begins anew. Throws nothing itself.
 *
 * @example
 * const client = createClient({ account, transport: custom(ethereum) }).extend(cairn({ rollup, node, signer, storage }));
 * createRoot(element).render(<CairnProvider client={client}><Wallet /></CairnProvider>);
 */
export function CairnProvider(props: CairnProviderProps): ReactElement {
  const { client, refetchMs = DEFAULT_REFETCH_MS, children } = props;
  const above = useContext(QueryClientContext);
  const [own] = useState(() => new QueryClient());
  const queryClient = props.queryClient ?? above ?? own;
  const owner = props.owner === undefined ? ownerOf(client) : props.owner;

  const value = useMemo(() => {
    const live = createLive(client, queryClient, owner);
    const following = createFollowing(client, live);
    return { client, owner: owner ?? ownerOf(client), queryClient, live, following, refetchMs };
  }, [client, queryClient, owner, refetchMs]);

  useEffect(() => {
    const { live, following } = value;
    const ends = [
      live.start(),
      following.start(),
      // A page that was hidden or without a network may have missed what a dead connection did not tell.
      focusManager.subscribe((isFocused) => isFocused && live.refreshAll()),
      onlineManager.subscribe((isOnline) => isOnline && live.refreshAll()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [value]);

  const inside = createElement(CairnContext.Provider, { value }, children);
  return above === queryClient ? inside : createElement(QueryClientProvider, { client: queryClient }, inside);
}

function ownerOf({ cairn }: CairnClient): string | null {
  try {
    return cairn.owner();
  } catch {
    // A client without an account reads only.
    return null;
  }
}
