import { defineTexts } from "../../base/locale.ts";

/** Kinds of entries of the L1 queue. */
export const ENTRY_KINDS = defineTexts({
  en: { deposit: "Deposit", forcedWithdraw: "Forced withdrawal", setKey: "New key" },
  de: { deposit: "Einzahlung", forcedWithdraw: "Erzwungene Auszahlung", setKey: "Neuer Schlüssel" },
});

/** What became of one. */
export const OUTCOMES = defineTexts({
  en: {
    toppedUp: "credited to an account",
    created: "made an account",
    refunded: "sent back",
    exited: "paid out the whole account",
    keySet: "set the key",
    noEffect: "had no effect",
  },
  de: {
    toppedUp: "einem Konto gutgeschrieben",
    created: "hat ein Konto eröffnet",
    refunded: "zurückgeschickt",
    exited: "hat das ganze Konto ausgezahlt",
    keySet: "hat den Schlüssel gesetzt",
    noEffect: "hatte keine Wirkung",
  },
});
