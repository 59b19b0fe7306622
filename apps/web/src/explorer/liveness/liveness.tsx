import type { AcceptedBatch, Liveness } from "@cairn/verify";
import type { ReactElement } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { useCheck } from "../../data/use-l1.ts";
import { Page, Section, Tile } from "../../ui/layout.tsx";
import { Loading, Notice } from "../../ui/states.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { At, Count, durationText } from "../../ui/values.tsx";
import { Verdict } from "../verdict.tsx";
import { IntervalChart } from "./interval-chart.tsx";
import { TEXTS } from "./texts.ts";

/** How regularly L1 accepts batches, and where there are gaps: L1 says all of it. */
export function LivenessPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { verifier } = useRollup();
  const { data, error } = useCheck(["liveness"], ["batch"], (verifier) => verifier.ask("liveness", {}));
  return (
    <Page title={texts.title} lead={texts.lead}>
      {verifier === null ? (
        <Notice title={texts.title} text={texts.noL1} />
      ) : data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Verdict error={error} />
        )
      ) : data.batches.length === 0 ? (
        <Notice title={texts.title} text={texts.noBatch} />
      ) : (
        <Intervals liveness={data} />
      )}
    </Page>
  );
}

function Intervals({ liveness }: { readonly liveness: Liveness }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { batches, medianSeconds, gapSeconds, sinceLast, l1 } = liveness;
  const count = (value: number) => new Intl.NumberFormat(locale).format(value);
  const gaps = batches.filter(({ isGap }) => isGap).length;
  const columns: readonly Column<AcceptedBatch>[] = [
    { name: texts.batch, cell: ({ number }) => number },
    { name: texts.time, cell: ({ at }) => <At ms={at * 1000} /> },
    { name: texts.block, from: "sm", isNumber: true, cell: ({ block }) => <Count value={block} /> },
    {
      name: texts.interval,
      isNumber: true,
      cell: ({ seconds, isGap }) =>
        seconds === null ? (
          <span className="text-soft">{texts.first}</span>
        ) : (
          <>
            {isGap && <strong className="mr-2 font-semibold text-refuted">{texts.gap}</strong>}
            {durationText(seconds, locale)}
          </>
        ),
    },
  ];
  return (
    <>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <dl className="grid grid-cols-[minmax(0,1fr)] gap-3 sm:grid-cols-3">
          <Tile name={texts.usual} note={texts.usualNote(count(Math.max(0, batches.length - 1)))}>
            {medianSeconds === null ? "–" : durationText(medianSeconds, locale)}
          </Tile>
          <Tile name={texts.since} note={texts.sinceNote(count(l1.block))}>
            {sinceLast === null ? "–" : durationText(sinceLast.seconds, locale)}
          </Tile>
          <Tile name={texts.gaps} note={gapSeconds === null ? "" : texts.gapsNote(durationText(gapSeconds, locale))}>
            <span data-gaps={gaps}>{count(gaps)}</span>
          </Tile>
        </dl>
        <Mark truth="l1" />
      </div>
      <Section title={texts.chart}>
        <p role="status" className="text-sm">
          {medianSeconds === null ? null : gaps === 0 ? texts.none : texts.someGaps(count(gaps))}{" "}
          {sinceLast?.isGap === true && texts.nowGap}
        </p>
        {gapSeconds !== null && <IntervalChart batches={batches} limitSeconds={gapSeconds} />}
      </Section>
      <Section title={texts.table}>
        <DataTable
          name={texts.table}
          columns={columns}
          rows={batches.toReversed()}
          keyOf={({ number }) => number}
          empty={texts.noBatch}
        />
      </Section>
    </>
  );
}
