import type { ExitReadiness } from "@cairn/verify";

/** A step of the way out, in order. */
export type StepName = "request" | "submit" | "freeze" | "exit";

/** Where a step stands. */
export type StepState =
  | { readonly type: "open" | "done" | "closed" | "afterFreeze" }
  /** Seconds since the epoch. */
  | { readonly type: "opensAt"; readonly at: number }
  /** Seconds that an entry has to wait first, while none waits. */
  | { readonly type: "afterWaiting"; readonly seconds: number };

/** Where each step of an account's way out stands, by what the contract says. */
export function escapeSteps(ready: ExitReadiness): Readonly<Record<StepName, StepState>> {
  const { isFrozen, isSubmissionOpen, now, inclusionDelay, freezeDelay, idleAt, overdueAt, freezableAt, stage } = ready;
  const clock = (at: number | null, delay: number): StepState => {
    if (at === null) return { type: "afterWaiting", seconds: delay };
    return now >= at ? { type: "open" } : { type: "opensAt", at };
  };
  if (isFrozen) {
    const exit = stage === "exited" ? "done" : "open";
    return { request: { type: "closed" }, submit: { type: "closed" }, freeze: { type: "done" }, exit: { type: exit } };
  }
  const submitAt = idleAt === null || overdueAt === null ? null : Math.min(idleAt, overdueAt);
  return {
    request: { type: "open" },
    submit: isSubmissionOpen ? { type: "open" } : clock(submitAt, Math.min(ready.idleDelay, inclusionDelay)),
    freeze: clock(freezableAt, freezeDelay),
    exit: { type: "afterFreeze" },
  };
}
