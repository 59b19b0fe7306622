import type { Progress } from "@cairn/react";
import { type RequestKind, STATUSES } from "@cairn/sdk";
import type { ReactElement } from "react";
import { type Step, type StepState, Steps } from "../../ui/steps.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Problem } from "../problems/problem.tsx";
import { REQUEST_TEXTS } from "./texts.ts";

/** Of two ends of a payout only the one that happens is a step. */
const EITHER = ["paid", "claimable"] as const;

/**
 * How far a request is, as steps.
 *
 * @example <RequestSteps kind="deposit" progress={useHandle(handle)} />
 */
export function RequestSteps({
  kind,
  progress: { status, isFailed, error },
}: {
  readonly kind: RequestKind;
  readonly progress: Progress;
}): ReactElement {
  const texts = useTexts(REQUEST_TEXTS);
  const order: readonly string[] = STATUSES[kind].filter(
    (one) => !EITHER.some((end) => end === one) || one === (status === "claimable" ? "claimable" : "paid"),
  );
  const at = status === null ? -1 : order.indexOf(status);
  const stateOf = (index: number): StepState => {
    if (index <= at) return "done";
    if (index > at + 1) return "later";
    return isFailed ? "failed" : "now";
  };
  const steps: readonly Step[] = order.map((name, index) => ({
    key: name,
    title: texts.statuses[name as keyof typeof texts.statuses],
    state: stateOf(index),
  }));
  return (
    <div data-request-status={status ?? ""} className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <Steps name={texts.progress} steps={steps} />
      {isFailed && error !== null && <Problem error={error} />}
      {!isFailed && error !== null && <p className="text-sm text-older">{texts.trouble}</p>}
    </div>
  );
}
