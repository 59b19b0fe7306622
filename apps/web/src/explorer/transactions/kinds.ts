import { defineTexts } from "../../base/locale.ts";

/** Kinds of transactions. */
export const KINDS = defineTexts({
  en: { transfer: "Transfer", transferToNew: "Transfer to a new account", withdraw: "Withdrawal" },
  de: { transfer: "Überweisung", transferToNew: "Überweisung an ein neues Konto", withdraw: "Auszahlung" },
});
