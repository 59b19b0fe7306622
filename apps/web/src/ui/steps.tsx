import type { ReactElement, ReactNode } from "react";
import { defineTexts } from "../base/locale.ts";
import { Icon, type IconName } from "./icons.tsx";
import { useTexts } from "./use-texts.ts";

const TEXTS = defineTexts({
  en: { done: "done", now: "now", later: "later", failed: "failed" },
  de: { done: "erledigt", now: "jetzt", later: "später", failed: "fehlgeschlagen" },
});

/** How far a step is. */
export type StepState = "done" | "now" | "later" | "failed";

/** One of {@link Steps}. */
export interface Step {
  readonly key: string;
  readonly title: ReactNode;
  readonly state: StepState;
  /** Below the title. */
  readonly detail?: ReactNode;
}

const COLOURS: Readonly<Record<StepState, string>> = {
  done: "text-checked",
  now: "text-l1",
  later: "text-soft",
  failed: "text-refuted",
};
const SHAPES: Readonly<Record<StepState, IconName | null>> = {
  done: "checked",
  now: "right",
  later: null,
  failed: "refuted",
};

/** Steps one after another, and how far they are; each that is done is announced. */
export function Steps({ name, steps }: { readonly name: string; readonly steps: readonly Step[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const lastDone = steps.findLast(({ state }) => state === "done");
  return (
    <div className="grid grid-cols-[minmax(0,1fr)]">
      <p role="status" className="sr-only">
        {lastDone !== undefined && (
          <>
            {lastDone.title} ({texts.done})
          </>
        )}
      </p>
      <ol aria-label={name} className="grid grid-cols-[minmax(0,1fr)] gap-3">
        {steps.map((step) => (
          <OneStep key={step.key} step={step} />
        ))}
      </ol>
    </div>
  );
}

function OneStep({ step: { key, title, state, detail } }: { readonly step: Step }): ReactElement {
  const texts = useTexts(TEXTS);
  const shape = SHAPES[state];
  return (
    <li
      data-step={key}
      data-state={state}
      aria-current={state === "now" ? "step" : undefined}
      className="grid grid-cols-[1.5rem_minmax(0,1fr)] items-start gap-x-2"
    >
      <span className={`mt-0.5 inline-grid size-5 place-items-center rounded-full border ${COLOURS[state]}`}>
        {shape !== null && <Icon name={shape} className="text-xs" />}
      </span>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <span className={state === "later" ? "text-soft" : "font-medium"}>
          {title} <span className="sr-only">({texts[state]})</span>
        </span>
        {detail !== undefined && <div className="text-sm">{detail}</div>}
      </div>
    </li>
  );
}
