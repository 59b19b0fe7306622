import { isCairnError } from "@cairn/protocol";
import { type AnyHandle, type CairnClient, requests, type WaitFor } from "@cairn/sdk";
import { createListeners } from "../listeners.ts";
import type { Live } from "../live/live.ts";
import { type EntryEvent, isSame } from "../live/topics.ts";
import { pause } from "../pause.ts";
import { isOurName } from "./names.ts";
import { type FollowedRequest, type Progress, UNSEEN } from "./progress.ts";

/** The requests of a page: follows each to its end, whichever component shows it, and sends again what was lost. */
export interface Following {
  /** Goes on with all that is not over; returns what ends it. Nothing that was signed is undone by that. */
  readonly start: () => () => void;
  /** Follows a request from now on, unless it is followed already. */
  readonly follow: (handle: AnyHandle) => void;
  /** Follows what the storage has, or only the request with this id. Throws as `requests` of the SDK. */
  readonly load: (id?: string) => Promise<void>;
  readonly progressOf: (id: string) => Progress;
  /** Whether it is known that a request has happened, or never will. */
  readonly isDecided: (id: string) => boolean;
  /** Keeps a request in the storage, since it may be repeated; returns what ends that. */
  readonly hold: (id: string) => () => void;
  /** All that were followed since the page was opened, oldest first; the same list until one changes. */
  readonly list: () => readonly FollowedRequest[];
  readonly onChange: (listener: () => void) => () => void;
}

/** Longest time without an answer before it is said that nobody answers. */
const STEP_MS = 30_000;
/** Longest pause between two looks while the stream says when to look: our own L1 may be behind the node's. */
const LIVE_POLL_MS = 15_000;
/** Least time between two looks at what the stream tells of. */
const LEAST_GAP_MS = 250;
/** Kinds whose beginning only L1 knows, and the status from which on the node tells of them. */
const KNOWN_TO_NODE = { deposit: "queued", setKey: "queued", forceWithdraw: "queued" } as const;
/** In the names of the storage's texts that are requests. */
const REQUEST = "-request-";
const FAILURES = ["sdk/not-reached", "l1/transaction-reverted", "l1/transaction-replaced"] as const;

/** After which requests that nobody named, and that another page has sent, are forgotten: it may want to repeat them. */
const FORGET_MS = 24 * 3_600_000;
/** Statuses before the one that cannot be taken back by the node's silence. */
const UNDECIDED: readonly (string | null)[] = [null, "prepared", "signed", "offered", "sent", "received"];

/** One request. */
interface Followed {
  readonly handle: AnyHandle;
  progress: Progress;
  /** Ends the look that is on its way, for another. */
  wake: () => void;
}

/** Follows nothing yet. */
export function createFollowing(client: CairnClient, live: Live): Following {
  const followed = new Map<string, Followed>();
  const changes = createListeners();
  let list: readonly FollowedRequest[] = [];
  let running: AbortSignal | null = null;
  /** Names of requests that this page may repeat, or has made. */
  const held = new Set<string>();
  const made = new Set<string>();

  const change = (one: Followed, progress: Partial<Progress>): void => {
    one.progress = { ...one.progress, ...progress };
    tell();
  };
  const tell = (): void => {
    list = [...followed.values()].map(({ handle, progress }) => ({ handle, progress }));
    changes.tell();
  };

  /** One look, or several until there is news. */
  const step = async (one: Followed, signal: AbortSignal): Promise<void> => {
    const { handle } = one;
    const isLive = live.state().status === "live";
    const goal = goalOf(one);
    const isOnL1 = goal !== "final" || !isL2(handle);
    const pollMs = isLive && !isOnL1 ? LIVE_POLL_MS : client.pollingInterval;
    const onStatus = (status: string) => change(one, { ...seen(status), error: null });
    try {
      const wait = handle.wait as (options: WaitFor<string>) => Promise<string>;
      const status = await wait({ for: goal, timeout: STEP_MS, pollMs, signal, onStatus });
      change(one, { ...seen(status), isOver: status === "final", error: null });
    } catch (error) {
      if (isCairnError(error, "sdk/aborted")) return;
      if (isCairnError(error) && FAILURES.some((code) => code === error.code)) {
        // A reorg of L1 may undo that something else took its nonce.
        const isOver = error.code !== "l1/transaction-replaced" || error.details.isFinal === true;
        change(one, { isOver, isFailed: true, error });
        if (!isOver) await pause(LIVE_POLL_MS, signal);
        return;
      }
      const status = isCairnError(error) ? error.details.status : undefined;
      if (typeof status === "string") return change(one, { ...seen(status), error: null });
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      change(one, { error: cause instanceof Error ? cause : new Error(String(cause)) });
      await pause(client.pollingInterval, signal);
    }
  };

  const followToItsEnd = async (one: Followed, signal: AbortSignal): Promise<void> => {
    const isCurrent = () => followed.get(one.handle.id) === one;
    while (!one.progress.isOver && !signal.aborted && isCurrent()) {
      const looking = new AbortController();
      one.wake = () => looking.abort();
      await step(one, AbortSignal.any([signal, looking.signal]));
      if (looking.signal.aborted) await pause(LEAST_GAP_MS, signal);
    }
    if (isCurrent()) await forget(one);
  };

  /** Requests that nobody named but this package are kept until nothing can come of them. */
  const forget = async ({ handle, progress }: Followed): Promise<void> => {
    if (!progress.isOver || progress.isFailed || !isOurName(handle.id) || held.has(handle.id)) return;
    const ageMs = Date.now() - Date.parse(handle.toJSON().createdAt);
    if (!made.has(handle.id) && ageMs < FORGET_MS) return;
    // What cannot be forgotten now is found in the storage next time.
    await handle.forget().catch(() => undefined);
  };

  const follow = (handle: AnyHandle): void => {
    // After a failure another transaction may be sent under the same name, and lists go on with further ones.
    const before = followed.get(handle.id);
    if (before !== undefined && isSameRequest(before.handle, handle)) return;
    before?.wake();
    const one: Followed = { handle, progress: UNSEEN, wake: () => undefined };
    followed.set(handle.id, one);
    tell();
    if (running !== null) void followToItsEnd(one, running);
  };

  const wakeAll = (isMeant: (handle: AnyHandle) => boolean): void => {
    for (const one of followed.values()) if (!one.progress.isOver && isMeant(one.handle)) one.wake();
  };

  const load = async (id?: string): Promise<void> => {
    for (const handle of await requests(client)) if (id === undefined || handle.id === id) follow(handle);
  };

  return {
    start: () => {
      const ending = new AbortController();
      running = ending.signal;
      const ends = [
        onForeignRequests(client, ending.signal, load),
        live.onEntry((event) => wakeAll((handle) => isAbout(event, handle))),
        live.onState(() => wakeAll(() => true)),
      ];
      for (const one of followed.values()) void followToItsEnd(one, ending.signal);
      return () => {
        if (running === ending.signal) running = null;
        ending.abort();
        for (const end of ends) end();
      };
    },
    follow,
    load,
    isDecided: (id) => {
      const progress = followed.get(id)?.progress ?? UNSEEN;
      return progress.isOver || !UNDECIDED.includes(progress.status);
    },
    hold: (id) => {
      held.add(id);
      made.add(id);
      return () => {
        held.delete(id);
        const one = followed.get(id);
        if (one !== undefined) void forget(one);
      };
    },
    progressOf: (id) => followed.get(id)?.progress ?? UNSEEN,
    list: () => list,
    onChange: changes.add,
  };
}

/** Loads what other tabs have written, a while after the first of it; returns what ends that. */
function onForeignRequests({ cairn }: CairnClient, signal: AbortSignal, load: () => Promise<void>): () => void {
  let isWaiting = false;
  const hear = (name: string | null): void => {
    if (isWaiting || name?.includes(REQUEST) === false) return;
    isWaiting = true;
    void pause(LEAST_GAP_MS, signal).then(() => {
      isWaiting = false;
      // Who cannot read the storage now is told so by the next hook that loads it.
      if (!signal.aborted) load().catch(() => undefined);
    });
  };
  const end = cairn.hasStorage ? cairn.storage().onChange?.(hear) : undefined;
  return () => end?.();
}

function seen(status: string): Partial<Progress> {
  return { status: status as Progress["status"], seenAtMs: Date.now() };
}

/** The node tells of a request from a status on; until then L1 is asked in its own rhythm. */
function goalOf({ handle, progress }: Followed): string {
  const { kind } = handle;
  if (!(kind in KNOWN_TO_NODE)) return "final";
  const isBefore = progress.status === null || ["prepared", "sent", "mined"].includes(progress.status);
  return isBefore ? KNOWN_TO_NODE[kind as keyof typeof KNOWN_TO_NODE] : "final";
}

function isL2({ kind }: AnyHandle): boolean {
  return kind === "transfer" || kind === "payMany" || kind === "withdraw" || kind === "swap" || kind in KNOWN_TO_NODE;
}

function isSameRequest(a: AnyHandle, b: AnyHandle): boolean {
  return a === b || a.hashes().join() === b.hashes().join();
}

/** Whether something that happened may move a request on. */
function isAbout({ entry }: EntryEvent, handle: AnyHandle): boolean {
  const ids = [entry.id, entry.l1Transaction].filter((id) => id !== null);
  if (entry.type === "payout") return handle.kind === "withdraw" || handle.kind === "forceWithdraw";
  return handle.hashes().some((hash) => ids.some((id) => isSame(id, hash)));
}
