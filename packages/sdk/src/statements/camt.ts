import { formatAmount } from "../amount-text.ts";
import { sdkError } from "../errors.ts";
import { type AmountFormat, isoTime } from "./formats.ts";
import type { Movement } from "./movements.ts";
import type { Statement } from "./statement.ts";
import { element, type XmlElement, xmlDocument, xmlText } from "./xml.ts";

/** How a statement is written as camt.053. */
export interface CamtFormat extends AmountFormat {
  /** Three capital letters; by default ETH for ETH, and XXX, which stands for no currency, for other tokens. */
  readonly currency?: string;
  /** Name of the account's owner; its L1 address by default. */
  readonly ownerName?: string;
}

const NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
/** Most that an amount of ISO 20022 has. */
const FRACTION_DIGITS = 5;
const TOTAL_DIGITS = 18;

/** Domain, family and sub-family of ISO's bank transaction codes, for credits and debits. */
const FAMILY = { credit: "RCDT", debit: "ICDT" } as const;
const SUB_FAMILY: Readonly<Record<Movement["type"], string>> = {
  transfer: "BOOK",
  withdraw: "OTHR",
  deposit: "OTHR",
  forcedWithdraw: "OTHR",
  fee: "CHRG",
  fees: "OTHR",
};

/**
 * A statement as ISO 20022 camt.053.001.08. Its amounts have five decimals at most: the balances are rounded down to
 * them, and a movement is the difference of the balances around it, so that the statement adds up; each entry also says
 * its exact amount in words. What is longer than ISO's fields, such as ids and L1 addresses, is in the texts for it.
 * Throws `sdk/bad-amount` for a balance of more than 18 digits, `sdk/bad-request` for a currency of another form.
 *
 * @example await writeFile("2026-11.xml", statementToCamt053(statement, { decimals: 6, currency: "USD" }));
 */
export function statementToCamt053(statement: Statement, format: CamtFormat): string {
  const currency = format.currency ?? (statement.token === 0 ? "ETH" : "XXX");
  if (!/^[A-Z]{3}$/.test(currency))
    throw sdkError("sdk/bad-request", "a currency is three capital letters; XXX stands for none");
  const writer = createAmountWriter(format.decimals, currency);
  const { account, chainId, from, to, createdAt } = statement;
  const id = `${chainId}-${account}-${from}-${to}`.slice(0, 35);
  return xmlDocument(
    element(
      "Document",
      [
        element("BkToCstmrStmt", [
          element("GrpHdr", [element("MsgId", id), element("CreDtTm", isoTime(createdAt))]),
          element("Stmt", [
            element("Id", id),
            element("CreDtTm", isoTime(createdAt)),
            element("FrToDt", [element("FrDtTm", isoTime(from)), element("ToDtTm", isoTime(to))]),
            accountOf(statement, format, currency),
            balanceOf(writer, "OPBD", statement.opening, from),
            balanceOf(writer, "CLBD", statement.closing, to),
            summaryOf(writer, statement),
            ...statement.movements.map((movement, i) => entryOf(writer, statement, movement, i + 1)),
            element("AddtlStmtInf", xmlText(wordsOf(writer, statement), 500)),
          ]),
        ]),
      ],
      { xmlns: NAMESPACE },
    ),
  );
}

/** Writes amounts in ISO's form, in units of its smallest one. */
interface AmountWriter {
  /** A balance in units of 10^-5 of a whole unit, rounded down. */
  readonly rounded: (balance: bigint) => bigint;
  /** A movement as the difference of rounded balances. */
  readonly change: (movement: Movement) => bigint;
  readonly text: (units: bigint) => string;
  readonly exact: (amount: bigint) => string;
  readonly element: (units: bigint) => XmlElement;
}

function createAmountWriter(decimals: number, currency: string): AmountWriter {
  const shift = FRACTION_DIGITS - decimals;
  const rounded = (balance: bigint) =>
    shift >= 0 ? balance * 10n ** BigInt(shift) : floorDivide(balance, 10n ** BigInt(-shift));
  const text = (units: bigint): string => {
    const magnitude = units < 0n ? -units : units;
    if (magnitude.toString().length > TOTAL_DIGITS)
      throw sdkError("sdk/bad-amount", `ISO 20022 has amounts of ${TOTAL_DIGITS} digits at most`);
    const plain = formatAmount(magnitude, FRACTION_DIGITS);
    return plain.includes(".") ? plain : `${plain}.00`;
  };
  return {
    rounded,
    change: ({ amount, balance }) => rounded(balance) - rounded(balance - amount),
    text,
    exact: (amount) => formatAmount(amount, decimals),
    element: (units) => element("Amt", text(units), { Ccy: currency }),
  };
}

/** Rounds down below zero too, where `/` rounds up: within a block, the order of a history may pass below it. */
function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}

function accountOf({ account, chainId, owner, rollup }: Statement, { ownerName }: CamtFormat, currency: string) {
  return element("Acct", [
    element("Id", [element("Othr", [element("Id", `${chainId}-${account}`.slice(0, 34))])]),
    element("Ccy", currency),
    element("Ownr", [element("Nm", xmlText(ownerName ?? "", 140) || owner)]),
    element("Svcr", [element("FinInstnId", [element("Nm", `rollup ${rollup}`)])]),
  ]);
}

function balanceOf(writer: AmountWriter, code: "OPBD" | "CLBD", balance: bigint, seconds: number): XmlElement {
  return element("Bal", [
    element("Tp", [element("CdOrPrtry", [element("Cd", code)])]),
    writer.element(writer.rounded(balance)),
    element("CdtDbtInd", "CRDT"),
    element("Dt", [element("DtTm", isoTime(seconds))]),
  ]);
}

function summaryOf(writer: AmountWriter, { movements, opening, closing }: Statement): XmlElement {
  const credits = movements.filter(({ amount }) => amount >= 0n);
  const debits = movements.filter(({ amount }) => amount < 0n);
  const sum = (some: readonly Movement[]) =>
    some.reduce((total, movement) => {
      const change = writer.change(movement);
      return total + (change < 0n ? -change : change);
    }, 0n);
  const counted = (name: string, some: readonly Movement[]) =>
    element(name, [element("NbOfNtries", String(some.length)), element("Sum", writer.text(sum(some)))]);
  const net = writer.rounded(closing) - writer.rounded(opening);
  return element("TxsSummry", [
    element("TtlNtries", [
      element("NbOfNtries", String(movements.length)),
      element("Sum", writer.text(sum(movements))),
      element("TtlNetNtry", [element("Amt", writer.text(net)), element("CdtDbtInd", net < 0n ? "DBIT" : "CRDT")]),
    ]),
    counted("TtlCdtNtries", credits),
    counted("TtlDbtNtries", debits),
  ]);
}

function entryOf(writer: AmountWriter, { owner }: Statement, movement: Movement, number: number): XmlElement {
  const { type, amount, timestamp, block, slot } = movement;
  const isDebit = amount < 0n;
  const place = `${block}-${slot ?? "end"}-${number}`.slice(0, 35);
  const domain = element("Domn", [
    element("Cd", "PMNT"),
    element("Fmly", [element("Cd", isDebit ? FAMILY.debit : FAMILY.credit), element("SubFmlyCd", SUB_FAMILY[type])]),
  ]);
  const date = [element("DtTm", isoTime(timestamp))];
  return element("Ntry", [
    element("NtryRef", String(number)),
    writer.element(writer.change(movement)),
    element("CdtDbtInd", isDebit ? "DBIT" : "CRDT"),
    element("Sts", [element("Cd", "BOOK")]),
    element("BookgDt", date),
    element("ValDt", date),
    element("AcctSvcrRef", place),
    element("BkTxCd", [domain, element("Prtry", [element("Cd", type)])]),
    element("NtryDtls", [detailsOf(writer, movement, owner)]),
  ]);
}

function detailsOf(writer: AmountWriter, movement: Movement, owner: string): XmlElement {
  const { amount, transaction, l1Transaction, reference } = movement;
  const isDebit = amount < 0n;
  const shown = xmlText(reference ?? "", 140);
  const words = [
    `exactly ${writer.exact(amount)}`,
    ...(transaction === null ? [] : [`transaction ${transaction}`]),
    ...(l1Transaction === null ? [] : [`L1 transaction ${l1Transaction}`]),
  ];
  return element("TxDtls", [
    element("Refs", [element("EndToEndId", xmlText(shown, 35) || "NOTPROVIDED")]),
    writer.element(writer.change(movement)),
    element("CdtDbtInd", isDebit ? "DBIT" : "CRDT"),
    partiesOf(movement, owner, isDebit),
    shown === "" ? null : element("RmtInf", [element("Ustrd", shown)]),
    element("AddtlTxInf", xmlText(words.join(", "), 500)),
  ]);
}

/** Debtor and creditor; both are there only where someone is on the other side. */
function partiesOf({ counterparty }: Movement, owner: string, isDebit: boolean): XmlElement | null {
  if (counterparty === null) return null;
  const party = (name: string, of: string) => element(name, [element("Pty", [element("Nm", of)])]);
  const account = (name: string) =>
    counterparty.account === null
      ? null
      : element(name, [element("Id", [element("Othr", [element("Id", String(counterparty.account))])])]);
  return isDebit
    ? element("RltdPties", [party("Dbtr", owner), party("Cdtr", counterparty.owner), account("CdtrAcct")])
    : element("RltdPties", [party("Dbtr", counterparty.owner), account("DbtrAcct"), party("Cdtr", owner)]);
}

function wordsOf(
  writer: AmountWriter,
  { opening, closing, status, leftOut, token, rollup, chainId }: Statement,
): string {
  const open = leftOut === 0 ? "" : ` ${leftOut} entries that are not ${status} yet are left out.`;
  return `Token ${token} of rollup ${rollup} on chain ${chainId}. Opening balance exactly ${writer.exact(opening)}, closing balance exactly ${writer.exact(closing)}.${open}`;
}
