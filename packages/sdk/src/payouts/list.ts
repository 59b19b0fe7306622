import {
  addressProblem,
  addressToBigint,
  CairnError,
  hexToReference,
  isCairnError,
  MAX_ACCOUNTS,
  NO_REFERENCE,
  textReference,
} from "@cairn/protocol";
import { isPaymentCode } from "../payment-code.ts";
import { badList, MAX_PROBLEMS, type PayoutProblem, type PayoutProblemCode, shown } from "./problems.ts";
import { type RawLine, type ReadRows, readCsv, readJson } from "./rows.ts";

/** Most lines of a list. */
export const MAX_PAYOUT_LINES = 10_000;
/** Most characters of a list: 800 for each line. A longer text is refused before it is read. */
export const MAX_PAYOUT_CHARS = 8_000_000;

const LINE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const AMOUNT = /^[0-9]{1,39}(?:\.[0-9]{1,39})?$/;
const PUBLIC_KEY = /^0x[0-9a-fA-F]{64}$/;
const MAX_PAYEE = 200;
const MAX_TOKEN = 64;

/** A line whose form is right; tokens, payees and amounts are checked later, against rollup and node. */
export interface ParsedLine {
  /** Line of the file, from 1, or number of the payment in JSON. */
  readonly at: number;
  /** Names the payment in the list, and in the result. */
  readonly id: string;
  /** An account's index, an L1 address, or a payment code. */
  readonly payee: string;
  /** x of the payee's L2 public key as 32 bytes of hex; only with an address; null for none. */
  readonly key: string | null;
  /** In whole units of the token, as digits with a point at most. */
  readonly amount: string;
  /** As written; null for the list's default. */
  readonly token: string | null;
  readonly reference: bigint;
}

/** A list whose form is right. */
export interface PayoutList {
  readonly lines: readonly ParsedLine[];
}

/**
 * Reads a list of payments. CSV has a header with the columns id, payee and amount, and perhaps token, reference and
 * key, in any order; JSON is a list of objects with these properties, all of them texts. Nothing is guessed: amounts are
 * digits with a point at most. Throws `sdk/bad-payout-list`, whose `details.problems` has up to 100 {@link PayoutProblem}s.
 *
 * @example const list = parsePayoutList("id,payee,amount\n1,0x7099…,1.5\n2,cairn1…,20", { format: "csv" });
 */
export function parsePayoutList(text: string, { format }: { readonly format: "csv" | "json" }): PayoutList {
  const problems: PayoutProblem[] = [];
  const lines: ParsedLine[] = [];
  const seen = new Map<string, number>();
  const rows = readRows(text, format);
  problems.push(...rows.problems);
  for (const raw of rows.lines) {
    if (problems.length >= MAX_PROBLEMS) break;
    const line = checked(raw);
    if ("code" in line) {
      problems.push(line);
      continue;
    }
    const before = seen.get(line.id);
    if (before === undefined) lines.push(line);
    else problems.push(problem("repeated-id", line, `line ${before} has the id ${line.id} as well`));
    seen.set(line.id, before ?? line.at);
  }
  if (problems.length === 0 && lines.length === 0)
    problems.push({ code: "bad-list", at: null, id: null, message: "there are no payments in the list" });
  if (problems.length > 0) throw badList(problems.slice(0, MAX_PROBLEMS));
  return { lines };
}

function readRows(text: string, format: "csv" | "json"): ReadRows {
  const tooLong = (message: string): ReadRows => ({
    lines: [],
    problems: [{ code: "bad-list", at: null, id: null, message }],
  });
  if (text.length > MAX_PAYOUT_CHARS) return tooLong(`the list has more than ${MAX_PAYOUT_CHARS} characters`);
  const rows = format === "csv" ? readCsv(text, MAX_PAYOUT_LINES) : readJson(text, MAX_PAYOUT_LINES);
  if (rows.lines.length > MAX_PAYOUT_LINES) return tooLong(`the list has more than ${MAX_PAYOUT_LINES} payments`);
  return rows;
}

/** The line, or the first thing that is wrong with it. */
function checked(raw: RawLine): ParsedLine | PayoutProblem {
  if (!LINE_ID.test(raw.id)) {
    const form = "an id has 1 to 64 letters, digits, dots, dashes and underscores, and begins with a letter or digit";
    return problem("bad-id", { at: raw.at, id: "" }, `${shown(raw.id)} is no id: ${form}`);
  }
  const payee = payeeProblem(raw);
  if (payee !== null) return problem("bad-payee", raw, payee);
  const amount = amountProblem(raw.amount);
  if (amount !== null) return problem("bad-amount", raw, amount);
  if (raw.token.length > MAX_TOKEN) return problem("bad-token", raw, `there is no token ${shown(raw.token)}`);
  const reference = referenceOf(raw.reference);
  if (typeof reference === "string") return problem("bad-reference", raw, reference);
  return {
    at: raw.at,
    id: raw.id,
    payee: canonicalPayee(raw.payee),
    key: raw.key === "" ? null : raw.key.toLowerCase(),
    amount: raw.amount,
    token: raw.token === "" ? null : raw.token,
    reference,
  };
}

function payeeProblem({ payee, key }: RawLine): string | null {
  if (payee.length > MAX_PAYEE) return `${shown(payee)} is no payee`;
  if (key !== "" && !PUBLIC_KEY.test(key)) return `${shown(key)} is no L2 key: 0x and 64 hex digits`;
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(payee)) {
    if (key !== "") return "an account has its key already: name an address with the key, or the account alone";
    return Number(payee) < MAX_ACCOUNTS ? null : `there is no account ${payee}`;
  }
  if (payee.startsWith("0x")) {
    const wrong = addressProblem(payee);
    if (wrong !== null) return `${shown(payee)} ${wrong}`;
    return addressToBigint(payee) === 0n ? "the address 0 cannot own an account" : null;
  }
  if (!isPaymentCode(payee)) return `${shown(payee)} is no account, no address and no payment code`;
  return key === "" ? null : "a payment code has its key already";
}

/** Text that means the same payee is the same text. */
function canonicalPayee(payee: string): string {
  return payee.toLowerCase();
}

function amountProblem(amount: string): string | null {
  if (AMOUNT.test(amount)) return /[1-9]/.test(amount) ? null : "there is nothing to pay: the amount is 0";
  const advice = amount.includes(",") ? ": write a point for decimals, and nothing between thousands" : "";
  return `${shown(amount)} is no amount${advice}`;
}

/** The reference, or what is wrong with it. */
function referenceOf(text: string): bigint | string {
  if (text === "") return NO_REFERENCE;
  if (/^0x[0-9a-fA-F]{62}$/.test(text)) return hexToReference(text);
  if (/\p{Cc}/u.test(text)) return "a reference has no control characters";
  if (/^[=+\-@]/.test(text))
    return `a spreadsheet of the payee would run ${shown(text)}: begin it with a letter, or write the bytes as hex`;
  try {
    return textReference(text);
  } catch (error) {
    if (isCairnError(error) && error instanceof CairnError) return error.message;
    throw error;
  }
}

function problem(
  code: PayoutProblemCode,
  { at, id }: { readonly at: number; readonly id: string },
  message: string,
): PayoutProblem {
  return { code, at, id: id === "" ? null : id, message };
}
