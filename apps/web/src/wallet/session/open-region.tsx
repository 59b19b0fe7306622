import { CairnProvider, useRequests } from "@cairn/react";
import { lazy, type ReactElement, type ReactNode, Suspense, useMemo } from "react";
import { TokenSourceContext } from "../../data/token-source.ts";
import { tokensOnL1 } from "../tokens/tokens-on-l1.ts";
import type { SessionClient } from "./client.ts";

/** Nobody waits for them. */
const Keepers = lazy(() => import("../kept/keepers.tsx").then(({ Keepers }) => ({ default: Keepers })));

/** What all pages with a session have around them: hooks of `@cairn/react`, and tokens as L1 describes them. */
export function OpenRegion({
  client,
  children,
}: {
  readonly client: SessionClient;
  readonly children: ReactNode;
}): ReactElement {
  const tokens = useMemo(() => tokensOnL1(client), [client]);
  return (
    <TokenSourceContext value={tokens}>
      <CairnProvider client={client}>
        <FollowRequests />
        <Suspense>
          <Keepers />
        </Suspense>
        {children}
      </CairnProvider>
    </TokenSourceContext>
  );
}

/** Takes up what the storage has of earlier visits. */
function FollowRequests(): null {
  useRequests();
  return null;
}
