import { defineTexts } from "../../base/locale.ts";

/** Of the page of contacts. */
export const TEXTS = defineTexts({
  en: {
    title: "Contacts",
    lead: "Names for those whom you pay. They stay in this browser.",
    name: "Name",
    payee: "Address, payment code or account",
    add: "Add",
    remove: "Remove",
    none: "No contacts yet.",
    list: "Contacts",
    problems: {
      name: "A name has up to 60 characters, all of which can be seen.",
      payee: "This is no address, no payment code and no account's number.",
      "known-name": "There is a contact with this name.",
      full: "There are a thousand contacts: remove some first.",
      notKept: "This browser keeps nothing: its storage is full or switched off.",
    },
    save: "Save as a file",
    load: "Add those of a file",
    added: (count: string) => `${count} contacts added. Compare their addresses before you pay them.`,
    badFile: "This is no file of contacts.",
  },
  de: {
    title: "Kontakte",
    lead: "Namen für alle, denen Sie zahlen. Sie bleiben in diesem Browser.",
    name: "Name",
    payee: "Adresse, Zahlungscode oder Konto",
    add: "Hinzufügen",
    remove: "Entfernen",
    none: "Noch keine Kontakte.",
    list: "Kontakte",
    problems: {
      name: "Ein Name hat bis zu 60 Zeichen, die man alle sehen kann.",
      payee: "Das ist keine Adresse, kein Zahlungscode und keine Kontonummer.",
      "known-name": "Einen Kontakt mit diesem Namen gibt es schon.",
      full: "Es sind tausend Kontakte: Entfernen Sie erst einige.",
      notKept: "Dieser Browser bewahrt nichts auf: Sein Speicher ist voll oder abgeschaltet.",
    },
    save: "Als Datei speichern",
    load: "Die einer Datei hinzufügen",
    added: (count: string) => `${count} Kontakte hinzugefügt. Vergleichen Sie deren Adressen, bevor Sie zahlen.`,
    badFile: "Das ist keine Datei mit Kontakten.",
  },
});
