import { PROCESS_SETTINGS } from "./process-settings.ts";
import { PROVING_SETTINGS } from "./proving-settings.ts";
import { SEQUENCER_SETTINGS } from "./sequencer-settings.ts";
import { SERVING_SETTINGS } from "./serving-settings.ts";

/** Every setting of the node; environment, flags, `.env.example` and documentation are made from this table. */
export const SETTINGS = {
  ...PROCESS_SETTINGS,
  ...SEQUENCER_SETTINGS,
  ...PROVING_SETTINGS,
  ...SERVING_SETTINGS,
} as const;
