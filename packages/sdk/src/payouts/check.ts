import { isCairnError } from "@cairn/protocol";
import type { CairnClient } from "../actions/context.ts";
import type { L2Session } from "../actions/l2-session.ts";
import { feeFor, payeeOf, senderFor } from "../actions/paying.ts";
import { describeToken } from "../actions/tokens.ts";
import { formatAmount, parseAmount } from "../amount-text.ts";
import { encodeAmount } from "../amounts.ts";
import { inParallel } from "../delay.ts";
import { sdkError } from "../errors.ts";
import type { AccountView, Payee } from "../payee.ts";
import { encodePaymentCode } from "../payment-code.ts";
import type { ParsedLine, PayoutList } from "./list.ts";
import type { PayoutLine } from "./plan.ts";
import { MAX_PROBLEMS, type PayoutProblem, type PayoutProblemCode, shown } from "./problems.ts";

/** A token that a list names. */
export interface PayoutToken {
  readonly id: number;
  readonly decimals: number;
}

/** What one token of a list needs. */
export interface PayoutTotal {
  readonly token: number;
  readonly decimals: number;
  /** Account that pays; null when the key has none. */
  readonly account: number | null;
  /** Of the account. */
  readonly balance: bigint;
  /** Lines that are still to be paid, and what they need, in the token's smallest unit. */
  readonly lines: number;
  readonly amount: bigint;
  readonly fees: bigint;
  /** Accounts that they create, and what a line costs that does, or does not. */
  readonly newAccounts: number;
  readonly feeToNew: bigint;
  readonly fee: bigint;
}

/** How a list is read and paid. */
export interface PayoutOptions {
  /** Token of lines that name none; ETH by default. */
  readonly token?: string;
  /** Accounts that pay, by token; by default the key's richest. */
  readonly from?: Readonly<Record<number, number>>;
  /** Highest fee of a line, in the smallest unit of its token; by default twice what the node asks for at the check. */
  readonly maxFee?: bigint;
  /** Finds a token by what a list calls it; by default by number, contract address or "ETH". */
  readonly tokenOf?: (text: string) => Promise<PayoutToken>;
}

/** Tokens of one list. */
const MAX_TOKENS = 64;
const NO_LIMIT = 1n << 128n;

/** What a check works with. */
export interface Check {
  readonly session: L2Session;
  readonly problems: PayoutProblem[];
}

/** The lines with token and amount; what is wrong with others joins the problems. */
export async function resolveLines(
  { session, problems }: Check,
  { lines }: PayoutList,
  options: PayoutOptions,
): Promise<{ readonly lines: PayoutLine[]; readonly decimals: ReadonlyMap<number, number> }> {
  const { token: preset = "ETH", tokenOf = (text) => tokenByRef(session.client, text) } = options;
  const texts = [...new Set(lines.map(({ token }) => token ?? preset))];
  const tokens = new Map<string, PayoutToken | string>();
  for (const text of texts.slice(0, MAX_TOKENS)) {
    tokens.set(
      text,
      await tokenOf(text).catch((error: unknown) => {
        if (isCairnError(error) && /\/(unknown|ambiguous)-token$/.test(error.code)) return error.message;
        throw error;
      }),
    );
  }
  const resolved: PayoutLine[] = [];
  for (const line of lines) {
    if (problems.length >= MAX_PROBLEMS) break;
    const text = line.token ?? preset;
    const token = tokens.get(text) ?? `a list has at most ${MAX_TOKENS} tokens`;
    if (typeof token === "string") {
      problems.push(problemOf("bad-token", line, token));
      continue;
    }
    const ready = toLine(session, line, token);
    if ("code" in ready) problems.push(ready);
    else resolved.push(ready);
  }
  const known = [...tokens.values()].flatMap((token) => (typeof token === "string" ? [] : [token]));
  return { lines: resolved, decimals: new Map(known.map(({ id, decimals }) => [id, decimals])) };
}

/** What is to be paid, with what the node says now. */
export interface CheckedLines {
  readonly totals: readonly PayoutTotal[];
  /** Payees of lines, by id. */
  readonly payees: ReadonlyMap<string, Payee>;
}

/** Finds payees and accounts of lines that are still to be paid, and compares their sums with the balances. */
export async function checkLines(
  { session, problems }: Check,
  lines: readonly PayoutLine[],
  decimals: ReadonlyMap<number, number>,
  options: PayoutOptions,
): Promise<CheckedLines> {
  const payees = new Map<string, Payee>();
  const totals: PayoutTotal[] = [];
  for (const token of new Set(lines.map((line) => line.token))) {
    const inToken = lines.filter((line) => line.token === token);
    const sender = await senderOf({ session, problems }, token, options);
    const found = await findPayees({ session, problems }, inToken, sender);
    for (const [id, payee] of found) payees.set(id, payee);
    const total = await totalOf(session, inToken, found, { token, decimals: decimals.get(token) ?? 0, sender });
    totals.push(total);
    const needed = total.amount + total.fees;
    if (sender === null || needed <= total.balance) continue;
    const text = (amount: bigint) => formatAmount(amount, total.decimals);
    problems.push({
      code: "not-covered",
      at: null,
      id: null,
      message: `account ${sender.index} holds ${text(total.balance)} of token ${token}, but ${text(needed)} is needed: ${text(total.amount)} and fees of ${text(total.fees)}`,
    });
  }
  return { totals, payees };
}

async function senderOf(
  { session, problems }: Check,
  token: number,
  { from }: PayoutOptions,
): Promise<AccountView | null> {
  const chosen = from?.[token];
  try {
    return await senderFor(session, chosen === undefined ? { token } : { token, from: chosen });
  } catch (error) {
    if (!isCairnError(error, "sdk/unknown-account")) throw error;
    problems.push({ code: "no-account", at: null, id: null, message: error.message });
    return null;
  }
}

/** The payee of each line by its id, each asked for once. */
async function findPayees(
  { session, problems }: Check,
  lines: readonly PayoutLine[],
  sender: AccountView | null,
): Promise<Map<string, Payee>> {
  const byText = new Map<string, Payee | string>();
  const names = new Map(lines.map(({ payee, token }) => [payee, token]));
  await inParallel([...names], async ([payee, token]) => {
    const name = /^[0-9]+$/.test(payee) ? Number(payee) : payee;
    const found = await payeeOf(session, name, token).catch((error: unknown) => {
      if (isCairnError(error, "sdk/bad-payee") || isCairnError(error, "sdk/bad-payment-code")) return error.message;
      throw error;
    });
    const isSelf = typeof found === "object" && found.type === "existing" && found.index === sender?.index;
    byText.set(payee, isSelf ? `account ${sender.index} would pay itself` : found);
  });
  const payees = new Map<string, Payee>();
  for (const line of lines) {
    const found = byText.get(line.payee);
    if (typeof found === "object") payees.set(line.id, found);
    else if (problems.length < MAX_PROBLEMS)
      problems.push(problemOf("bad-payee", line, found ?? "the payee is unknown"));
  }
  return payees;
}

async function totalOf(
  session: L2Session,
  lines: readonly PayoutLine[],
  payees: ReadonlyMap<string, Payee>,
  {
    token,
    decimals,
    sender,
  }: { readonly token: number; readonly decimals: number; readonly sender: AccountView | null },
): Promise<PayoutTotal> {
  const isNew = ({ id }: PayoutLine) => payees.get(id)?.type === "new";
  const newAccounts = new Set(lines.filter(isNew).map(({ payee }) => payee)).size;
  const quoted = (kind: "transfer" | "transferToNew") => feeFor(session, {}, { kind, tokenId: token, limit: NO_LIMIT });
  const fee = await quoted("transfer");
  const feeToNew = newAccounts === 0 ? fee : await quoted("transferToNew");
  return {
    token,
    decimals,
    account: sender?.index ?? null,
    balance: BigInt(sender?.balance ?? 0),
    lines: lines.length,
    amount: lines.reduce((sum, { amount }) => sum + amount, 0n),
    fees: BigInt(newAccounts) * feeToNew + BigInt(lines.length - newAccounts) * fee,
    newAccounts,
    feeToNew,
    fee,
  };
}

function toLine({ l1 }: L2Session, line: ParsedLine, token: PayoutToken): PayoutLine | PayoutProblem {
  let payee = line.payee;
  try {
    if (line.key !== null) payee = encodePaymentCode({ owner: BigInt(line.payee), key: BigInt(line.key) }, l1.domain);
    const amount = parseAmount(line.amount, token.decimals);
    encodeAmount(amount);
    const { id: tokenId, decimals } = token;
    return { at: line.at, id: line.id, payee, token: tokenId, amount, decimals, reference: line.reference };
  } catch (error) {
    if (isCairnError(error, "sdk/bad-payment-code")) return problemOf("bad-payee", line, error.message);
    if (isCairnError(error, "sdk/bad-amount")) return problemOf("bad-amount", line, error.message);
    if (!isCairnError(error, "sdk/not-encodable")) throw error;
    return problemOf("bad-amount", line, notEncodable(line, token, error.details));
  }
}

function notEncodable(line: ParsedLine, { decimals }: PayoutToken, details: Readonly<Record<string, unknown>>): string {
  const nearest = [details.below, details.above]
    .filter((amount) => typeof amount === "string")
    .map((amount) => formatAmount(BigInt(amount), decimals));
  return `${line.amount} has too many digits to be signed exactly; nearest: ${nearest.join(" and ")}`;
}

async function tokenByRef(client: CairnClient, text: string): Promise<PayoutToken> {
  const { id, decimals } = await describeToken(client, /^[0-9]{1,10}$/.test(text) ? Number(text) : text);
  if (decimals !== null) return { id, decimals };
  throw sdkError("sdk/unknown-token", `token ${shown(text)} does not say how many decimals it has`);
}

function problemOf(code: PayoutProblemCode, { at, id }: { at: number; id: string }, message: string): PayoutProblem {
  return { code, at, id, message };
}
