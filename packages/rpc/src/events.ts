import * as z from "zod/mini";
import { ledgerEntrySchema } from "./history.ts";
import { cursorSchema, digits, limit } from "./paging.ts";
import { referenceSchema } from "./transactions.ts";
import { addressSchema, countSchema, indexSchema, timeSchema } from "./values.ts";

// Their descriptions are in event-descriptions.ts, which pages do not load.
const cursor = z.clone(cursorSchema);
const logged = { cursor, atMs: timeSchema };

/** What became of an entry of a history. */
export const entryEventSchema = z.object({
  type: z.literal("entry"),
  ...logged,
  status: z.enum([
    "received",
    "confirmed",
    "sealed",
    "proven",
    "final",
    "unproven",
    "rejected",
    "replaced",
    "expired",
    "removed",
    "owed",
    "paid",
    "claimable",
    "settled",
  ]),
  entry: ledgerEntrySchema,
});

/** What became of a block. */
export const blockEventSchema = z.object({
  type: z.literal("block"),
  ...logged,
  number: countSchema,
  status: z.enum(["open", "sealed", "proven", "final", "unproven", "dropped"]),
});

/** What became of a batch. */
export const batchEventSchema = z.object({
  type: z.literal("batch"),
  ...logged,
  firstBlock: countSchema,
  lastBlock: countSchema,
  status: z.enum(["waiting", "ready", "accepted", "dropped"]),
});

/** The cursor is too old, or of another log. */
export const resetEventSchema = z.object({ type: z.literal("reset"), cursor });

const EVENTS = [entryEventSchema, blockEventSchema, batchEventSchema, resetEventSchema] as const;

/** Something that happened. */
export const eventSchema = z.discriminatedUnion("type", EVENTS);

/** Nothing happened, and the connection is alive. */
export const heartbeatSchema = z.object({ type: z.literal("heartbeat"), ...logged });

/** A message of the WebSocket stream. */
export const streamMessageSchema = z.discriminatedUnion("type", [...EVENTS, heartbeatSchema]);

/** Something that happened. */
export type LogEvent = z.infer<typeof eventSchema>;
/** A message of the WebSocket stream. */
export type StreamMessage = z.infer<typeof streamMessageSchema>;

const filter = {
  account: z.optional(z.pipe(digits, indexSchema)),
  owner: z.optional(addressSchema),
  reference: z.optional(referenceSchema),
};

/** What to listen to. */
export const streamQuerySchema = z.object({ ...filter, cursor: z.optional(cursorSchema) });

/** Which events. */
export const eventsQuerySchema = z.object({
  ...filter,
  from: z._default(z.enum(["oldest", "now"]), "oldest"),
  cursor: z.optional(cursorSchema),
  limit,
});

/** A page of events. */
export const eventsSchema = z.object({ events: z.array(eventSchema), next: z.clone(cursorSchema), isEnd: z.boolean() });
