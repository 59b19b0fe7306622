import { hashOf } from "../hash.ts";
import { contentOf } from "../requests/document.ts";

/** A payment of a list, ready to be signed but for its payee's account. */
export interface PayoutLine {
  /** Line of the file, from 1, or number of the payment in JSON. */
  readonly at: number;
  readonly id: string;
  /** An account's index, an L1 address or a payment code, in lower case. */
  readonly payee: string;
  readonly token: number;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** The token's. */
  readonly decimals: number;
  readonly reference: bigint;
}

/** Lines that are signed together, all in one token. */
export interface PayoutPart {
  readonly number: number;
  readonly token: number;
  readonly lines: readonly PayoutLine[];
}

const PART_LINES = 32;

/**
 * The parts of a list; they depend on nothing but the list. Lines to one payee come after the first one to that payee:
 * the account that it may create is there when they are signed, so they do not create another.
 */
export function planParts(lines: readonly PayoutLine[]): PayoutPart[] {
  const parts: PayoutPart[] = [];
  for (const token of new Set(lines.map((line) => line.token))) {
    const inToken = lines.filter((line) => line.token === token);
    const first = new Map<string, PayoutLine>();
    for (const line of inToken) if (!first.has(line.payee)) first.set(line.payee, line);
    const isFirst = (line: PayoutLine) => first.get(line.payee) === line;
    for (const group of [inToken.filter(isFirst), inToken.filter((line) => !isFirst(line))]) {
      for (let at = 0; at < group.length; at += PART_LINES)
        parts.push({ number: parts.length, token, lines: group.slice(at, at + PART_LINES) });
    }
  }
  return parts;
}

/** What a line pays, as a hash: the same for the same payment, wherever it stands and however it is written. */
export function digestOf({ id, payee, token, amount, reference }: PayoutLine): string {
  return hashOf(contentOf({ id, payee, token, amount, reference })).slice(0, 32);
}

/** What a list pays, as a hash. */
export function contentHash(lines: readonly PayoutLine[]): string {
  return hashOf(JSON.stringify(lines.map(digestOf)));
}
