import * as z from "zod/mini";
import {
  batchEventSchema,
  blockEventSchema,
  entryEventSchema,
  eventsQuerySchema,
  eventsSchema,
  streamQuerySchema,
} from "./events.ts";

const DESCRIPTIONS: readonly (readonly [schema: z.core.$ZodType, description: string])[] = [
  [
    entryEventSchema,
    "`entry` is as histories show it by now; its `direction` is that of the account or owner asked for, else `none`",
  ],
  [
    entryEventSchema.shape.status,
    "what became of it; `received` also when it lost its block, `unproven` when L1 took back the batch, `removed` when it is gone with its block or by a reorg of L1",
  ],
  [entryEventSchema.shape.cursor, "continues after this"],
  [
    blockEventSchema.shape.status,
    "`unproven`: L1 took back its batch; `dropped`: its transactions run again in other blocks",
  ],
  [batchEventSchema.shape.status, "as that of a batch; `dropped`: its blocks wait for another, or are dropped too"],
  [streamQuerySchema.shape.account, "only entries of this account"],
  [streamQuerySchema.shape.owner, "only entries of this"],
  [streamQuerySchema.shape.reference, "only payments with this reference"],
  [streamQuerySchema.shape.cursor, "of the last message that was seen; from now on if absent"],
  [eventsQuerySchema.shape.from, "where to begin without a cursor"],
  [eventsQuerySchema.shape.cursor, "`next` of the page before, or that of any event"],
  [eventsSchema.shape.next, "`cursor` of the next page, also at the end: for what happens later"],
  [eventsSchema.shape.isEnd, "nothing more has happened; a page may be short or empty before the end"],
];

/** Puts the descriptions of events into the registry, for the OpenAPI document; browsers' bundles have no use for them. */
export function describeEvents(): void {
  for (const [schema, description] of DESCRIPTIONS) {
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), description });
  }
}
