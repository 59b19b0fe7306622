import { type ReactElement, Suspense } from "react";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import type { Config, ConfigProblem } from "../base/config.ts";
import { RollupProvider } from "../data/rollup.tsx";
import { Unconfigured } from "../shell/unconfigured.tsx";
import { Loading } from "../ui/states.tsx";
import { Frame } from "./frame.tsx";
import { Pages } from "./pages.tsx";
import { SessionRegion } from "./session/session.tsx";
import { SessionProvider } from "./session/state.tsx";

/** The wallet. Its places are behind `#`, as those of the explorer. */
export function App({ config }: { readonly config: Config | ConfigProblem }): ReactElement {
  if (typeof config === "string") return <Unconfigured problem={config} />;
  return (
    <RollupProvider config={config}>
      <SessionProvider>
        <Router hook={useHashLocation}>
          <Frame>
            <SessionRegion>
              <Suspense fallback={<Loading />}>
                <Pages />
              </Suspense>
            </SessionRegion>
          </Frame>
        </Router>
      </SessionProvider>
    </RollupProvider>
  );
}
