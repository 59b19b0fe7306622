import type { AnyHandle } from "@cairn/sdk";
import * as z from "zod/mini";
import { type Kept, keep, onePer } from "../kept/kept.ts";
import { summaryOf } from "./summary.ts";

const failedSchema = z.object({
  id: z.string(),
  kind: z.string(),
  tokenId: z.nullable(z.int()),
  /** In the token's smallest unit, or "all". */
  amount: z.nullable(z.string().check(z.regex(/^(?:all|[0-9]{1,39})$/))),
  to: z.nullable(z.string()),
  failedAtMs: z.number(),
  message: z.string(),
  isDismissed: z.boolean(),
});
const listSchema = z.array(failedSchema);

/** A request that will not happen. */
export type FailedRequest = z.infer<typeof failedSchema>;

/** Most that are kept; the oldest go. */
const MAX_FAILED = 50;

/** What has failed, in all tabs, until the user has taken note. */
export const failedOf: (rollup: string) => Kept<FailedRequest[]> = onePer((rollup) =>
  keep(`cairn-wallet-failed-${rollup}`, listSchema, []),
);

/** Keeps a failure, once. */
export function noteFailure(kept: Kept<FailedRequest[]>, handle: AnyHandle, error: Error): void {
  if (kept.read().some(({ id }) => id === handle.id)) return;
  const { tokenId, amount, to } = summaryOf(handle.toJSON());
  const entry: FailedRequest = {
    id: handle.id,
    kind: handle.kind,
    tokenId,
    amount: amount === null ? null : String(amount),
    to,
    failedAtMs: Date.now(),
    message: error.message,
    isDismissed: false,
  };
  kept.change((before) => [...before, entry].slice(-MAX_FAILED));
}
