/** Where the cells of batches may go. `auto`: wherever L1 asks less for them when the batch is closed. */
export const DATA_MODES = ["calldata", "blob", "auto"] as const;
/** Name of such a rule. */
export type DataMode = (typeof DATA_MODES)[number];
