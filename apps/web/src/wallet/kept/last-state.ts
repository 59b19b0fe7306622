import * as z from "zod/mini";
import { type Kept, keep, onePer } from "./kept.ts";

const stateSchema = z.nullable(
  z.object({
    /** L1 address, lower case. */
    owner: z.string(),
    atMs: z.number(),
    accounts: z.array(
      z.object({
        index: z.int(),
        owner: z.string(),
        key: z.string(),
        tokenId: z.int(),
        balance: z.string(),
        symbol: z.string(),
        decimals: z.nullable(z.int()),
        /** When the page found that L1 has exactly this; null while only the node says it. */
        checkedAtMs: z.nullable(z.number()),
      }),
    ),
  }),
);

/** The accounts as they were seen last, for when nobody answers; null before the first time. */
export type LastState = z.infer<typeof stateSchema>;
/** One of them. */
export type LastAccount = NonNullable<LastState>["accounts"][number];

/** What was seen last in a rollup. */
export const lastStateOf: (rollup: string) => Kept<LastState> = onePer((rollup) =>
  keep<LastState>(`cairn-wallet-state-${rollup}`, stateSchema, null),
);
