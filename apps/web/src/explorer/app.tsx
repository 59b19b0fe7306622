import { type ReactElement, Suspense } from "react";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import type { Config, ConfigProblem } from "../base/config.ts";
import { RollupProvider } from "../data/rollup.tsx";
import { Unconfigured } from "../shell/unconfigured.tsx";
import { Loading } from "../ui/states.tsx";
import { Frame } from "./frame.tsx";
import { Pages } from "./pages.tsx";

/**
 * The explorer. Its places are in the part of the address behind `#`, so that every one of them can be reloaded from any
 * host, at any path.
 */
export function App({ config }: { readonly config: Config | ConfigProblem }): ReactElement {
  if (typeof config === "string") return <Unconfigured problem={config} />;
  return (
    <RollupProvider config={config}>
      <Router hook={useHashLocation}>
        <Frame>
          <Suspense fallback={<Loading />}>
            <Pages />
          </Suspense>
        </Frame>
      </Router>
    </RollupProvider>
  );
}
