import type { NodeClient } from "@cairn/sdk";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createContext, type ReactElement, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { type Config, withSettings } from "../base/config.ts";
import { useSettings } from "../ui/use-texts.ts";
import { createLive, type Live } from "./live.ts";
import { nodeAt } from "./node.ts";
import { startVerifier, type Verifier } from "./verifier.ts";

/** What the pages' parts find above them. */
export interface Rollup {
  readonly config: Config;
  /** Null when none is set. */
  readonly node: NodeClient | null;
  readonly live: Live;
  /** Null when no RPC of L1 is set. */
  readonly verifier: Verifier | null;
}

const RollupContext = createContext<Rollup | null>(null);

/** The rollup that the pages are about. */
export function useRollup(): Rollup {
  const rollup = useContext(RollupContext);
  if (rollup === null) throw new TypeError("this part needs a RollupProvider above it");
  return rollup;
}

/** Gives the parts below it the rollup: a node, a stream, and a worker that checks against L1. */
export function RollupProvider({
  config: given,
  children,
}: {
  readonly config: Config;
  readonly children: ReactNode;
}): ReactElement {
  const settings = useSettings();
  const [queries] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: false, refetchOnWindowFocus: true } } }),
  );
  const { rollup, chainId, node: nodeUrl, l1 } = withSettings(given, settings);
  const value = useMemo<Rollup>(() => {
    const node = nodeUrl === null ? null : nodeAt(nodeUrl);
    const config = { rollup, chainId, node: nodeUrl, l1 };
    const verifier = l1 === null ? null : startVerifier({ rollup, chainId, l1 });
    return { config, node, live: createLive(node, queries), verifier };
  }, [rollup, chainId, nodeUrl, l1, queries]);
  useEffect(() => value.live.start(), [value]);
  return (
    <RollupContext value={value}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </RollupContext>
  );
}
