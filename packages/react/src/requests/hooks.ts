import type { AnyHandle, Handle, RequestKind } from "@cairn/sdk";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { useCairn } from "../provider/context.ts";
import { type FollowedRequest, type Progress, UNSEEN } from "./progress.ts";

/** What {@link useRequests} returns. */
export interface Requests {
  /** Oldest first: what the storage had, and what was sent since; also what has become final since then. */
  readonly requests: readonly FollowedRequest[];
  /** The storage has not answered yet. */
  readonly isLoading: boolean;
  /** Why the storage cannot be read. */
  readonly error: Error | null;
  /** Reads the storage again, in which other tabs write too. */
  readonly reload: () => Promise<void>;
}

/**
 * How far a request is, from the moment that it was sent until it is final. The provider follows it to its end, also when
 * the component is gone, and sends again what was lost: that happens to what was signed, and signs nothing. Throws
 * `react/no-provider`.
 *
 * @example
 * const { status, isOver, error } = useHandle(handle); // "received", "confirmed", "proven", "final"
 */
export function useHandle<Kind extends RequestKind>(handle: Handle<Kind> | null | undefined): Progress<Kind> {
  const { following } = useCairn();
  useEffect(() => {
    if (handle) following.follow(handle as unknown as AnyHandle);
  }, [following, handle]);
  const id = handle?.id;
  const progress = useSyncExternalStore(
    following.onChange,
    () => (id === undefined ? UNSEEN : following.progressOf(id)),
    () => UNSEEN,
  );
  return progress as Progress<Kind>;
}

/**
 * The requests that the client's storage keeps: after a reload, what is unfinished goes on here. Use it in a component
 * that is always there. Throws `react/no-provider`.
 *
 * @example
 * const { requests } = useRequests();
 * const open = requests.filter(({ progress }) => !progress.isOver);
 */
export function useRequests(): Requests {
  const { following } = useCairn();
  const [{ isLoading, error }, setState] = useState<Pick<Requests, "isLoading" | "error">>({
    isLoading: true,
    error: null,
  });
  const reload = useCallback(async () => {
    try {
      await following.load();
      setState({ isLoading: false, error: null });
    } catch (problem) {
      setState({ isLoading: false, error: problem instanceof Error ? problem : new Error(String(problem)) });
    }
  }, [following]);
  useEffect(() => {
    void reload();
  }, [reload]);
  const requests = useSyncExternalStore(following.onChange, following.list, () => NOTHING);
  return { requests, isLoading, error, reload };
}

const NOTHING: readonly FollowedRequest[] = [];
