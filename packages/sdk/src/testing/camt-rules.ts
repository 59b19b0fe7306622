/**
 * The part of the schema of camt.053.001.08 that statements use, by types: elements in order with how often they occur, or
 * the facets of a text. Elements that a statement never has are left out, so having one is an error too.
 */

type Elements = readonly (readonly [name: string, type: string, least: 0 | 1, most: 1 | "many"])[];

const AMOUNT = /^(?=(?:[0-9]\.?){1,18}$)[0-9]+(?:\.[0-9]{1,5})?$/;
const DECIMAL = /^(?=(?:[0-9]\.?){1,18}$)[0-9]+(?:\.[0-9]{1,17})?$/;
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;
const textOf = (most: number) => new RegExp(`^[^\\n]{1,${most}}$`, "u");

const TEXTS: Readonly<Record<string, RegExp>> = {
  Max34Text: textOf(34),
  Max35Text: textOf(35),
  Max140Text: textOf(140),
  Max500Text: textOf(500),
  Code4: /^[A-Z]{1,4}$/,
  ISODateTime: TIME,
  Currency: /^[A-Z]{3}$/,
  CreditDebitCode: /^(?:CRDT|DBIT)$/,
  Max15NumericText: /^[0-9]{1,15}$/,
  DecimalNumber: DECIMAL,
  /** With the attribute Ccy. */
  Amount: AMOUNT,
};

const ELEMENTS: Readonly<Record<string, Elements>> = {
  Document: [["BkToCstmrStmt", "BankToCustomerStatementV08", 1, 1]],
  BankToCustomerStatementV08: [
    ["GrpHdr", "GroupHeader81", 1, 1],
    ["Stmt", "AccountStatement9", 1, "many"],
  ],
  GroupHeader81: [
    ["MsgId", "Max35Text", 1, 1],
    ["CreDtTm", "ISODateTime", 1, 1],
  ],
  AccountStatement9: [
    ["Id", "Max35Text", 1, 1],
    ["CreDtTm", "ISODateTime", 0, 1],
    ["FrToDt", "DateTimePeriod1", 0, 1],
    ["Acct", "CashAccount39", 1, 1],
    ["Bal", "CashBalance8", 1, "many"],
    ["TxsSummry", "TotalTransactions6", 0, 1],
    ["Ntry", "ReportEntry10", 0, "many"],
    ["AddtlStmtInf", "Max500Text", 0, 1],
  ],
  DateTimePeriod1: [
    ["FrDtTm", "ISODateTime", 1, 1],
    ["ToDtTm", "ISODateTime", 1, 1],
  ],
  CashAccount39: [
    ["Id", "AccountIdentification4Choice", 1, 1],
    ["Ccy", "Currency", 0, 1],
    ["Ownr", "PartyIdentification135", 0, 1],
    ["Svcr", "BranchAndFinancialInstitutionIdentification6", 0, 1],
  ],
  CashAccount38: [["Id", "AccountIdentification4Choice", 1, 1]],
  AccountIdentification4Choice: [["Othr", "GenericAccountIdentification1", 1, 1]],
  GenericAccountIdentification1: [["Id", "Max34Text", 1, 1]],
  PartyIdentification135: [["Nm", "Max140Text", 0, 1]],
  BranchAndFinancialInstitutionIdentification6: [["FinInstnId", "FinancialInstitutionIdentification18", 1, 1]],
  FinancialInstitutionIdentification18: [["Nm", "Max140Text", 0, 1]],
  CashBalance8: [
    ["Tp", "BalanceType13", 1, 1],
    ["Amt", "Amount", 1, 1],
    ["CdtDbtInd", "CreditDebitCode", 1, 1],
    ["Dt", "DateAndDateTime2Choice", 1, 1],
  ],
  BalanceType13: [["CdOrPrtry", "CodeChoice", 1, 1]],
  CodeChoice: [["Cd", "Code4", 1, 1]],
  DateAndDateTime2Choice: [["DtTm", "ISODateTime", 1, 1]],
  TotalTransactions6: [
    ["TtlNtries", "NumberAndSumOfTransactions4", 0, 1],
    ["TtlCdtNtries", "NumberAndSumOfTransactions1", 0, 1],
    ["TtlDbtNtries", "NumberAndSumOfTransactions1", 0, 1],
  ],
  NumberAndSumOfTransactions4: [
    ["NbOfNtries", "Max15NumericText", 0, 1],
    ["Sum", "DecimalNumber", 0, 1],
    ["TtlNetNtry", "AmountAndDirection35", 0, 1],
  ],
  NumberAndSumOfTransactions1: [
    ["NbOfNtries", "Max15NumericText", 0, 1],
    ["Sum", "DecimalNumber", 0, 1],
  ],
  AmountAndDirection35: [
    ["Amt", "DecimalNumber", 1, 1],
    ["CdtDbtInd", "CreditDebitCode", 1, 1],
  ],
  ReportEntry10: [
    ["NtryRef", "Max35Text", 0, 1],
    ["Amt", "Amount", 1, 1],
    ["CdtDbtInd", "CreditDebitCode", 1, 1],
    ["Sts", "CodeChoice", 1, 1],
    ["BookgDt", "DateAndDateTime2Choice", 0, 1],
    ["ValDt", "DateAndDateTime2Choice", 0, 1],
    ["AcctSvcrRef", "Max35Text", 0, 1],
    ["BkTxCd", "BankTransactionCodeStructure4", 1, 1],
    ["NtryDtls", "EntryDetails9", 0, "many"],
  ],
  BankTransactionCodeStructure4: [
    ["Domn", "BankTransactionCodeStructure5", 0, 1],
    ["Prtry", "ProprietaryBankTransactionCodeStructure1", 0, 1],
  ],
  BankTransactionCodeStructure5: [
    ["Cd", "Code4", 1, 1],
    ["Fmly", "BankTransactionCodeStructure6", 1, 1],
  ],
  BankTransactionCodeStructure6: [
    ["Cd", "Code4", 1, 1],
    ["SubFmlyCd", "Code4", 1, 1],
  ],
  ProprietaryBankTransactionCodeStructure1: [["Cd", "Max35Text", 1, 1]],
  EntryDetails9: [["TxDtls", "EntryTransaction10", 0, "many"]],
  EntryTransaction10: [
    ["Refs", "TransactionReferences6", 0, 1],
    ["Amt", "Amount", 0, 1],
    ["CdtDbtInd", "CreditDebitCode", 0, 1],
    ["RltdPties", "TransactionParties6", 0, 1],
    ["RmtInf", "RemittanceInformation16", 0, 1],
    ["AddtlTxInf", "Max500Text", 0, 1],
  ],
  TransactionReferences6: [["EndToEndId", "Max35Text", 0, 1]],
  TransactionParties6: [
    ["Dbtr", "Party40Choice", 0, 1],
    ["DbtrAcct", "CashAccount38", 0, 1],
    ["Cdtr", "Party40Choice", 0, 1],
    ["CdtrAcct", "CashAccount38", 0, 1],
  ],
  Party40Choice: [["Pty", "PartyIdentification135", 1, 1]],
  RemittanceInformation16: [["Ustrd", "Max140Text", 0, "many"]],
};

/** An element that was read. */
export interface ReadElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ReadElement[];
  /** Of an element without children. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** Reads a document of elements with attributes and text. Throws a SyntaxError for anything else. */
export function readXml(document: string): ReadElement {
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(document))
    throw new SyntaxError("no XML character");
  const [, body] = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n([\s\S]*)$/.exec(document) ?? [];
  if (body === undefined) throw new SyntaxError("no declaration");
  const token = /<(\/?)([A-Za-z0-9]+)((?: [a-zA-Z]+="[^"<]*")*)>|([^<]+)/gy;
  type Open = { name: string; attributes: Record<string, string>; children: ReadElement[]; text: string };
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [root];
  for (token.lastIndex = 0; token.lastIndex < body.length; ) {
    const at = token.lastIndex;
    const found = token.exec(body);
    const top = open.at(-1);
    if (found === null || top === undefined) throw new SyntaxError(`not XML: ${body.slice(at, at + 60)}`);
    const [, slash, name, attributes = "", text] = found;
    if (text !== undefined) top.text += unescaped(text);
    else if (slash === "/") {
      open.pop();
      if (name !== top.name) throw new SyntaxError(`<${top.name}> ends with </${name}>`);
      if (top.children.length > 0 && top.text.trim() !== "")
        throw new SyntaxError(`text among the children of ${name}`);
      open.at(-1)?.children.push(top);
    } else {
      const pairs = [...attributes.matchAll(/ ([a-zA-Z]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [
        key,
        unescaped(value),
      ]);
      open.push({ name: name ?? "", attributes: Object.fromEntries(pairs), children: [], text: "" });
    }
  }
  const [only, other] = root.children;
  if (open.length !== 1 || only === undefined || other !== undefined) throw new SyntaxError("not one root");
  return only;
}

function unescaped(text: string): string {
  if (text.includes(">") || text.includes('"')) throw new SyntaxError(`not escaped: ${text}`);
  return text.replace(/&([a-z]*)(;?)/g, (_, name: string, end: string) => {
    const character = ENTITIES[name];
    if (character === undefined || end === "") throw new SyntaxError(`no entity: &${name}${end}`);
    return character;
  });
}

/** What breaks the rules of camt.053.001.08 in an element of a type. */
export function camtProblems(element: ReadElement, type = "Document", path = element.name): string[] {
  if (path === "Document" && element.attributes.xmlns !== "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08")
    return ["another namespace"];
  const facet = TEXTS[type];
  if (facet !== undefined) {
    const hasCurrency = ((element.attributes.Ccy ?? "") !== "") === (type === "Amount");
    if (!hasCurrency || element.children.length > 0) return [`${path}: wrong attributes or children`];
    return facet.test(element.text) ? [] : [`${path}: ${type} is not ${JSON.stringify(element.text)}`];
  }
  const rules = ELEMENTS[type];
  if (rules === undefined) return [`${path}: no type ${type}`];
  const left = [...element.children];
  const problems: string[] = [];
  for (const [name, childType, least, most] of rules) {
    let count = 0;
    while (left[0]?.name === name && (most === "many" || count < most)) {
      const child = left.shift();
      if (child !== undefined) problems.push(...camtProblems(child, childType, `${path}/${name}`));
      count++;
    }
    if (count < least) problems.push(`${path}: no ${name} where it has to be`);
  }
  return left.length === 0 ? problems : [...problems, `${path}: ${left[0]?.name} is at a wrong place`];
}

/** The elements below one that a path of names leads to. */
export function at(element: ReadElement, ...path: readonly string[]): readonly ReadElement[] {
  return path.reduce<readonly ReadElement[]>(
    (elements, name) => elements.flatMap(({ children }) => children.filter((child) => child.name === name)),
    [element],
  );
}
