import { isCairnError } from "@cairn/protocol";
import type { AnyHandle } from "@cairn/sdk";
import { useCallback, useEffect, useRef, useState } from "react";
import type { SessionClient } from "../session/client.ts";

/** Kinds of requests that leave a rollup. */
const KINDS: ReadonlySet<string> = new Set(["forceWithdraw", "freeze", "exit", "reclaim", "payOut", "claim"]);

/** A request that was sent, or may have been. */
export interface UnderWay {
  readonly id: string;
  readonly kind: AnyHandle["kind"];
  /** Whether the wallet has said that it sent it. */
  readonly isSent: boolean;
  /** Gives up on it; only for one of which the wallet has said nothing: what happens nevertheless happens once. */
  readonly forget: () => void;
}

/** What has been asked of the wallet and is not on L1 yet, of this visit and of earlier ones. */
export interface UnderWayState {
  readonly list: readonly UnderWay[];
  /** Whether the wallet is being asked. */
  readonly isAsking: boolean;
  readonly error: Error | null;
  /** Asks the wallet, and follows what it sends; one at a time. */
  readonly run: (act: () => Promise<AnyHandle>) => void;
}

/** Follows the requests of a client until L1 has them; calls back when one is there or has failed. */
export function useUnderWay(client: SessionClient, onChange: () => void): UnderWayState {
  const [list, setList] = useState<readonly UnderWay[]>([]);
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const followed = useRef(new Set<string>());
  const changed = useRef(onChange);
  changed.current = onChange;

  const follow = useCallback(async (handle: AnyHandle, visit: AbortSignal): Promise<void> => {
    const { id, kind } = handle;
    if (followed.current.has(id)) return;
    followed.current.add(id);
    const ending = new AbortController();
    const signal = AbortSignal.any([visit, ending.signal]);
    const forget = () => {
      ending.abort();
      handle.forget({ undecided: true }).catch((cause: unknown) => setError(asError(cause)));
    };
    setList((before) => [...before, { id, kind, isSent: handle.hashes().length > 0, forget }]);
    try {
      await (handle.wait as (options: object) => Promise<unknown>)({ for: "mined", signal });
      await forgetFinal(handle);
    } catch (cause) {
      if (visit.aborted) return;
      if (!signal.aborted) setError(asError(cause));
    }
    followed.current.delete(id);
    setList((before) => before.filter((one) => one.id !== id));
    changed.current();
  }, []);

  const takeUp = useCallback(
    async (visit: AbortSignal): Promise<void> => {
      for (const handle of await client.requests()) {
        if (!KINDS.has(handle.kind)) continue;
        if (await isOver(handle)) await forgetFinal(handle);
        else void follow(handle, visit);
      }
    },
    [client, follow],
  );

  const visit = useRef<AbortController | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    visit.current = controller;
    takeUp(controller.signal).catch((cause: unknown) => setError(asError(cause)));
    return () => {
      controller.abort();
      followed.current.clear();
      setList([]);
    };
  }, [takeUp]);

  const run = useCallback(
    (act: () => Promise<AnyHandle>) => {
      const signal = visit.current?.signal;
      if (signal === undefined) return;
      setAsking(true);
      setError(null);
      act()
        .then((handle) => void follow(handle, signal))
        .catch(async (cause: unknown) => {
          setError(asError(cause));
          // The wallet may have sent what it did not answer.
          await takeUp(signal);
        })
        .catch((cause: unknown) => setError(asError(cause)))
        .finally(() => setAsking(false));
    },
    [follow, takeUp],
  );
  return { list, isAsking, error, run };
}

/** Whether L1 has it: then it is not under way. */
async function isOver(handle: AnyHandle): Promise<boolean> {
  const status: string = await handle.status();
  return status !== "prepared" && status !== "sent";
}

/** A request that nothing can undo is no longer kept. */
async function forgetFinal(handle: AnyHandle): Promise<void> {
  if ((await handle.status()) !== "final") return;
  await handle.forget().catch((cause: unknown) => {
    if (!isCairnError(cause, "sdk/outcome-unknown")) throw cause;
  });
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new TypeError(String(cause));
}
