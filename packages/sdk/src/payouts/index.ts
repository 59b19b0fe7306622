export type { PayoutOptions, PayoutToken, PayoutTotal } from "./check.ts";
export { MAX_PAYOUT_CHARS, MAX_PAYOUT_LINES, type ParsedLine, type PayoutList, parsePayoutList } from "./list.ts";
export type { LineStatus } from "./part.ts";
export type { PayoutProblem, PayoutProblemCode } from "./problems.ts";
export { type PayoutReport, payoutReportToCsv, type ReportedLine } from "./report.ts";
export {
  checkPayout,
  type NamedPayout,
  type PayoutCheck,
  type PayoutParameters,
  payout,
  payoutStatus,
} from "./run.ts";
