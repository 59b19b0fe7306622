import { BLOCK_SIZES, type BlockSize, blockRows, CairnError, MAX_BATCH_BLOCKS, MAX_BATCH_ROWS } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";
import type { BatchFigures } from "./figures.ts";

/** Which batch is measured. */
export interface BatchBenchOptions {
  readonly transfers: number;
  /** Of each block. */
  readonly slots: BlockSize;
  /** Where the batch's data is. */
  readonly da: BatchFigures["da"];
  readonly cacheDir: string;
}

/** The options of the command line that choose a batch, as text. */
export interface BatchOptionTexts {
  readonly transfers?: string | undefined;
  readonly slots?: string | undefined;
  readonly da?: string | undefined;
}

const DEFAULTS = { transfers: "1024", slots: "256", da: "blob" };
const SOURCES = ["blob", "calldata"] as const;

/** Parses the choice of a batch. Throws `bench/bad-option`, also for more than a batch can hold. */
export function parseBatchOptions(texts: BatchOptionTexts, cacheDir: string): BatchBenchOptions {
  const transfersText = texts.transfers ?? DEFAULTS.transfers;
  const slots = BLOCK_SIZES.find((size) => String(size) === (texts.slots ?? DEFAULTS.slots));
  const da = SOURCES.find((source) => source === (texts.da ?? DEFAULTS.da));
  if (slots === undefined) throw badOption(`--slots must be one of ${BLOCK_SIZES.join(", ")}`);
  if (da === undefined) throw badOption(`--da must be one of ${SOURCES.join(", ")}`);
  if (!/^[1-9]\d{0,5}$/.test(transfersText)) throw badOption("--transfers must be a positive number");
  const transfers = Number(transfersText);
  const most = slots * Math.min(MAX_BATCH_BLOCKS, Math.floor(MAX_BATCH_ROWS / blockRows(slots, 0)));
  if (transfers > most) throw badOption(`--transfers: a batch holds ${most} in blocks of ${slots} slots`);
  return { transfers, slots, da, cacheDir };
}

function badOption(message: string): CairnError<BenchErrorCode> {
  return new CairnError<BenchErrorCode>("bench/bad-option", message);
}
