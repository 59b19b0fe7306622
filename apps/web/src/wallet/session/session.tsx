import { lazy, type ReactElement, type ReactNode, Suspense, useEffect } from "react";
import { Loading } from "../../ui/states.tsx";
import { SetUp, SetUpSection } from "./set-up.tsx";
import { useSessionState } from "./state.tsx";
import { WalletNotice } from "./wallet-notice.tsx";

export { type Session, useSession } from "./state.tsx";

/** Loaded once there is a session. */
const OpenRegion = lazy(() => import("./open-region.tsx").then(({ OpenRegion }) => ({ default: OpenRegion })));

/** Around all pages: follows what is on its way as long as there is a session, whichever page is shown. */
export function SessionRegion({ children }: { readonly children: ReactNode }): ReactElement {
  const { session } = useSessionState();
  const isOpen = session !== null;
  useEffect(() => {
    // What was clicked to open it is gone.
    if (isOpen) document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
  }, [isOpen]);
  if (session === null) return <>{children}</>;
  return (
    <Suspense fallback={<Loading />}>
      <OpenRegion client={session.client}>{children}</OpenRegion>
    </Suspense>
  );
}

/**
 * What is below it has a session: until there is one, the steps to it stand in its place.
 *
 * @example <NeedsSession><Send /></NeedsSession>
 */
export function NeedsSession({
  isPart = false,
  children,
}: {
  /** Whether it is a part of a page; else the steps have a page of their own. */
  readonly isPart?: boolean;
  readonly children: ReactNode;
}): ReactElement {
  const { session, connection } = useSessionState();
  const isChanged = connection.status === "connected" && connection.other !== null;
  if (session === null || isChanged) return isPart ? <SetUpSection /> : <SetUp />;
  return (
    <>
      <WalletNotice />
      {children}
    </>
  );
}
