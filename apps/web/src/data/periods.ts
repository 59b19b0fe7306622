/** Periods of a statement that people ask for. */
export const PERIODS = ["all", "thisMonth", "lastMonth", "thisYear", "lastYear"] as const;
/** One of {@link PERIODS}. */
export type Period = (typeof PERIODS)[number];

/**
 * The first second of a period and the first after it, since the epoch, in UTC; one that is not over ends now. Whatever is
 * left out is up to the statement: from the first movement, to now.
 */
export function boundsOf(period: Period, nowMs: number): { readonly from?: number; readonly to?: number } {
  const now = new Date(nowMs);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  const begin = (year: number, month: number) => Date.UTC(year, month) / 1000;
  switch (period) {
    case "all":
      return {};
    case "thisMonth":
      return { from: begin(year, month) };
    case "lastMonth":
      return { from: begin(year, month - 1), to: begin(year, month) };
    case "thisYear":
      return { from: begin(year, 0) };
    case "lastYear":
      return { from: begin(year - 1, 0), to: begin(year, 0) };
  }
}
