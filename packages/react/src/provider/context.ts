import type { CairnClient } from "@cairn/sdk";
import type { QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useSyncExternalStore } from "react";
import { reactError } from "../errors.ts";
import { firstState, type Live, type LiveState } from "../live/live.ts";
import type { Following } from "../requests/following.ts";

/** What hooks find above them. */
export interface CairnValue {
  readonly client: CairnClient;
  /** Whom hooks are about that name nobody; null for nobody. */
  readonly owner: string | null;
  readonly queryClient: QueryClient;
  readonly live: Live;
  readonly following: Following;
  /** Milliseconds between two looks at what the stream does not tell. */
  readonly refetchMs: number;
}

/** Set by `CairnProvider`. */
export const CairnContext = createContext<CairnValue | null>(null);

/** Throws `react/no-provider`. */
export function useCairn(): CairnValue {
  const value = useContext(CairnContext);
  if (value !== null) return value;
  throw reactError("react/no-provider", "this hook needs a <CairnProvider client={…}> above it");
}

/**
 * The client that was given to `CairnProvider`, for the SDK's own functions. Throws `react/no-provider`.
 *
 * @example const client = useCairnClient(); // await findToken(client, "0xdAC1…")
 */
export function useCairnClient(): CairnClient {
  return useCairn().client;
}

/**
 * How the page hears of what happens: `live`, or why not. While it is not `live`, everything shown is asked for at
 * intervals instead, and no answer says that it is live. A connection that dies without a word is noticed after a minute.
 * Throws `react/no-provider`.
 *
 * @example const { status } = useLiveState(); // "connecting", "live", "disconnected" or "off"
 */
export function useLiveState(): LiveState {
  const { client, live } = useCairn();
  return useSyncExternalStore(live.onState, live.state, () => firstState(client, live.owner));
}
