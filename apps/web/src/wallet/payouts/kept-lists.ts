import * as z from "zod/mini";
import { type Kept, keep, onePer } from "../kept/kept.ts";

const listSchema = z.object({
  name: z.string(),
  text: z.string(),
  format: z.enum(["csv", "json"]),
  /** L2 key that pays it, as digits. */
  key: z.string(),
  begunAtMs: z.number(),
});

/** A list that was begun, kept so that it goes on after the page was closed. */
export type KeptList = z.infer<typeof listSchema>;

/** Lists that are not paid yet. */
export const listsOf: (rollup: string) => Kept<KeptList[]> = onePer((rollup) =>
  keep(`cairn-wallet-payouts-${rollup}`, z.array(listSchema), []),
);
