import { bigintToWord } from "@cairn/rpc";
import * as z from "zod/mini";
import type { L2Session } from "../actions/l2-session.ts";
import { sdkError } from "../errors.ts";
import { hashOf } from "../hash.ts";
import { REQUEST_ID } from "../requests/document.ts";
import { readStored } from "../requests/store.ts";
import { contentHash, digestOf, type PayoutLine, type PayoutPart } from "./plan.ts";

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const transactionId = z.string().check(z.regex(/^0x[0-9a-f]{64}$/));
const count = z.int().check(z.minimum(0));

const recordSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  /** x of the key that signs. */
  key: z.string(),
  content: hash,
  /** Account that pays, by token. */
  accounts: z.record(z.string(), count),
  /** Id of each line with the hash of what it pays. */
  lines: z.array(z.tuple([z.string(), z.string()])),
});

const attemptSchema = z.strictObject({
  /** Request that signs and sends it. */
  requestId: z.string().check(z.regex(REQUEST_ID)),
  /** Places of its lines in the part. */
  lines: z.array(count).check(z.minLength(1)),
  /** Ids of what was signed, one for each line; null before that. */
  ids: z.nullable(z.array(transactionId)),
  /** Last second at which any of it may run. */
  until: count,
  /** Ids of those that have failed for good. */
  failed: z.array(transactionId),
});

const partSchema = z.strictObject({
  version: z.literal(1),
  /** The first has every line of the part; each later one those that have failed before. */
  attempts: z.array(attemptSchema).check(z.minLength(1)),
  /** Whether the node has confirmed every line. */
  isConfirmed: z.boolean(),
});

/** What is kept of a list from its first signature on. */
export type PayoutRecord = z.infer<typeof recordSchema>;
/** What is kept of a part. */
export type PartRecord = z.infer<typeof partSchema>;
/** Lines that are signed together. */
export type Attempt = PartRecord["attempts"][number];

/** What is kept of a list, in the client's storage. */
export interface Ledger {
  readonly find: () => Promise<PayoutRecord | null>;
  /** Stores the record, unless another process has stored one meanwhile; returns the one that counts. */
  readonly create: (record: PayoutRecord) => Promise<PayoutRecord>;
  /** A list of another name with the same payments by the same key. */
  readonly findSame: (content: string) => Promise<string | null>;
  readonly part: (part: PayoutPart) => Promise<PartRecord>;
  /** Changes what is kept of a part, alone among all processes. */
  readonly change: (part: PayoutPart, change: (record: PartRecord) => PartRecord) => Promise<PartRecord>;
  readonly nextAttempt: (record: PartRecord, part: PayoutPart, lines: readonly number[]) => PartRecord;
}

/**
 * The ledger of a list's name. Throws `sdk/bad-request` for a name of another form; its methods `sdk/storage-failed`,
 * `sdk/storage-busy`, `sdk/bad-request-json`.
 */
export function openLedger({ store, signer }: Pick<L2Session, "store" | "signer">, name: string): Ledger {
  if (!REQUEST_ID.test(name))
    throw sdkError("sdk/bad-request", "a payout's name has 1 to 64 letters, digits, dots, dashes and underscores");
  const short = hashOf(name).slice(0, 32);
  const listsPrefix = store.nameOf("payout-list-");
  const listName = `${listsPrefix}${short}`;
  const partName = ({ number }: PayoutPart) => store.nameOf(`payout-part-${short}-${number}`);
  const find = () => readStored(store, listName, recordSchema);
  const attemptOf = (part: PayoutPart, number: number, lines: readonly number[]): Attempt => ({
    requestId: `payout-${short}-${part.number}-${number}`,
    lines: [...lines],
    ids: null,
    until: 0,
    failed: [],
  });
  const part = async (of: PayoutPart): Promise<PartRecord> =>
    (await readStored(store, partName(of), partSchema)) ?? {
      version: 1,
      attempts: [attemptOf(of, 0, [...of.lines.keys()])],
      isConfirmed: false,
    };
  return {
    find,
    create: (record) =>
      store.locked(`payout-${short}`, async () => {
        const before = await find();
        if (before !== null) return before;
        await store.storage.write(listName, JSON.stringify(record));
        return record;
      }),
    findSame: async (content) => {
      const key = bigintToWord(signer.key);
      for (const other of await store.storage.names(listsPrefix)) {
        const found = other === listName ? null : await readStored(store, other, recordSchema);
        if (found?.content === content && found.key === key) return found.name;
      }
      return null;
    },
    part,
    change: (of, change) =>
      store.locked(`payout-${short}`, async () => {
        const before = await part(of);
        const after = change(before);
        if (after !== before) await store.storage.write(partName(of), JSON.stringify(after));
        return after;
      }),
    nextAttempt: (record, of, lines) => ({
      ...record,
      attempts: [...record.attempts, attemptOf(of, record.attempts.length, lines)],
    }),
  };
}

/** The record of a list that is about to be paid. */
export function recordOf(
  name: string,
  key: bigint,
  lines: readonly PayoutLine[],
  accounts: ReadonlyMap<number, number>,
): PayoutRecord {
  return {
    version: 1,
    name,
    key: bigintToWord(key),
    content: contentHash(lines),
    accounts: Object.fromEntries(accounts),
    lines: lines.map((line) => [line.id, digestOf(line)]),
  };
}

/** Throws `sdk/request-conflict` unless a list that was begun is this one, and this key's. */
export function assertSameList(record: PayoutRecord, key: bigint, lines: readonly PayoutLine[]): void {
  const { name } = record;
  if (record.key !== bigintToWord(key))
    throw sdkError("sdk/request-conflict", `the payout ${name} was begun with another key`, { details: { name } });
  if (record.content === contentHash(lines)) return;
  const before = new Map(record.lines);
  const now = new Map(lines.map((line) => [line.id, digestOf(line)]));
  const changed = [...now].flatMap(([id, digest]) => (before.has(id) && before.get(id) !== digest ? [id] : []));
  const added = [...now.keys()].filter((id) => !before.has(id));
  const removed = [...before.keys()].filter((id) => !now.has(id));
  const count = changed.length + added.length + removed.length;
  const what = count === 0 ? "their order" : `${count} lines, such as ${[...changed, ...added, ...removed][0]}`;
  const few = (ids: readonly string[]) => ids.slice(0, 20);
  throw sdkError(
    "sdk/request-conflict",
    `the payout ${name} was begun with another list: ${what} changed. Pay the rest of the old list, and what is new under another name`,
    { details: { name, changed: few(changed), added: few(added), removed: few(removed) } },
  );
}
