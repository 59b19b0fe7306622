import { SOLO_SIZES } from "@cairn/protocol";
import type { BatchGas, BatchGasReport } from "../measure/batch-gas.ts";

/** L1 gas from which the node computes fees; written to `apps/node/l1-gas.json`. */
export interface FeeBasis {
  /** Gas of a batch of transfers besides the data that transactions publish, by slots of the block. */
  readonly batch: Readonly<Record<string, number>>;
  /** Gas of one published byte, whatever its value: calldata and its evaluation. */
  readonly publishedByte: number;
  /** Gas of one payout when few share a transaction, to an account that did not exist. */
  readonly payout: number;
}

/** What Ethereum charges for sending value to an account that does not exist. */
const NEW_ACCOUNT_GAS = 25_000;

/** The fee basis, rounded against the user; null unless batches of all sizes were measured. */
export function feeBasis({ submissions, payments }: BatchGas): FeeBasis | null {
  const transfers = SOLO_SIZES.flatMap((size) => submissions.find(isOf(size, "transfers")) ?? []);
  const empty = submissions.find(isOf(SOLO_SIZES.at(-1), "empty"));
  const largest = transfers.at(-1);
  const payment = payments.find(({ slots, token }) => slots === SOLO_SIZES[0] && token === "ETH");
  if (transfers.length < SOLO_SIZES.length || empty === undefined || largest === undefined || payment === undefined) {
    return null;
  }
  // The header cell is part of every batch.
  const bytesOf = ({ publishedBytes }: BatchGasReport): number => publishedBytes - empty.publishedBytes;
  const publishedByte = Math.ceil((priced(largest) - priced(empty)) / bytesOf(largest));
  return {
    batch: Object.fromEntries(
      transfers.map((report) => [report.slots, priced(report) - publishedByte * bytesOf(report)]),
    ),
    publishedByte,
    payout: Math.ceil(payment.gasUsed / payment.payouts) + NEW_ACCOUNT_GAS,
  };
}

/** Gas as if no published byte were zero. */
function priced({ gasUsed, dataZeroDiscount }: BatchGasReport): number {
  return gasUsed + dataZeroDiscount;
}

function isOf(size: number | undefined, kind: BatchGasReport["kind"]): (report: BatchGasReport) => boolean {
  return (report) => report.slots === size && report.kind === kind;
}
