import * as z from "zod/mini";
import { type Kept, keep, onePer } from "../kept/kept.ts";

const madeSchema = z.object({
  /** As the SDK makes it; it says everything else. */
  link: z.string().check(z.maxLength(1000)),
  /** Text of the reference. */
  reference: z.string(),
  madeAtMs: z.number(),
  /** Whether a node has it, so that it can tell when it is paid. */
  isRegistered: z.boolean(),
});

/** A request for a payment that was made here. */
export type MadeRequest = z.infer<typeof madeSchema>;

/** Most that are kept; the oldest go. */
export const MAX_MADE = 200;

/** The requests that were made in this browser, newest first. */
export const madeOf: (rollup: string) => Kept<MadeRequest[]> = onePer((rollup) =>
  keep(`cairn-wallet-requests-${rollup}`, z.array(madeSchema), []),
);
