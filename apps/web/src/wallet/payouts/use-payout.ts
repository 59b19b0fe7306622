import { isCairnError } from "@cairn/sdk";
import {
  checkPayout,
  type PayoutCheck,
  type PayoutList,
  type PayoutProblem,
  type PayoutReport,
  payout,
} from "@cairn/sdk/payouts";
import { useEffect, useRef, useState } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { rollupName } from "../kept/use-kept.ts";
import { useSession } from "../session/session.tsx";
import { type KeptList, listsOf } from "./kept-lists.ts";
import { problemsOf, readList } from "./read-list.ts";

/** How far a list is. */
export type PayoutState =
  | { readonly type: "empty" }
  | { readonly type: "checking" }
  | { readonly type: "problems"; readonly problems: readonly PayoutProblem[] }
  /** The same payments were begun under another name. */
  | { readonly type: "repeated"; readonly source: KeptList; readonly name: string }
  | { readonly type: "checked"; readonly source: KeptList; readonly check: PayoutCheck; readonly isRepetition: boolean }
  | { readonly type: "paying"; readonly source: KeptList; readonly paid: number; readonly lines: number }
  | { readonly type: "stopped"; readonly source: KeptList }
  | { readonly type: "done"; readonly source: KeptList; readonly report: PayoutReport }
  | { readonly type: "failed"; readonly source: KeptList; readonly error: Error };

/** Checks and pays a list. Leaving the page pauses it; what is signed goes on. */
export function usePayout() {
  const { client, signer } = useSession();
  const { config } = useRollup();
  const kept = listsOf(rollupName(config));
  const [state, setState] = useState<PayoutState>({ type: "empty" });
  const [isKept, setKept] = useState(true);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const failed = (source: KeptList, error: unknown): void => setState(stateAfter(source, error));
  const read = (source: KeptList): PayoutList | null => {
    const found = readList(source.text, source.format);
    if (found.type === "list") return found.list;
    setState({ type: "problems", problems: found.problems });
    return null;
  };

  const check = (given: Omit<KeptList, "key" | "begunAtMs">, isRepetition = false): void => {
    const source: KeptList = { ...given, key: String(signer.key), begunAtMs: Date.now() };
    const list = read(source);
    if (list === null) return;
    setState({ type: "checking" });
    checkPayout(client, { name: source.name, list, isRepetition }).then(
      (found) =>
        setState(
          found.problems.length > 0
            ? { type: "problems", problems: found.problems }
            : { type: "checked", source, check: found, isRepetition },
        ),
      (error: unknown) => failed(source, error),
    );
  };

  const pay = (source: KeptList, isRepetition = false): void => {
    const list = read(source);
    if (list === null || running.current?.signal.aborted === false) return;
    const ending = new AbortController();
    running.current = ending;
    // Before the first signature: whoever closes the page now finds the list again.
    setKept(kept.change((before) => [...before.filter(({ name }) => name !== source.name), source]));
    setState({ type: "paying", source, paid: 0, lines: list.lines.length });
    payout(client, {
      name: source.name,
      list,
      isRepetition,
      signal: ending.signal,
      onProgress: ({ paid, lines }) => setState({ type: "paying", source, paid, lines }),
    })
      .then(
        (report) => {
          if (report.isComplete) kept.change((before) => before.filter(({ name }) => name !== source.name));
          setState({ type: "done", source, report });
        },
        (error: unknown) => failed(source, error),
      )
      .finally(() => {
        if (running.current === ending) running.current = null;
      });
  };

  return {
    state,
    /** Whether the browser keeps the list that is being paid. */
    isKept,
    check,
    pay,
    stop: () => running.current?.abort(),
    reset: () => setState({ type: "empty" }),
  };
}

/** What a failure means for a list. */
function stateAfter(source: KeptList, error: unknown): PayoutState {
  const problems = problemsOf(error);
  if (problems !== null) return { type: "problems", problems };
  if (isCairnError(error, "sdk/aborted")) return { type: "stopped", source };
  const name = isCairnError(error, "sdk/request-conflict") ? error.details.name : null;
  if (typeof name === "string" && name !== source.name) return { type: "repeated", source, name };
  return { type: "failed", source, error: error instanceof Error ? error : new TypeError(String(error)) };
}
