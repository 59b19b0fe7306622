import { defineTexts } from "../../base/locale.ts";

/** Of the wallet's first page. */
export const TEXTS = defineTexts({
  en: {
    title: "Your money",
    lead: "Everything on the rollup that belongs to your L1 address:",
    balances: "Balances",
    inAccounts: (count: number) => (count === 1 ? "in one account" : `in ${count} accounts`),
    unspendable: (amount: string) => `${amount} of it is in accounts with another key`,
    incomplete: "There are more accounts than were added up: anyone can open accounts for you.",
    empty: "You have nothing here yet",
    emptyText: "Deposit ETH or a token from L1, or be paid: your account is made by the first payment.",
    deposit: "Deposit",
    accounts: "Accounts",
    more: "What you can do about keys",
  },
  de: {
    title: "Ihr Geld",
    lead: "Alles auf dem Rollup, was Ihrer L1-Adresse gehört:",
    balances: "Guthaben",
    inAccounts: (count: number) => (count === 1 ? "auf einem Konto" : `auf ${count} Konten`),
    unspendable: (amount: string) => `${amount} davon auf Konten mit einem anderen Schlüssel`,
    incomplete: "Es gibt mehr Konten, als zusammengezählt wurden: Jeder kann Konten für Sie eröffnen.",
    empty: "Hier ist noch nichts",
    emptyText:
      "Zahlen Sie ETH oder einen Token von L1 ein, oder lassen Sie sich bezahlen: Die erste Zahlung eröffnet Ihr Konto.",
    deposit: "Einzahlen",
    accounts: "Konten",
    more: "Was Sie mit Schlüsseln tun können",
  },
});
