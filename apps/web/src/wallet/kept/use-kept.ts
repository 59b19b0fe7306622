import { useSyncExternalStore } from "react";
import type { Config } from "../../base/config.ts";
import type { Kept } from "./kept.ts";

/** What the browser keeps; the component follows its changes, those by other tabs too. */
export function useKept<Value>(kept: Kept<Value>): Value {
  return useSyncExternalStore(kept.onChange, kept.read);
}

/** Names a rollup in the names of what is kept: accounts and codes of one mean nothing in another. */
export function rollupName({ chainId, rollup }: Pick<Config, "chainId" | "rollup">): string {
  return `${chainId}-${rollup.toLowerCase()}`;
}
