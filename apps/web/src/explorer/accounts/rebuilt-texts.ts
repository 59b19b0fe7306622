import { defineTexts } from "../../base/locale.ts";

/** Of an account in the rebuilt state. */
export const TEXTS = defineTexts({
  en: {
    notYet: "No node tells of this account. Your browser can rebuild it from L1, with all the others.",
    rebuild: "Rebuild the state",
    found: (block: string, l1Block: string) =>
      `In the state after block ${block}, which your browser has rebuilt from L1 as of L1 block ${l1Block}. No node was asked.`,
    absent: "There is no such account in the state that your browser has rebuilt from L1.",
  },
  de: {
    notYet: "Kein Knoten erzählt von diesem Konto. Ihr Browser kann es aus L1 nachbauen, mit allen anderen.",
    rebuild: "Zustand nachbauen",
    found: (block: string, l1Block: string) =>
      `Im Zustand nach Block ${block}, den Ihr Browser aus L1 nachgebaut hat, Stand L1-Block ${l1Block}. Kein Knoten wurde gefragt.`,
    absent: "Im Zustand, den Ihr Browser aus L1 nachgebaut hat, gibt es kein solches Konto.",
  },
});
