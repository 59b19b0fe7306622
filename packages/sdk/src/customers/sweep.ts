import type { CairnClient } from "../actions/context.ts";
import { type PayeeRef, payeeOf, senderFor } from "../actions/paying.ts";
import { inParallel, throwIfAborted } from "../delay.ts";
import { sdkError } from "../errors.ts";
import { type AccountView, existingPayee, type Payee } from "../payee.ts";
import { keepTrying } from "../requests/keep-trying.ts";
import { see } from "../requests/l2-request.ts";
import { requestStore } from "../requests/store.ts";
import { refreshAccounts } from "./accounts.ts";
import { type CustomersParameters, openCustomersSession, ownerOf } from "./customer.ts";
import { accountsPerPart, chooseFees, feeOfTransfer, type SweepFeesOptions } from "./sweep-fees.ts";
import { openSweepLedger, type SweepPart } from "./sweep-ledger.ts";
import {
  type SweepRun,
  type SweepTerms,
  type SweptAccount,
  sentOf,
  settlePart,
  signPart,
  submitPart,
} from "./sweep-part.ts";
import { type SweepReport, type SweptLine, sweepReportOf } from "./sweep-report.ts";

/** Parameters of {@link sweepCustomers}. */
export interface SweepParameters extends CustomersParameters, SweepFeesOptions {
  /** Where the money goes: an account that exists. By default the richest of the client's key in the token. */
  readonly to?: PayeeRef;
  /** Least balance that is swept, in the token's smallest unit; by default twice the fee. */
  readonly minimum?: bigint;
  /** Highest fee of a transfer, in the token in which it is paid; by default twice what the node asks for at first. */
  readonly maxFee?: bigint;
  /** Called with how many transfers were sent, and how many accounts there are. */
  readonly onProgress?: (progress: { readonly sent: number; readonly accounts: number }) => void;
  /** How long to go on without an answer of the node, in milliseconds; ten minutes by default. */
  readonly patienceMs?: number;
}

/** Transfers that are signed and kept together. */
const PART = 32;
/** Times that an account is tried whose transfer has failed for good. */
const ROUNDS = 2;

/**
 * Moves what customers' accounts hold into one account: of each that holds at least the minimum the whole balance, less
 * the fee. A sweep that was interrupted, at whatever moment, goes on where it stopped when it is called again, and two
 * at once share the work; only a sweep that has ended is followed by a new one. Nothing is sent twice, and nothing can
 * go anywhere else: each transfer runs under one nonce of its account or never, and names the account that it pays.
 * Resolves when the node has confirmed or refused every transfer. Throws `sdk/bad-payee` when there is no account to
 * pay, `sdk/fee-too-high`, `sdk/timeout`, `sdk/outcome-unknown`, `sdk/aborted`, and as `findCustomers`; then call it again.
 *
 * @example
 * const report = await sweepCustomers(client, { keys, token: 1, minimum: 1_000_000n });
 * for (const { customer, amount, transaction } of report.lines) if (amount) console.log(customer, amount, transaction);
 */
export async function sweepCustomers(client: CairnClient, parameters: SweepParameters): Promise<SweepReport> {
  const { keys, signal, patienceMs, maxFee, onProgress } = parameters;
  const { customers, l1, node, store, ledger } = await openSweep(client, parameters);
  const fees = await chooseFees(client, { node, tokenId: customers.tokenId }, parameters);
  const to = await payeeFor(client, customers.tokenId, parameters);
  const first = await feeOfTransfer(node, fees, customers.tokenId);
  const most = maxFee ?? 2n * first;
  const together = await accountsPerPart(node, fees, PART);
  const run: SweepRun = {
    client,
    l1,
    node,
    store,
    ledger,
    sweep: await ledger.begin(),
    refused: new Map(),
    signal,
    patienceMs,
  };
  const parts = await ledger.parts(run.sweep);
  const tell = (accounts: number) =>
    onProgress?.({ sent: parts.reduce((sum, { lines }) => sum + lines.length, 0), accounts });

  /** Waits for what is sent; parts of this sweep that others have begun count as well. */
  const settleAll = async (): Promise<void> => {
    parts.push(...(await ledger.parts(run.sweep)).slice(parts.length));
    for (const [at, part] of parts.entries()) if (part.outcomes === null) parts[at] = await settlePart(run, part);
  };

  let found = new Map<string, AccountView[]>();
  await settleAll();
  for (let round = 0; ; round++) {
    throwIfAborted(signal);
    found = await refreshAccounts(customers, customers.book, customers.entries);
    const fee = await feeOfTransfer(node, fees, customers.tokenId, most);
    const least = leastOf(parameters, fees.by === "swept" ? fee : 0n);
    const swept = worthSweeping(found, { least, to });
    const covered = coveredBy(parts);
    const left = swept.filter(({ account }) => !covered.has(account.index));
    if (left.length === 0 || round >= ROUNDS) {
      if (await ledger.complete(run.sweep)) break;
      await settleAll();
      continue;
    }
    for (let at = 0; at < left.length; at += together) {
      throwIfAborted(signal);
      const terms = { keys, to, fees, fee: await feeOfTransfer(node, fees, customers.tokenId, most) };
      if (!(await sweepSome(run, parts, left.slice(at, at + together), terms))) break;
      tell(left.length);
    }
    await settleAll();
  }
  return reportOf(run, customers.tokenId, parts, found, true);
}

/**
 * What became of the last sweep, as storage, node and L1 say; signs nothing. Null before the first one. Throws as the
 * client's reads do.
 *
 * @example const report = await sweepStatus(client, { keys }); // report.counts.final === report.lines.length
 */
export async function sweepStatus(client: CairnClient, parameters: CustomersParameters): Promise<SweepReport | null> {
  const { customers, l1, node, ledger } = await openSweep(client, parameters);
  const last = await ledger.last();
  if (last === null) return null;
  const parts = await ledger.parts(last.number);
  const found = await refreshAccounts(customers, customers.book, customers.entries);
  const of = { l1, sweep: last.number };
  const report = reportOf(of, customers.tokenId, parts, found, last.isComplete);
  const sent = new Map(parts.flatMap((part) => sentOf(of, part)).map((one) => [one.id as string, one]));
  const lines = await inParallel(report.lines, async (line): Promise<SweptLine> => {
    const one = line.transaction === null ? undefined : sent.get(line.transaction);
    if (one === undefined || (line.status !== "confirmed" && line.status !== "signed")) return line;
    const { status, view, reason } = await keepTrying(parameters, () => see(l1, node, one, { role: null }));
    const amount = view?.amount ?? null;
    const fee = view?.fee ?? null;
    return {
      ...line,
      status: status as SweptLine["status"],
      amount: amount === null ? null : BigInt(amount),
      fee: fee === null ? null : BigInt(fee),
      reason,
    };
  });
  return sweepReportOf(report, lines);
}

async function openSweep(client: CairnClient, parameters: CustomersParameters) {
  const [customers, l1, node] = await Promise.all([
    openCustomersSession(client, parameters),
    client.cairn.l1(),
    client.cairn.node(),
  ]);
  const store = requestStore(client.cairn.storage(), l1.domain);
  return { customers, l1, node, store, ledger: openSweepLedger(store, ownerOf(customers), customers.tokenId) };
}

/**
 * Signs, writes down and submits transfers for those accounts that no other process has taken meanwhile; false when one
 * has ended the sweep.
 */
async function sweepSome(
  run: SweepRun,
  parts: SweepPart[],
  accounts: readonly SweptAccount[],
  terms: SweepTerms,
): Promise<boolean> {
  let own: number | null = null;
  const added = await run.ledger.add(run.sweep, parts.length, async (number, others) => {
    const covered = coveredBy(others);
    const left = accounts.filter(({ account }) => !covered.has(account.index));
    if (left.length === 0) return null;
    own = number;
    return signPart(run, number, left, terms);
  });
  if (added === null) return false;
  parts.push(...added);
  // The last one, if any, is the one that was signed here; others send theirs.
  for (const part of added) if (part.number === own) await submitPart(run, part);
  return true;
}

/** Accounts that have a transfer in these parts that has not failed. */
function coveredBy(parts: readonly SweepPart[]): Set<number> {
  const hasFailed = ({ outcomes }: SweepPart, place: number) =>
    outcomes !== null && outcomes[place]?.status !== "confirmed";
  return new Set(
    parts.flatMap((part) => part.lines.flatMap(({ account }, place) => (hasFailed(part, place) ? [] : [account]))),
  );
}

function worthSweeping(
  found: ReadonlyMap<string, readonly AccountView[]>,
  { least, to }: { readonly least: bigint; readonly to: Payee },
): SweptAccount[] {
  return [...found].flatMap(([customer, accounts]) =>
    accounts
      .filter(({ balance }) => BigInt(balance) >= least)
      .filter(({ index }) => to.type === "new" || index !== to.index)
      .map((account) => ({ customer, account })),
  );
}

/** Never so little that the fee takes all of it. */
function leastOf({ minimum }: Pick<SweepParameters, "minimum">, fee: bigint): bigint {
  const wanted = minimum ?? 2n * fee;
  return wanted > fee ? wanted : fee + 1n;
}

async function payeeFor(client: CairnClient, tokenId: number, { to }: Pick<SweepParameters, "to">): Promise<Payee> {
  const [l1, node] = await Promise.all([client.cairn.l1(), client.cairn.node()]);
  if (to === undefined) {
    const session = { client, l1, node, signer: client.cairn.signer() };
    return existingPayee(await senderFor(session, { token: tokenId }));
  }
  const payee = await payeeOf({ node, l1 }, to, tokenId);
  if (payee.type === "existing") return payee;
  throw sdkError("sdk/bad-payee", "the account that is to get the money does not exist: open it first");
}

/** One line for each account: its newest transfer, else what it holds. */
function reportOf(
  { l1, sweep }: Pick<SweepRun, "l1" | "sweep">,
  tokenId: number,
  parts: readonly SweepPart[],
  found: ReadonlyMap<string, readonly AccountView[]>,
  isComplete: boolean,
): SweepReport {
  const lines = new Map<number, SweptLine>();
  for (const [customer, accounts] of found) {
    for (const { index: account, balance: text } of accounts) {
      const balance = BigInt(text);
      const status = balance === 0n ? "empty" : "left";
      lines.set(account, {
        customer,
        account,
        status,
        balance,
        amount: null,
        fee: null,
        transaction: null,
        reason: null,
      });
    }
  }
  for (const part of parts) {
    const sent = sentOf({ l1 }, part);
    for (const [place, { customer, account, balance }] of part.lines.entries()) {
      const outcome = part.outcomes?.[place];
      lines.set(account, {
        customer,
        account,
        status: outcome?.status ?? "signed",
        balance: BigInt(balance),
        amount: outcome?.amount == null ? null : BigInt(outcome.amount),
        fee: outcome?.fee == null ? null : BigInt(outcome.fee),
        transaction: sent[place]?.id ?? null,
        reason: outcome?.reason ?? null,
      });
    }
  }
  const paid = new Map<number, bigint>();
  for (const { payer, outcomes } of parts) {
    if (payer === null || outcomes?.every(({ status }) => status !== "confirmed") !== false) continue;
    paid.set(payer.tokenId, (paid.get(payer.tokenId) ?? 0n) + BigInt(payer.fee));
  }
  const payerFees = [...paid].map(([token, fee]) => ({ tokenId: token, fee }));
  return sweepReportOf({ number: sweep, tokenId, payerFees, isComplete }, [...lines.values()]);
}
