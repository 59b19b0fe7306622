import { defineTexts } from "../../base/locale.ts";

/** Of the page of an account. */
export const TEXTS = defineTexts({
  en: {
    title: (index: string) => `Account ${index}`,
    check: "Against L1",
    same: (block: string) =>
      `Fields and path, hashed here, lead to L1's root. That is the account after block ${block}.`,
    absent: (block: string) =>
      `L1 has no such account after block ${block}: shown here by the empty leaf and its path.`,
    newer: (block: string) => `The node has newer blocks. Proven at block ${block}: what is marked so below.`,
    differs: (fields: string, block: string) =>
      `What the node says differs from what L1 proves after block ${block}: ${fields}.`,
    atOdds: (fields: string) => `The node contradicts itself: its proof and its answer differ in ${fields}.`,
    noL1: "No connection to L1 is set, so all of this is the node's word.",
    noBatch: "L1 has accepted no batch yet.",
    provenAt: (block: string) => `proven at block ${block}`,
    onL1: "On L1:",
    fields: "The account",
    balance: "Balance",
    nonce: "Nonce",
    owner: "Owner",
    tokenId: "Token",
    key: "Key",
    ownerKey: "Key authorised on L1",
    yes: "yes",
    no: "no",
    noKey: "none",
    path: "Its path through the tree of all accounts",
    pathHint:
      "Each row is a level of the tree; the filled square is on the account's way. The page hashes it with its three neighbours, level by level, to the root.",
    level: (level: string) => `level ${level}`,
    root: "Root, computed here and the same on L1",
    top: "root",
    leaf: "account",
    history: "History",
  },
  de: {
    title: (index: string) => `Konto ${index}`,
    check: "Gegen L1",
    same: (block: string) =>
      `Felder und Pfad, hier gehasht, führen zur Wurzel auf L1. Das ist das Konto nach Block ${block}.`,
    absent: (block: string) =>
      `L1 hat nach Block ${block} kein solches Konto: hier gezeigt durch das leere Blatt und seinen Pfad.`,
    newer: (block: string) => `Der Knoten hat neuere Blöcke. Bewiesen bei Block ${block}: was unten so markiert ist.`,
    differs: (fields: string, block: string) =>
      `Was der Knoten sagt, weicht von dem ab, was L1 nach Block ${block} beweist: ${fields}.`,
    atOdds: (fields: string) =>
      `Der Knoten widerspricht sich: Sein Beweis und seine Antwort unterscheiden sich in ${fields}.`,
    noL1: "Es ist keine Verbindung zu L1 eingestellt, also ist all das nur die Aussage des Knotens.",
    noBatch: "L1 hat noch keinen Batch angenommen.",
    provenAt: (block: string) => `bewiesen bei Block ${block}`,
    onL1: "Auf L1:",
    fields: "Das Konto",
    balance: "Guthaben",
    nonce: "Laufende Nummer",
    owner: "Eigentümer",
    tokenId: "Token",
    key: "Schlüssel",
    ownerKey: "Schlüssel auf L1 erlaubt",
    yes: "ja",
    no: "nein",
    noKey: "keiner",
    path: "Sein Pfad durch den Baum aller Konten",
    pathHint:
      "Jede Zeile ist eine Ebene des Baums; das gefüllte Quadrat liegt auf dem Weg des Kontos. Die Seite hasht es mit seinen drei Nachbarn, Ebene für Ebene, bis zur Wurzel.",
    level: (level: string) => `Ebene ${level}`,
    root: "Wurzel, hier berechnet und dieselbe auf L1",
    top: "Wurzel",
    leaf: "Konto",
    history: "Verlauf",
  },
});
