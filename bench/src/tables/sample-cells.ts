import type { Sample } from "../sample.ts";

/** Cells of a sample: median, and lowest to highest when there was more than one run. */
export function sampleCells(sample: Sample, format: (value: number) => string): [median: string, spread: string] {
  const { median, lowest, highest, runs } = sample;
  return [format(median), runs > 1 ? `${format(lowest)} … ${format(highest)}` : "–"];
}
