import { payoutReportToCsv } from "@cairn/sdk/payouts";
import type { ReactElement } from "react";
import { saveFile } from "../../base/save-file.ts";
import { useRollup } from "../../data/rollup.tsx";
import { Button } from "../../ui/button.tsx";
import { Page, Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Ago, Count } from "../../ui/values.tsx";
import { rollupName, useKept } from "../kept/use-kept.ts";
import { Problem } from "../problems/problem.tsx";
import { NeedsSession, useSession } from "../session/session.tsx";
import { Checked, Problems } from "./checked.tsx";
import { type KeptList, listsOf } from "./kept-lists.ts";
import { ListForm } from "./list-form.tsx";
import { TEXTS } from "./texts.ts";
import { type PayoutState, usePayout } from "./use-payout.ts";

/** Pays lists of payments, each line once. */
export function PayoutsPage(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <NeedsSession>
      <Page title={texts.title} lead={texts.lead}>
        <Lists />
      </Page>
    </NeedsSession>
  );
}

function Lists(): ReactElement {
  const texts = useTexts(TEXTS);
  const { state, isKept, check, pay, stop, reset } = usePayout();
  const isBusy = state.type === "paying" || state.type === "checking";
  return (
    <>
      {!isBusy && state.type !== "done" && <Unfinished goOn={(list) => pay(list)} />}
      {state.type !== "paying" && state.type !== "done" && state.type !== "stopped" && (
        <ListForm isBusy={isBusy} onCheck={check} />
      )}
      <div role="status" aria-live="polite" className="grid grid-cols-[minmax(0,1fr)] gap-4" data-payout={state.type}>
        {state.type === "checking" && <p className="text-sm text-soft">{texts.checking}</p>}
        {state.type === "problems" && <Problems problems={state.problems} />}
        {state.type === "repeated" && (
          <div className="card grid gap-3 border-l-4 border-l-refuted px-4 py-4 text-sm">
            <p>{texts.repeated(state.name)}</p>
            <Button kind="danger" onClick={() => check(state.source, true)}>
              {texts.again}
            </Button>
          </div>
        )}
        {state.type === "checked" && (
          <Checked check={state.check} onPay={() => pay(state.source, state.isRepetition)} />
        )}
        {state.type === "paying" && <Progress paid={state.paid} lines={state.lines} stop={stop} />}
        {state.type === "paying" && !isKept && <p className="text-sm text-refuted">{texts.lost}</p>}
        {state.type === "stopped" && <p className="text-sm">{texts.stopped}</p>}
        {state.type === "failed" && <Problem error={state.error} />}
        {state.type === "done" && <Done state={state} goOn={() => pay(state.source)} reset={reset} />}
      </div>
    </>
  );
}

/** Lists that were begun and are not paid. */
function Unfinished({ goOn }: { readonly goOn: (list: KeptList) => void }): ReactElement | null {
  const texts = useTexts(TEXTS);
  const { signer } = useSession();
  const { config } = useRollup();
  const kept = listsOf(rollupName(config));
  const lists = useKept(kept).filter(({ key }) => key === String(signer.key));
  if (lists.length === 0) return null;
  return (
    <Section title={texts.unfinished}>
      <ul aria-label={texts.unfinished} className="card divide-y divide-line text-sm">
        {lists.map((list) => (
          <li key={list.name} data-list={list.name} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
            <span className="font-medium">{list.name}</span>
            <span className="text-soft">
              {texts.begun} <Ago ms={list.begunAtMs} />
            </span>
            <span className="ml-auto flex gap-2">
              <Button kind="primary" onClick={() => goOn(list)}>
                {texts.goOn}
              </Button>
              <Button onClick={() => kept.change((before) => before.filter(({ name }) => name !== list.name))}>
                {texts.dismiss}
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Progress({
  paid,
  lines,
  stop,
}: {
  readonly paid: number;
  readonly lines: number;
  readonly stop: () => void;
}): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <div className="card grid gap-3 px-4 py-4">
      <progress
        max={lines}
        value={paid}
        aria-label={texts.title}
        className="h-2 w-full accent-checked"
        data-paid={paid}
      />
      <p className="text-sm">{texts.paying(String(paid), String(lines))}</p>
      <Button onClick={stop}>{texts.stop}</Button>
    </div>
  );
}

function Done({
  state: { report },
  goOn,
  reset,
}: {
  readonly state: Extract<PayoutState, { readonly type: "done" }>;
  readonly goOn: () => void;
  readonly reset: () => void;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const all = report.lines.length;
  const paid = report.lines.filter(({ status }) => ["confirmed", "proven", "final"].includes(status)).length;
  return (
    <div className="card grid gap-4 px-4 py-4" data-complete={report.isComplete}>
      <p>
        {report.isComplete ? texts.done(String(all)) : texts.partly(String(paid), String(all))} <Count value={paid} />/
        <Count value={all} />
      </p>
      <div className="flex flex-wrap gap-3">
        <Button onClick={() => saveFile(`${report.name}.result.csv`, payoutReportToCsv(report), "text/csv")}>
          {texts.report}
        </Button>
        {!report.isComplete && (
          <Button kind="primary" onClick={goOn}>
            {texts.goOn}
          </Button>
        )}
        <Button onClick={reset}>{texts.another}</Button>
      </div>
    </div>
  );
}
