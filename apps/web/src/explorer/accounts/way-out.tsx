import type { ExitReadiness } from "@cairn/verify";
import type { ReactElement } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { useExitReadiness } from "../../data/use-l1.ts";
import { Section } from "../../ui/layout.tsx";
import { Loading, Notice } from "../../ui/states.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, At, durationText } from "../../ui/values.tsx";
import { Verdict } from "../verdict.tsx";
import { escapeSteps, type StepName, type StepState } from "./escape-steps.ts";
import { TEXTS } from "./way-out-texts.ts";

const ETH = { id: 0, symbol: "ETH", decimals: 18 };
const STEPS: readonly StepName[] = ["request", "submit", "freeze", "exit"];
const STAGE_STYLES = {
  healthy: "border-l-checked",
  idle: "border-l-older",
  overdue: "border-l-older",
  frozen: "border-l-refuted",
  exited: "border-l-line",
} as const;

/** How an account leaves without the operator: which step is open, from when, and what it costs; L1 says all of it. */
export function WayOut({ index }: { readonly index: number }): ReactElement {
  const texts = useTexts(TEXTS);
  const { verifier } = useRollup();
  const { data, error } = useExitReadiness(index);
  return (
    <Section title={texts.title} aside={data && <Mark truth="l1" />}>
      {verifier === null ? (
        <Notice title={texts.title} text={texts.noL1} />
      ) : data !== undefined ? (
        <Ladder ready={data} />
      ) : error === null ? (
        <Loading />
      ) : (
        <Verdict error={error} />
      )}
    </Section>
  );
}

function Ladder({ ready }: { readonly ready: ExitReadiness }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const states = escapeSteps(ready);
  const block = new Intl.NumberFormat(locale).format(ready.l1.block);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <p className="max-w-prose text-sm text-soft">{texts.lead}</p>
      <div
        role="status"
        data-stage={ready.stage}
        className={`card grid gap-1 border-l-4 px-4 py-3 text-sm ${STAGE_STYLES[ready.stage]}`}
      >
        <p className="font-semibold">{texts.names[ready.stage]}</p>
        <p>{texts.stages[ready.stage]}</p>
      </div>
      <ol className="card divide-y divide-line">
        {STEPS.map((step, place) => (
          <li
            key={step}
            data-step={step}
            data-state={states[step].type}
            className="grid gap-x-6 gap-y-1 px-4 py-3 text-sm sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]"
          >
            <p className="font-medium">
              <span className="mr-2 text-soft">{place + 1}</span>
              {texts.steps[step]}
            </p>
            <div className="grid gap-0.5">
              <p>
                <State state={states[step]} step={step} />
              </p>
              {states[step].type !== "closed" && states[step].type !== "done" && (
                <p className="text-soft">
                  {texts.cost}: <Cost step={step} ready={ready} />
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
      <p className="text-sm">
        <a href="./wallet.html#/leave" className="link">
          {texts.leave}
        </a>
      </p>
      <p className="text-xs text-soft">
        {texts.asOf(block)}, <At ms={ready.now * 1000} />
      </p>
    </div>
  );
}

function State({ state, step }: { readonly state: StepState; readonly step: StepName }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  switch (state.type) {
    case "open":
      return <strong className="font-semibold text-checked">{texts.open}</strong>;
    case "done":
      return <>{texts.done}</>;
    case "closed":
      return (
        <span className="text-soft">
          {texts.closed}: {step === "request" ? texts.sinceFreeze : texts.notNeeded}
        </span>
      );
    case "afterFreeze":
      return (
        <>
          {texts.later}: {texts.afterFreeze}
        </>
      );
    case "afterWaiting":
      return (
        <>
          {texts.later}: {texts.afterWaiting(durationText(state.seconds, locale))}
        </>
      );
    case "opensAt":
      return (
        <>
          {texts.from} <At ms={state.at * 1000} />
        </>
      );
  }
}

function Cost({ step, ready }: { readonly step: StepName; readonly ready: ExitReadiness }): ReactElement {
  const texts = useTexts(TEXTS);
  if (step === "submit") return <>{texts.batchCost}</>;
  const { costWei, queueFeeWei } = ready;
  if (step !== "request") {
    return (
      <>
        {texts.about} <Amount value={roughly(costWei[step])} token={ETH} />
      </>
    );
  }
  return (
    <>
      {texts.about} <Amount value={roughly(costWei.requestWithdraw)} token={ETH} />, {texts.feeAndGas}{" "}
      <Amount value={queueFeeWei} token={ETH} />
    </>
  );
}

/** Three digits of it: more would pretend to know the price of the L1 block to come. */
function roughly(wei: bigint): bigint {
  const unit = 10n ** BigInt(Math.max(0, wei.toString().length - 3));
  return ((wei + unit / 2n) / unit) * unit;
}
