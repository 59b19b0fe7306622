import type { AnyHandle, RequestKind, StatusOf } from "@cairn/sdk";

/** How far a request is. */
export interface Progress<Kind extends RequestKind = RequestKind> {
  /** What was seen last; null before the first look. */
  readonly status: StatusOf<Kind> | null;
  /** When that was, in milliseconds since the epoch; null before the first look. */
  readonly seenAtMs: number | null;
  /** It is final, or has failed: nothing changes any more. */
  readonly isOver: boolean;
  /** It has failed, and `error` says why. */
  readonly isFailed: boolean;
  /** Why it failed, or why nobody can say at the moment how far it is. */
  readonly error: Error | null;
}

/** A request that was sent, and how far it is. */
export interface FollowedRequest {
  readonly handle: AnyHandle;
  readonly progress: Progress;
}

/** Before the first look. */
export const UNSEEN: Progress<never> = { status: null, seenAtMs: null, isOver: false, isFailed: false, error: null };
