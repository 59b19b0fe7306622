import { isCairnError } from "@cairn/protocol";
import { type ReactElement, useState } from "react";
import type { RestorerState } from "../data/restorer.ts";
import { useRestorer } from "../data/use-restorer.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/states.tsx";
import { useLocale, useTexts } from "../ui/use-texts.ts";
import { durationText } from "../ui/values.tsx";
import type { RestoreStep } from "../workers/restorer-protocol.ts";
import { Sources } from "./sources.tsx";
import { TEXTS } from "./texts.ts";

/** Begins the rebuilding of the state, shows how far it is, and ends it. */
export function Rebuild(): ReactElement {
  const texts = useTexts(TEXTS);
  const { restorer, state } = useRestorer();
  const [file, setFile] = useState<Blob | null>(null);
  if (restorer === null) return <Notice title={texts.start} text={texts.noL1} />;
  const isRunning = state.status === "running";
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4" data-rebuilding={state.status}>
      {state.status === "idle" && <p className="max-w-prose text-sm text-soft">{texts.before}</p>}
      {state.status === "failed" && <FailedRun error={state.error} />}
      {isRunning && <Running state={state} />}
      <div className="flex flex-wrap gap-3">
        {isRunning ? (
          <Button onClick={restorer.cancel}>{texts.cancel}</Button>
        ) : (
          <Button onClick={() => restorer.start(file)}>
            {{ idle: texts.start, done: texts.again, failed: texts.retry }[state.status]}
          </Button>
        )}
      </div>
      {state.status === "done" && (
        <p className="text-xs text-soft">{state.summary.isKept ? texts.kept : texts.notKept}</p>
      )}
      {!isRunning && <Sources onFile={setFile} />}
    </div>
  );
}

function Running({ state }: { readonly state: Extract<RestorerState, { status: "running" }> }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { step } = state;
  return (
    <div className="card grid gap-2 px-4 py-4">
      <progress
        aria-label={texts.progress}
        className="h-2 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-checked [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-checked"
        {...(step === null ? {} : shareOf(step))}
      />
      <p role="status" className="text-sm">
        {step === null ? texts.beginning : stepText(step, texts, locale)}
      </p>
    </div>
  );
}

function shareOf(step: RestoreStep): { readonly value?: number; readonly max?: number } {
  if (step.type === "sums") return { value: step.accounts, max: Math.max(1, step.of) };
  return step.batchCount === null ? {} : { value: step.batch, max: Math.max(1, step.batchCount) };
}

function stepText(step: RestoreStep, texts: (typeof TEXTS)["en"], locale: ReturnType<typeof useLocale>): string {
  const count = (value: number) => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value);
  if (step.type === "sums") return texts.sums(count(step.accounts), count(step.of));
  const { batch, batchCount, transactionsPerSecond, etaSeconds } = step;
  const parts = [
    batchCount === null ? texts.batchesOnly(count(batch)) : texts.batches(count(batch), count(batchCount)),
    ...(transactionsPerSecond >= 1 ? [texts.perSecond(count(transactionsPerSecond))] : []),
    ...(etaSeconds !== null && etaSeconds >= 1 ? [texts.left(durationText(etaSeconds, locale))] : []),
  ];
  return parts.join(" · ");
}

function FailedRun({ error }: { readonly error: Error }): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <div role="alert" className="card grid gap-1 border-l-4 border-l-refuted px-4 py-3 text-sm">
      <p className="font-semibold text-refuted">{texts.failed}</p>
      <p lang="en">{error.message}</p>
      {isCairnError(error) && error.code === "l1/blob-unavailable" && <p>{texts.blobHint}</p>}
    </div>
  );
}
