import { lazy, type ReactElement, Suspense } from "react";
import { Loading } from "../../ui/states.tsx";
import { LastStateView } from "../kept/last-state-view.tsx";
import { NeedsSession } from "../session/session.tsx";

/** Loaded once there is a session. */
const Overview = lazy(() => import("./overview.tsx").then(({ Overview }) => ({ default: Overview })));

/** The wallet's first page. */
export function HomePage(): ReactElement {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      <NeedsSession>
        <Suspense fallback={<Loading />}>
          <Overview />
        </Suspense>
      </NeedsSession>
      <LastStateView />
    </div>
  );
}
