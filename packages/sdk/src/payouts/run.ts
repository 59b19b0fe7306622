import { isCairnError } from "@cairn/protocol";
import type { CairnClient } from "../actions/context.ts";
import { type L2Session, openL2Session } from "../actions/l2-session.ts";
import { sendPlan } from "../actions/send-on-l2.ts";
import { throwIfAborted } from "../delay.ts";
import { sdkError } from "../errors.ts";
import type { Payee } from "../payee.ts";
import type { L2Document } from "../requests/document.ts";
import { keepTrying, PATIENCE_MS } from "../requests/keep-trying.ts";
import { l2Handle } from "../requests/l2-request.ts";
import { checkLines, type PayoutOptions, type PayoutTotal, resolveLines } from "./check.ts";
import { assertSameList, type Ledger, openLedger, type PartRecord, type PayoutRecord, recordOf } from "./ledger.ts";
import type { PayoutList } from "./list.ts";
import { isFailed, isPaid, planOf, rememberFailed, rememberSigned, type SeenLine, seePart } from "./part.ts";
import { contentHash, type PayoutLine, type PayoutPart, planParts } from "./plan.ts";
import { badList, type PayoutProblem } from "./problems.ts";
import { type PayoutReport, reportOf } from "./report.ts";

/** Which list, under which name. */
export interface NamedPayout extends PayoutOptions {
  /** Names the payout in the storage, as `salaries-2026-11`: the same name and list go on where they stopped. */
  readonly name: string;
  readonly list: PayoutList;
  /** Pays although a list with the same payments was paid, or begun, under another name. */
  readonly isRepetition?: boolean;
}

/** Parameters of {@link payout}. */
export interface PayoutParameters extends NamedPayout {
  readonly signal?: AbortSignal;
  /** Called whenever lines are paid, with how many are. */
  readonly onProgress?: (progress: { readonly paid: number; readonly lines: number }) => void;
  /** How long to go on without an answer of the node, in milliseconds; ten minutes by default. */
  readonly patienceMs?: number;
}

/** What a check found. */
export interface PayoutCheck {
  /** None when the list can be paid. */
  readonly problems: readonly PayoutProblem[];
  readonly totals: readonly PayoutTotal[];
  readonly lines: number;
  /** Lines that an earlier run has paid. */
  readonly paid: number;
}

/**
 * Checks a list against rollup and node, and signs nothing: tokens, amounts, payees, and the sums with their fees
 * against the balances. Of a payout that was begun, it checks what is left. Throws `sdk/request-conflict` when the name
 * stands for another list, or the list was begun under another name; `sdk/no-signer`, `sdk/no-storage`, and as the
 * client's reads do.
 *
 * @example const { problems, totals } = await checkPayout(client, { name: "salaries-2026-11", list });
 */
export async function checkPayout(client: CairnClient, payout: NamedPayout): Promise<PayoutCheck> {
  const { problems, totals, lines, paid } = await prepare(client, payout);
  return { problems, totals, lines: lines.length, paid };
}

/**
 * Pays a list, each line once: everything is checked before the first signature, and a run that was interrupted, at
 * whatever moment, goes on where it stopped when it is repeated with the same name and list. Lines that have failed for
 * good are signed again by the next run. Resolves when the node has confirmed or refused every line; the report says what
 * became of each. Throws `sdk/bad-payout-list` when the check finds problems, `sdk/request-conflict` as
 * {@link checkPayout}, `sdk/not-reached` when the node refuses a line, `sdk/fee-too-high`, `sdk/insufficient-balance`,
 * `sdk/outcome-unknown`, `sdk/aborted`; then run it again.
 *
 * @example
 * const report = await payout(client, { name: "salaries-2026-11", list, onProgress: ({ paid }) => console.log(paid) });
 */
export async function payout(client: CairnClient, parameters: PayoutParameters): Promise<PayoutReport> {
  const { signal, onProgress, maxFee } = parameters;
  const prepared = await prepare(client, parameters);
  const { session, ledger, lines, problems, totals, payees } = prepared;
  if (problems.length > 0) throw badList(problems);
  const accounts = new Map(totals.flatMap(({ token, account }) => (account === null ? [] : [[token, account]])));
  const record =
    prepared.record ?? (await ledger.create(recordOf(parameters.name, session.signer.key, lines, accounts)));
  assertSameList(record, session.signer.key, lines);
  const feesOf = new Map(
    totals.map(({ token, fee, feeToNew }) => [
      token,
      { transfer: maxFee ?? 2n * fee, transferToNew: maxFee ?? 2n * feeToNew },
    ]),
  );
  const seen = new Map(prepared.seen.map((one) => [one.line.id, one]));
  const tell = () => onProgress?.({ paid: [...seen.values()].filter(isPaid).length, lines: lines.length });
  tell();
  for (const part of planParts(lines)) {
    const maxFees = feesOf.get(part.token);
    if (maxFees === undefined) continue;
    const run = { client, session, ledger, record, payees, maxFees, parameters };
    for (const one of await payPart(run, part)) seen.set(one.line.id, one);
    throwIfAborted(signal);
    tell();
  }
  return reportOf(
    parameters.name,
    lines.flatMap(({ id }) => seen.get(id) ?? []),
  );
}

/**
 * What became of each line, as storage, node and L1 say; signs nothing. Throws `sdk/request-conflict` when the name
 * stands for another list, and as the client's reads do.
 *
 * @example const { counts } = await payoutStatus(client, { name: "salaries-2026-11", list });
 */
export async function payoutStatus(client: CairnClient, payout: NamedPayout): Promise<PayoutReport> {
  const { seen } = await look(client, { ...payout, isRepetition: true }, { isFresh: true });
  return reportOf(payout.name, seen);
}

/** A list with what is known of it. */
interface Looked {
  readonly session: L2Session;
  readonly ledger: Ledger;
  readonly record: PayoutRecord | null;
  readonly lines: readonly PayoutLine[];
  readonly decimals: ReadonlyMap<number, number>;
  readonly problems: PayoutProblem[];
  readonly seen: readonly SeenLine[];
}

async function look(
  client: CairnClient,
  { name, list, isRepetition = false, ...options }: NamedPayout,
  { isFresh }: { readonly isFresh: boolean },
): Promise<Looked> {
  const session = await openL2Session(client);
  const ledger = openLedger(session, name);
  const problems: PayoutProblem[] = [];
  const { lines, decimals } = await resolveLines({ session, problems }, list, options);
  const all = { session, ledger, lines, decimals, problems };
  if (problems.length > 0) return { ...all, record: null, seen: [] };
  const record = await ledger.find();
  if (record !== null) assertSameList(record, session.signer.key, lines);
  else if (!isRepetition) await assertNew(ledger, lines);
  const seen: SeenLine[] = [];
  for (const part of planParts(lines)) {
    const kept = record === null ? null : await ledger.part(part);
    if (kept === null) seen.push(...part.lines.map(untouched));
    else if (kept.isConfirmed && !isFresh) seen.push(...part.lines.map((line) => confirmedLine(line, part, kept)));
    else seen.push(...(await seePart(session, part, kept)));
  }
  const byId = new Map(seen.map((one) => [one.line.id, one]));
  return { ...all, record, seen: lines.flatMap(({ id }) => byId.get(id) ?? []) };
}

async function assertNew(ledger: Ledger, lines: readonly PayoutLine[]): Promise<void> {
  const name = await ledger.findSame(contentHash(lines));
  if (name === null) return;
  throw sdkError("sdk/request-conflict", `the same payments were begun under the name ${name}`, { details: { name } });
}

async function prepare(client: CairnClient, payout: NamedPayout) {
  const looked = await look(client, payout, { isFresh: false });
  const { session, problems, record, lines, decimals, seen } = looked;
  const left = record === null ? lines : seen.filter((one) => !isPaid(one)).map(({ line }) => line);
  const options = record === null ? payout : { ...payout, from: record.accounts };
  const checked =
    problems.length > 0
      ? { totals: [], payees: new Map<string, Payee>() }
      : await checkLines({ session, problems }, left, decimals, options);
  return { ...looked, ...checked, paid: lines.length - left.length };
}

/** All that paying a part needs. */
interface Run {
  readonly client: CairnClient;
  readonly session: L2Session;
  readonly ledger: Ledger;
  readonly record: PayoutRecord;
  readonly payees: ReadonlyMap<string, Payee>;
  readonly maxFees: Readonly<Record<"transfer" | "transferToNew", bigint>>;
  readonly parameters: PayoutParameters;
}

/** Pays what is left of a part, and waits until the node has confirmed or refused it. */
async function payPart(run: Run, part: PayoutPart): Promise<SeenLine[]> {
  const { client, session, ledger, record, parameters } = run;
  const { signal } = parameters;
  let kept = await ledger.part(part);
  if (kept.isConfirmed) return part.lines.map((line) => confirmedLine(line, part, kept));
  let seen = await keepTrying(parameters, () => seePart(session, part, kept));
  if (seen.every(isPaid)) return confirm(run, part, seen);
  kept = await retryFailed(ledger, part, kept, seen);
  const attempt = kept.attempts.at(-1);
  const account = record.accounts[part.token];
  if (attempt === undefined || account === undefined) return seen;
  const plan = planOf(part, attempt, { ...run, name: parameters.name, account });
  const { document, isResumed } = await keepTrying(parameters, () => sendPlan(client, plan));
  kept = await rememberSigned(ledger, part, session, document);
  await keepTrying(parameters, () => settle(run, part, document, isResumed, signal));
  kept = await ledger.part(part);
  seen = await keepTrying(parameters, () => seePart(session, part, kept));
  return seen.every(isPaid) ? confirm(run, part, seen) : seen;
}

/** A new attempt at the lines that have failed for good, unless another process has begun one. */
function retryFailed(
  ledger: Ledger,
  part: PayoutPart,
  before: PartRecord,
  seen: readonly SeenLine[],
): Promise<PartRecord> {
  const failed = seen.flatMap((one, place) => (isFailed(one) ? [place] : []));
  if (failed.length === 0) return Promise.resolve(before);
  return ledger.change(part, (record) =>
    record.attempts.length === before.attempts.length ? ledger.nextAttempt(record, part, failed) : record,
  );
}

/** Waits until the node has confirmed a document's lines; those that fail are remembered. */
async function settle(
  { client, ledger, parameters }: Run,
  part: PayoutPart,
  document: L2Document & { readonly kind: "payMany" },
  isResumed: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { patienceMs = PATIENCE_MS } = parameters;
  const handle = l2Handle(client, document, { isResumed });
  try {
    await handle.wait({ for: "confirmed", timeout: patienceMs, pollMs: 500, ...(signal && { signal }) });
  } catch (error) {
    if (!isCairnError(error, "sdk/not-reached")) throw error;
    await rememberFailed(ledger, part, document.id, failedIds(error.details));
  }
}

function failedIds({ failures }: Readonly<Record<string, unknown>>): string[] {
  if (!Array.isArray(failures)) return [];
  return failures.flatMap((failure: { readonly id?: unknown }) => (typeof failure.id === "string" ? [failure.id] : []));
}

async function confirm({ ledger }: Run, part: PayoutPart, seen: SeenLine[]): Promise<SeenLine[]> {
  await ledger.change(part, (record) => ({ ...record, isConfirmed: true }));
  return seen;
}

function untouched(line: PayoutLine): SeenLine {
  return { line, status: "open", transaction: null, reason: null };
}

/** A line of a part of which the storage says that the node has confirmed all of it. */
function confirmedLine(line: PayoutLine, part: PayoutPart, { attempts }: PartRecord): SeenLine {
  const place = part.lines.findIndex(({ id }) => id === line.id);
  const last = attempts.findLast((attempt) => attempt.lines.includes(place));
  const id = last?.ids?.[last.lines.indexOf(place)];
  return { line, status: "confirmed", transaction: (id as `0x${string}` | undefined) ?? null, reason: null };
}
