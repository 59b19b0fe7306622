import type { AcceptedBatch } from "@cairn/verify";
import type { ReactElement } from "react";
import { useTexts } from "../../ui/use-texts.ts";
import { TEXTS } from "./texts.ts";

const WIDTH = 600;
const HEIGHT = 120;
const GAP = 0.25;
/** Even no time at all has a bar. */
const LEAST = 2;

/** The times between batches as bars on a logarithmic scale; the table below it says the same in words. */
export function IntervalChart({
  batches,
  limitSeconds,
}: {
  readonly batches: readonly AcceptedBatch[];
  /** From which interval on it is a gap. */
  readonly limitSeconds: number;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const bars = batches.flatMap(({ number, seconds, isGap }) => (seconds === null ? [] : [{ number, seconds, isGap }]));
  const most = Math.log1p(Math.max(limitSeconds * 1.5, ...bars.map(({ seconds }) => seconds)));
  const heightOf = (seconds: number) => Math.max(LEAST, (Math.log1p(seconds) / most) * HEIGHT);
  // Few bars are not drawn as wide blocks.
  const step = WIDTH / Math.max(bars.length, 30);
  const limit = HEIGHT - heightOf(limitSeconds);
  return (
    <figure className="card grid gap-3 px-4 py-4">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={texts.chart} className="h-auto w-full">
        {bars.map(({ number, seconds, isGap }, place) => (
          <rect
            key={number}
            data-gap={isGap}
            x={place * step + (step * GAP) / 2}
            width={step * (1 - GAP)}
            y={HEIGHT - heightOf(seconds)}
            height={heightOf(seconds)}
            rx={1.5}
            className={isGap ? "fill-refuted" : "fill-l1"}
          />
        ))}
        <line x1={0} x2={WIDTH} y1={limit} y2={limit} strokeDasharray="4 4" className="stroke-soft" />
      </svg>
      <figcaption className="text-xs text-soft">{texts.chartHint}</figcaption>
    </figure>
  );
}
