import { defineTexts } from "../../base/locale.ts";

/** Of the page that deposits. */
export const TEXTS = defineTexts({
  en: {
    title: "Deposit",
    lead: "From your L1 account into your account on the rollup. It is there once the rollup has taken it from the queue on L1.",
    form: "What to deposit",
    onL1: (amount: string) => `On L1 you have ${amount}.`,
    tooMuch: "That is more than you have on L1.",
    approval: "How the rollup may take the token",
    approve: "An approval: one more transaction on L1",
    permit: "A permit: one more signature, no transaction; not every token knows it",
    whatEth: (amount: string) => `You pay ${amount} from your L1 account into your account here.`,
    whatApprove: (amount: string) =>
      `You let the rollup take exactly ${amount}, and pay that into your account here. The wallet asks for both, one after the other; for tokens like USDT it first takes an older approval back.`,
    whatPermit: (amount: string) =>
      `You sign that the rollup may take exactly ${amount}, and pay that into your account here. The wallet asks for both, one after the other.`,
    fee: (amount: string) =>
      `L1 takes ${amount} for the place in the queue, besides the gas; what is too much comes back at once.`,
    token: "Contract of the token:",
    beware: "Anyone can make a token with any name: compare the contract before you deposit.",
    key: "The deposit also authorises your key on L1. Nothing else has to be switched on.",
    send: "Deposit",
    pending: "Confirm it in the wallet …",
    underWay: "Deposits on their way",
  },
  de: {
    title: "Einzahlen",
    lead: "Von Ihrer L1-Adresse auf Ihr Konto im Rollup. Es ist da, sobald der Rollup es aus der Warteschlange auf L1 genommen hat.",
    form: "Was Sie einzahlen",
    onL1: (amount: string) => `Auf L1 haben Sie ${amount}.`,
    tooMuch: "Das ist mehr, als Sie auf L1 haben.",
    approval: "Wie der Rollup den Token nehmen darf",
    approve: "Freigabe: eine weitere Transaktion auf L1",
    permit: "Permit: eine weitere Unterschrift, keine Transaktion; nicht jeder Token kennt das",
    whatEth: (amount: string) => `Sie zahlen ${amount} von Ihrer L1-Adresse auf Ihr Konto hier ein.`,
    whatApprove: (amount: string) =>
      `Sie geben dem Rollup genau ${amount} frei und zahlen das auf Ihr Konto hier ein. Die Wallet fragt nach beidem, nacheinander; bei Token wie USDT nimmt sie zuerst eine ältere Freigabe zurück.`,
    whatPermit: (amount: string) =>
      `Sie unterschreiben, dass der Rollup genau ${amount} nehmen darf, und zahlen das auf Ihr Konto hier ein. Die Wallet fragt nach beidem, nacheinander.`,
    fee: (amount: string) =>
      `L1 nimmt ${amount} für den Platz in der Warteschlange, dazu das Gas; was zu viel ist, kommt sofort zurück.`,
    token: "Vertrag des Tokens:",
    beware: "Jeder kann einen Token mit jedem Namen machen: Vergleichen Sie den Vertrag, bevor Sie einzahlen.",
    key: "Die Einzahlung erlaubt auch Ihren Schlüssel auf L1. Sonst muss nichts freigeschaltet werden.",
    send: "Einzahlen",
    pending: "Bestätigen Sie es in der Wallet …",
    underWay: "Einzahlungen unterwegs",
  },
});
