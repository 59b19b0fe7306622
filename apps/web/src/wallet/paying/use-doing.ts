import { useRef, useState } from "react";

/** How far something is that the user has asked for. */
export type Doing<Result> =
  | { readonly type: "idle" }
  | { readonly type: "busy" }
  | { readonly type: "done"; readonly result: Result }
  | { readonly type: "failed"; readonly error: Error };

/** Does something when it is asked to, and never twice at a time: not for a second click either. */
export function useDoing<Arg, Result>(
  work: (arg: Arg) => Promise<Result>,
): { readonly doing: Doing<Result>; readonly start: (arg: Arg) => void; readonly reset: () => void } {
  const [doing, setDoing] = useState<Doing<Result>>({ type: "idle" });
  const isBusy = useRef(false);
  const start = (arg: Arg): void => {
    if (isBusy.current) return;
    isBusy.current = true;
    setDoing({ type: "busy" });
    work(arg).then(
      (result) => {
        isBusy.current = false;
        setDoing({ type: "done", result });
      },
      (error: unknown) => {
        isBusy.current = false;
        setDoing({ type: "failed", error: error instanceof Error ? error : new TypeError(String(error)) });
      },
    );
  };
  return { doing, start, reset: () => setDoing({ type: "idle" }) };
}
