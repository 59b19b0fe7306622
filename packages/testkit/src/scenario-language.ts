import { CairnError, type TokenId, tokenId } from "@cairn/protocol";
import type { TestkitErrorCode } from "./errors.ts";

/** A token in which scenarios write amounts. */
export interface ScenarioToken {
  readonly name: string;
  readonly tokenId: TokenId;
  readonly decimals: number;
}

/** An amount in the token's smallest unit; null stands for `all`, the whole balance less the fee. */
export interface ScenarioAmount {
  readonly token: ScenarioToken;
  readonly amount: bigint | null;
}

/** What one side of a transfer or swap sends, with its fee in the same token. */
export interface ScenarioPayment extends ScenarioAmount {
  readonly sender: string;
  readonly fee: bigint;
}

/** A statement that goes through the L1 queue. */
export type L1Statement =
  | {
      readonly type: "deposit";
      readonly name: string;
      readonly token: ScenarioToken;
      readonly amount: bigint;
      readonly isKeyless: boolean;
      /** The account that the deposit names; the owner's own one in the token by default. */
      readonly at: { readonly name: string; readonly token: ScenarioToken } | null;
    }
  | { readonly type: "forceWithdraw"; readonly name: string; readonly token: ScenarioToken; readonly by: string | null }
  | {
      readonly type: "setKey";
      readonly name: string;
      readonly token: ScenarioToken;
      readonly keyOf: string;
      readonly by: string | null;
    };

/** A statement that makes a group of L2 transactions. */
export type L2Statement =
  | ({ readonly type: "transfer"; readonly receiver: string } & ScenarioPayment)
  | ({ readonly type: "transferToNew"; readonly receiver: string; readonly isKeyless: boolean } & ScenarioPayment)
  | ({ readonly type: "withdraw"; readonly recipient: bigint | null } & ScenarioPayment)
  | { readonly type: "swap"; readonly left: ScenarioPayment; readonly right: ScenarioPayment };

/** One line of a scenario. */
export type Statement =
  | L1Statement
  | L2Statement
  | { readonly type: "fees"; readonly name: string; readonly tokens: readonly ScenarioToken[] }
  | { readonly type: "wait"; readonly seconds: number }
  | { readonly type: "block" }
  | { readonly type: "expect"; readonly name: string; readonly token: ScenarioToken; readonly amount: bigint }
  | { readonly type: "rejected"; readonly reason: string; readonly statement: L2Statement };

/** A statement and its line, counted from 1. */
export interface ScenarioLine {
  readonly line: number;
  readonly text: string;
  readonly statement: Statement;
}

/** ETH, known to every scenario. */
export const ETH: ScenarioToken = { name: "ETH", tokenId: tokenId(0), decimals: 18 };

interface Words {
  readonly tokens: Map<string, ScenarioToken>;
  /** The next word. */
  next(what: string): string;
  /** Takes the next word if it is `word`. */
  skip(word: string): boolean;
  isAtEnd(): boolean;
  fail(problem: string): CairnError<TestkitErrorCode>;
}

/**
 * Reads a scenario, one statement a line, `#` begins a comment:
 *
 *     token USD 1 6                                        name, id, decimals; ETH is built in
 *     deposit NAME 10 ETH [keyless] [at NAME [USD]]        tops NAME's account up, or creates it; `at` names an account
 *     force-withdraw NAME ETH [by NAME]
 *     set-key NAME ETH to NAME [by NAME]                   the key of the second name
 *     transfer NAME -> NAME 1.5 ETH [fee 0.001]            `all` for the whole balance less the fee
 *     transfer NAME -> new NAME 1 ETH [fee 0.001] [keyless]
 *     withdraw NAME 1 USD [fee 0.1] [to 0x…]               to NAME's own address by default
 *     swap NAME 1 ETH [fee 0.001] for NAME 2000 USD [fee 1]
 *     fees NAME ETH USD                                    who takes fees, in which tokens, from the next block on
 *     wait 60                                              seconds to the next block's timestamp
 *     block                                                seals the block
 *     expect NAME 8.5 ETH                                  balance at this point
 *     rejected REASON: STATEMENT                           the VM must refuse it for this reason
 *
 * Throws `testkit/scenario-syntax`.
 */
export function parseScenario(text: string): ScenarioLine[] {
  const tokens = new Map([[ETH.name, ETH]]);
  return text.split("\n").flatMap((row, position): ScenarioLine[] => {
    const line = position + 1;
    const code = row.replace(/#.*/, "").trim();
    if (code === "") return [];
    const words = readWords(code, line, tokens);
    const statement = parseLine(words);
    if (!words.isAtEnd()) throw words.fail(`unexpected "${words.next("")}"`);
    return statement === null ? [] : [{ line, text: code, statement }];
  });
}

function parseLine(words: Words): Statement | null {
  const keyword = words.next("statement");
  switch (keyword) {
    case "token":
      return defineToken(words);
    case "block":
      return { type: "block" };
    case "wait":
      return { type: "wait", seconds: parseInteger(words, "seconds") };
    case "fees":
      return parseFees(words);
    case "expect":
      return { type: "expect", name: words.next("name"), ...parseExact(words) };
    case "rejected":
      return parseRejected(words);
    default:
      return parseL1(keyword, words) ?? parseL2(keyword, words);
  }
}

function parseL1(keyword: string, words: Words): L1Statement | null {
  switch (keyword) {
    case "deposit": {
      const name = words.next("name");
      const amount = parseExact(words);
      const isKeyless = words.skip("keyless");
      const at = optional(words, "at");
      const atToken = at === null || words.isAtEnd() ? amount.token : parseToken(words);
      return { type: "deposit", name, ...amount, isKeyless, at: at === null ? null : { name: at, token: atToken } };
    }
    case "force-withdraw":
      return { type: "forceWithdraw", name: words.next("name"), token: parseToken(words), by: optional(words, "by") };
    case "set-key": {
      const account = { name: words.next("name"), token: parseToken(words) };
      if (!words.skip("to")) throw words.fail('"to" is missing');
      return { type: "setKey", ...account, keyOf: words.next("name"), by: optional(words, "by") };
    }
    default:
      return null;
  }
}

function parseL2(keyword: string, words: Words): L2Statement {
  switch (keyword) {
    case "transfer": {
      const sender = words.next("sender");
      if (!words.skip("->")) throw words.fail('"->" is missing');
      const isNew = words.skip("new");
      const receiver = words.next("receiver");
      const payment = parsePayment(words, sender);
      if (!isNew) return { type: "transfer", receiver, ...payment };
      return { type: "transferToNew", receiver, ...payment, isKeyless: words.skip("keyless") };
    }
    case "withdraw": {
      const payment = parsePayment(words, words.next("name"));
      const recipient = optional(words, "to");
      if (recipient !== null && !/^0x[0-9a-fA-F]{1,40}$/.test(recipient))
        throw words.fail(`not an address: ${recipient}`);
      return { type: "withdraw", ...payment, recipient: recipient === null ? null : BigInt(recipient) };
    }
    case "swap": {
      const left = parsePayment(words, words.next("name"));
      if (!words.skip("for")) throw words.fail('"for" is missing');
      return { type: "swap", left, right: parsePayment(words, words.next("name")) };
    }
    default:
      throw words.fail(`unknown statement "${keyword}"`);
  }
}

function parseRejected(words: Words): Statement {
  const reason = words.next("reason");
  if (!reason.endsWith(":")) throw words.fail("a colon must end the reason");
  return { type: "rejected", reason: reason.slice(0, -1), statement: parseL2(words.next("statement"), words) };
}

function parseFees(words: Words): Statement {
  const name = words.next("name");
  const tokens: ScenarioToken[] = [];
  while (!words.isAtEnd()) tokens.push(parseToken(words));
  return { type: "fees", name, tokens };
}

function defineToken(words: Words): null {
  const name = words.next("token name");
  if (words.tokens.has(name)) throw words.fail(`token ${name} is known already`);
  const id = tokenId(parseInteger(words, "token id"));
  words.tokens.set(name, { name, tokenId: id, decimals: parseInteger(words, "decimals") });
  return null;
}

function parsePayment(words: Words, sender: string): ScenarioPayment {
  const value = words.next("amount");
  const token = parseToken(words);
  const amount = value === "all" ? null : parseDecimal(words, value, token);
  const fee = words.skip("fee") ? parseDecimal(words, words.next("fee"), token) : 0n;
  return { sender, token, amount, fee };
}

function parseExact(words: Words): { readonly token: ScenarioToken; readonly amount: bigint } {
  const value = words.next("amount");
  const token = parseToken(words);
  return { token, amount: parseDecimal(words, value, token) };
}

function parseDecimal(words: Words, value: string, { decimals, name }: ScenarioToken): bigint {
  const match = /^(\d[\d_]*)(?:\.(\d+))?$/.exec(value);
  const [, whole = "", fraction = ""] = match ?? [];
  if (match === null || fraction.length > decimals) throw words.fail(`not an amount of ${name}: ${value}`);
  return BigInt(whole.replaceAll("_", "") + fraction.padEnd(decimals, "0"));
}

function parseToken(words: Words): ScenarioToken {
  const name = words.next("token");
  const token = words.tokens.get(name);
  if (token === undefined) throw words.fail(`unknown token ${name}`);
  return token;
}

function parseInteger(words: Words, what: string): number {
  const value = words.next(what);
  if (!/^\d{1,15}$/.test(value)) throw words.fail(`${what} is not a number: ${value}`);
  return Number(value);
}

function optional(words: Words, keyword: string): string | null {
  return words.skip(keyword) ? words.next(keyword) : null;
}

function readWords(code: string, line: number, tokens: Map<string, ScenarioToken>): Words {
  const words = code.split(/\s+/);
  let position = 0;
  const fail = (problem: string) =>
    new CairnError<TestkitErrorCode>("testkit/scenario-syntax", `line ${line}: ${problem} in: ${code}`, {
      details: { line },
    });
  return {
    tokens,
    next: (what) => {
      const word = words[position];
      if (word === undefined) throw fail(`${what} is missing`);
      position++;
      return word;
    },
    skip: (word) => {
      if (words[position] !== word) return false;
      position++;
      return true;
    },
    isAtEnd: () => position === words.length,
    fail,
  };
}
