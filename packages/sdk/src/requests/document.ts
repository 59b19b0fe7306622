import { ENGLISH, signedTransactionSchema } from "@cairn/rpc";
import * as z from "zod/mini";
import { sdkError } from "../errors.ts";

const hex = z.string().check(z.regex(/^0x(?:[0-9a-fA-F]{2})*$/));
const hash = z.string().check(z.regex(/^0x[0-9a-fA-F]{64}$/));
const address = z.string().check(z.regex(/^0x[0-9a-fA-F]{40}$/));
const wei = z.string().check(z.regex(/^(?:0|[1-9][0-9]{0,77})$/));
const count = z.int().check(z.minimum(0));

/** Kinds of requests to L1. */
export const L1_KINDS = ["deposit", "setKey", "forceWithdraw", "claim", "freeze", "exit", "reclaim", "payOut"] as const;
/** Kinds of requests to the node. */
export const L2_KINDS = ["transfer", "payMany", "withdraw", "swap", "group"] as const;
/** A kind of request to L1. */
export type L1Kind = (typeof L1_KINDS)[number];
/** A kind of request to the node. */
export type L2Kind = (typeof L2_KINDS)[number];

/** Ids of requests: those that callers choose, and random ones. */
export const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

const common = {
  type: z.literal("cairn-request"),
  version: z.literal(1),
  id: z.string().check(z.regex(REQUEST_ID)),
  /** Whether the caller chose the id, to be able to repeat the request; then it is kept until it is forgotten. */
  isNamed: z.boolean(),
  chainId: z.string().check(z.regex(/^[1-9][0-9]{0,19}$/)),
  rollup: address,
  createdAt: z.string(),
  /** What was asked for, as text: the same for the same request. */
  content: z.string(),
};

const attempt = z.strictObject({ hash, raw: hex, maxFeePerGas: wei, maxPriorityFeePerGas: wei });

const sendingSchema = z.discriminatedUnion("by", [
  /** Signed here, under a nonce. */
  z.strictObject({
    by: z.literal("account"),
    nonce: count,
    signedAt: z.strictObject({ block: count, blockHash: hash }),
    attempts: z.tuple([attempt], attempt),
  }),
  /** A wallet was asked to sign and send it. */
  z.strictObject({
    by: z.literal("wallet"),
    firstNonce: count,
    askedAt: z.strictObject({ block: count, blockHash: hash }),
    /** What it answered. */
    hash: z.nullable(hash),
    nonce: z.nullable(count),
  }),
]);

const l1Schema = z.strictObject({
  ...common,
  kind: z.enum(L1_KINDS),
  from: address,
  call: z.strictObject({ name: z.string(), to: address, data: hex, value: wei, gas: wei }),
  sending: sendingSchema,
});

const l2Schema = z.strictObject({
  ...common,
  kind: z.enum(L2_KINDS),
  /** The account that pays. */
  account: count,
  /** What is submitted, in order: each alone, or all together where they are linked. */
  transactions: z.array(signedTransactionSchema).check(z.minLength(1), z.maxLength(10_000)),
  /** Places of those that the account signed. */
  own: z.array(count).check(z.minLength(1)),
  /** Of a swap: its maker waits for the taker to submit both halves. */
  role: z.nullable(z.enum(["maker", "taker"])),
  /** What its maker hands to the taker; see `offerFromJson`. */
  offer: z.nullable(z.record(z.string(), z.unknown())),
});

const documentSchema = z.discriminatedUnion("kind", [l1Schema, l2Schema]);

/** A request to L1 as it is kept. */
export type L1Document = z.infer<typeof l1Schema>;
/** A request to the node as it is kept. */
export type L2Document = z.infer<typeof l2Schema>;
/** A request as it is kept: what was signed or asked for, not what became of it. */
export type RequestDocument = L1Document | L2Document;
/** How an L1 call is sent. */
export type L1Sending = L1Document["sending"];

/**
 * Reads a request's document. Throws `sdk/bad-request-json`.
 *
 * @example const document = parseDocument(JSON.parse(text));
 */
export function parseDocument(json: unknown): RequestDocument {
  const parsed = documentSchema.safeParse(json, ENGLISH);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw sdkError("sdk/bad-request-json", `not a request: ${issue?.path.join(".")}: ${issue?.message}`, {
    cause: parsed.error,
  });
}

/**
 * What was asked for as text, by which a repeated request is recognised: names in order, bigint in digits.
 *
 * @example contentOf({ amount: 5n, to: "0x…" }) === contentOf({ to: "0x…", amount: 5n }) // true
 */
export function contentOf(wanted: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(wanted, (_key, part: unknown) => {
    if (typeof part === "bigint") return part.toString();
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
