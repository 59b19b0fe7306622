import type { AnyHandle } from "@cairn/sdk";
import type { ReactElement, ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { type Step, type StepState as StepLook, Steps } from "../../ui/steps.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, At, amountText, durationText, exactTime, type TokenLabel, tokenName } from "../../ui/values.tsx";
import type { LeaveActions } from "./actions.ts";
import { leavePlan, leavingTogether, offered, STEPS, type StepName, type StepState } from "./plan.ts";
import { TEXTS } from "./texts.ts";
import type { Found } from "./use-holdings.ts";
import type { UnderWayState } from "./use-under-way.ts";

const ETH: TokenLabel = { id: 0, symbol: "ETH", decimals: 18 };
const LOOKS: Readonly<Record<StepState["type"], StepLook>> = {
  now: "now",
  done: "done",
  none: "done",
  afterFreeze: "later",
  afterRequest: "later",
  opensAt: "later",
};
const COSTS: Readonly<Record<StepName, keyof Found["costWei"]>> = {
  request: "requestWithdraw",
  freeze: "freeze",
  exit: "exit",
  reclaim: "reclaim",
  payOut: "payOut",
  claim: "claim",
};

/** Something that the wallet can be asked for. */
interface Offer {
  readonly key: string;
  readonly text: string;
  /** How often the step's cost comes to. */
  readonly times: number;
  readonly act: () => Promise<AnyHandle>;
}

/** The steps of leaving, each explained before it happens, with its clock and what it costs. */
export function LeaveSteps({
  found,
  actions,
  underWay: { isAsking, list, run },
  tokenOf,
}: {
  readonly found: Found;
  readonly actions: LeaveActions;
  readonly underWay: UnderWayState;
  readonly tokenOf: (id: number) => TokenLabel;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { holdings, ladder, costWei } = found;
  const plan = leavePlan(holdings, ladder);
  // What the wallet never answered may be over: it must not stand in the way for ever.
  const isBusy = isAsking || list.some(({ isSent }) => isSent);
  const named = (tokenId: number, amount: bigint) => {
    const token = tokenOf(tokenId);
    return `${amountText(amount, token.decimals ?? 0, locale)} ${tokenName(token)}`;
  };
  const offers = (step: StepName): readonly Offer[] => {
    switch (step) {
      case "request":
        return leavingTogether(holdings)
          .flat()
          .map((index) => ({
            key: String(index),
            text: texts.buttons.request(String(index)),
            times: 1,
            act: () => actions.request(index, ladder.queueTail),
          }));
      case "freeze":
        return [{ key: "freeze", text: texts.buttons.freeze, times: 1, act: actions.freeze }];
      case "exit":
        return leavingTogether(holdings).map((indices) => {
          const names = texts.accounts(indices, new Intl.ListFormat(locale).format(indices.map(String)));
          const text = texts.buttons.exit(names);
          return { key: indices.join(), text, times: indices.length, act: () => actions.exit(indices) };
        });
      case "reclaim":
        return holdings.entries.map((entry) => ({
          key: String(entry.position),
          text: texts.buttons.reclaim(String(entry.position)),
          times: 1,
          act: () => actions.reclaim(entry),
        }));
      case "payOut":
        return offered(holdings.payouts).map((payout) => ({
          key: `${payout.batch} ${payout.position}`,
          text: texts.buttons.payOut(named(payout.tokenId, payout.amount)),
          times: 1,
          act: () => actions.payOut(payout),
        }));
      case "claim":
        return offered(holdings.claims).map((one) => ({
          key: String(one.tokenId),
          text: texts.buttons.claim(named(one.tokenId, one.amount)),
          times: 1,
          act: () => actions.claim(one),
        }));
    }
  };
  const clock = (step: StepName): ReactNode => {
    const state = plan[step];
    switch (state.type) {
      case "done": {
        if (step === "freeze") return texts.frozen;
        const { oldestEnqueuedAt, overdueAt } = ladder;
        if (holdings.isFrozen || oldestEnqueuedAt === null || overdueAt === null) return null;
        const [since, from] = [oldestEnqueuedAt, overdueAt].map((time) => exactTime(time * 1000, locale));
        return `${texts.clockRuns(since ?? "")} ${texts.overdue(from ?? "")}`;
      }
      case "none":
        return texts.none;
      case "afterFreeze":
        return texts.afterFreeze;
      case "afterRequest":
        return texts.afterRequest(durationText(ladder.freezeDelay, locale));
      case "opensAt":
        return (
          <>
            {texts.opensAt} <At ms={state.at * 1000} />;{" "}
            {texts.opensIn(durationText(rounded(state.at - ladder.now), locale))}
          </>
        );
      case "now":
        return null;
    }
  };
  const steps = STEPS.map((name): Step => {
    const isNow = plan[name].type === "now";
    const isKnown = isNow || plan[name].type.startsWith("after") || plan[name].type === "opensAt";
    return {
      key: name,
      title: texts.titles[name],
      state: LOOKS[plan[name].type],
      detail: (
        <div className="grid max-w-prose grid-cols-[minmax(0,1fr)] gap-2">
          {isKnown && <p className="text-soft">{texts.explain[name]}</p>}
          {clock(name) !== null && <p>{clock(name)}</p>}
          {isNow &&
            offers(name).map(({ key, text, times, act }) => (
              <div key={key} className="grid gap-1">
                <Button kind={name === "freeze" ? "danger" : "primary"} isDisabled={isBusy} onClick={() => run(act)}>
                  {text}
                </Button>
                <p className="text-xs text-soft">
                  {texts.cost} <Amount value={roughly(BigInt(times) * costWei[COSTS[name]])} token={ETH} />
                  {name === "request" && `, ${texts.queueFee(named(0, ladder.queueFeeWei))}`}
                </p>
              </div>
            ))}
        </div>
      ),
    };
  });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {!holdings.isFrozen && ladder.oldestEnqueuedAt === null && (
        <p className="max-w-prose text-sm text-soft">{texts.working}</p>
      )}
      <Steps name={texts.steps} steps={steps} />
    </div>
  );
}

/** To the hour if it is more than a day, or else to the minute if it is more than an hour; never too short. */
function rounded(seconds: number): number {
  const unit = seconds > 24 * 3600 ? 3600 : seconds > 3600 ? 60 : 1;
  return Math.ceil(seconds / unit) * unit;
}

/** Three digits of it: more would pretend to know the price of the L1 block to come. */
function roughly(wei: bigint): bigint {
  const unit = 10n ** BigInt(Math.max(0, wei.toString().length - 3));
  return ((wei + unit / 2n) / unit) * unit;
}
