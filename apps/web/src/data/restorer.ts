import { isCairnError } from "@cairn/protocol";
import type { RollupOnL1 } from "@cairn/verify";
import { startWorker } from "../base/trusted.ts";
import { errorOf } from "../workers/failure.ts";
import restorerUrl from "../workers/restorer.ts?worker&url";
import type {
  RestoredSummary,
  RestorerOperation,
  RestorerOperations,
  RestorerQuestion,
  RestorerReply,
  RestorerSettings,
  RestoreStep,
} from "../workers/restorer-protocol.ts";

/** How far the rebuilding of the state is. */
export type RestorerState =
  | { readonly status: "idle" }
  /** With the summary of an earlier state, if it is only brought up to date. */
  | { readonly status: "running"; readonly step: RestoreStep | null; readonly summary: RestoredSummary | null }
  | { readonly status: "done"; readonly summary: RestoredSummary }
  /** With the summary of an earlier state, if only bringing it up to date has failed. */
  | { readonly status: "failed"; readonly error: Error; readonly summary: RestoredSummary | null };

/** The state of a rollup, rebuilt from L1 in a worker of the page. */
export interface Restorer {
  readonly state: () => RestorerState;
  readonly onState: (listener: () => void) => () => void;
  /** Begins, or brings the state up to date; with the file of an archive, if there is one. A reload goes on with it. */
  readonly start: (file?: Blob | null) => void;
  /** Brings a rebuilt state up to date when L1 has another one by now; tries once for each block of L1. */
  readonly follow: (onL1: Pick<RollupOnL1, "root" | "l1">) => void;
  /** Ends it at once; what was read is kept. */
  readonly cancel: () => void;
  /** Throws as the packages' functions, and a TypeError before the state was rebuilt. */
  readonly ask: <Name extends RestorerOperation>(
    operation: Name,
    asked: RestorerOperations[Name]["asked"],
  ) => Promise<RestorerOperations[Name]["answer"]>;
}

/** Says in this tab that a rebuilding was begun, and is wanted after a reload. */
const WISH = "cairn-rebuilding";

let newest: { readonly key: string; readonly restorer: Restorer } | null = null;

/** The restorer of a rollup from these sources; there is one at a time, which lasts as long as the page. */
export function restorerFor(settings: RestorerSettings): Restorer {
  const key = JSON.stringify(settings);
  if (newest?.key === key) return newest.restorer;
  const isWanted = readWish() === key;
  newest?.restorer.cancel();
  const restorer = createRestorer(settings, (isOn) => writeWish(isOn ? key : null));
  newest = { key, restorer };
  if (isWanted) restorer.start();
  return restorer;
}

function createRestorer(settings: RestorerSettings, wish: (isOn: boolean) => void): Restorer {
  let worker: Asked | null = null;
  let current: RestorerState = { status: "idle" };
  let triedBlock = 0;
  const listeners = new Set<() => void>();
  const change = (next: RestorerState): void => {
    current = next;
    for (const listener of listeners) listener();
  };
  const working = (): Asked => {
    if (worker?.hasFailed() === true) {
      worker.end();
      worker = null;
    }
    worker ??= startAsking(settings);
    return worker;
  };
  const ask: Restorer["ask"] = (operation, asked) => working().ask(operation, asked, () => undefined);
  const run = async (asking: Asked, file: Blob | null, summary: RestoredSummary | null): Promise<void> => {
    const onStep = (step: RestoreStep): void => {
      if (worker === asking) change({ status: "running", step, summary });
    };
    try {
      const found = await asking.ask("restore", { file }, onStep);
      if (worker === asking) change({ status: "done", summary: found });
    } catch (error) {
      if (worker !== asking) return;
      wish(false);
      // Where L1 could not be asked, the worker still has the earlier state.
      const isSpared = isCairnError(error) && /^(?:l1\/|verify\/l1-moved$)/.test(error.code);
      const failure = error instanceof Error ? error : new TypeError(String(error));
      change({ status: "failed", error: failure, summary: isSpared ? summary : null });
    }
  };
  const start = (file: Blob | null = null): void => {
    if (current.status === "running") return;
    wish(true);
    const asking = working();
    const summary = current.status === "idle" ? null : current.summary;
    change({ status: "running", step: null, summary });
    void run(asking, file, summary);
  };
  return {
    state: () => current,
    onState: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start,
    follow: ({ root, l1 }) => {
      if (current.status === "idle" || current.status === "running" || current.summary === null) return;
      const { summary } = current;
      if (root === summary.root || l1.block <= Math.max(summary.l1.block, triedBlock)) return;
      triedBlock = l1.block;
      start();
    },
    cancel: () => {
      wish(false);
      worker?.end();
      worker = null;
      change({ status: "idle" });
    },
    ask,
  };
}

/** A worker that is asked. */
interface Asked {
  readonly ask: <Name extends RestorerOperation>(
    operation: Name,
    asked: RestorerOperations[Name]["asked"],
    onStep: (step: RestoreStep) => void,
  ) => Promise<RestorerOperations[Name]["answer"]>;
  readonly end: () => void;
  /** Whether it has ended by itself. */
  readonly hasFailed: () => boolean;
}

interface Waiting {
  readonly resolve: (answer: RestorerOperations[RestorerOperation]["answer"]) => void;
  readonly reject: (error: Error) => void;
  readonly onStep: (step: RestoreStep) => void;
}

function startAsking(settings: RestorerSettings): Asked {
  const worker = startWorker(restorerUrl);
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.addEventListener("message", ({ data }: MessageEvent<RestorerReply>) => {
    const asker = waiting.get(data.id);
    if ("step" in data) {
      asker?.onStep(data.step);
      return;
    }
    waiting.delete(data.id);
    if ("answer" in data) asker?.resolve(data.answer);
    else asker?.reject(errorOf(data.failure));
  });
  let hasFailed = false;
  worker.addEventListener("error", ({ message }) => {
    hasFailed = true;
    fail(new TypeError(message || "the worker has ended"));
  });
  return {
    hasFailed: () => hasFailed,
    ask: (operation, asked, onStep) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        // The worker answers what it was asked.
        type Answer = RestorerOperations[typeof operation]["answer"];
        waiting.set(id, { resolve: (answer) => resolve(answer as Answer), reject, onStep });
        worker.postMessage({ id, settings, operation, asked } as RestorerQuestion);
      }),
    end: () => {
      worker.terminate();
      fail(new TypeError("the rebuilding was cancelled"));
    },
  };
}

function readWish(): string | null {
  try {
    return sessionStorage.getItem(WISH);
  } catch {
    return null;
  }
}

function writeWish(key: string | null): void {
  try {
    if (key === null) sessionStorage.removeItem(WISH);
    else sessionStorage.setItem(WISH, key);
  } catch {
    // A browser that keeps nothing: after a reload it has to be begun by hand.
  }
}
