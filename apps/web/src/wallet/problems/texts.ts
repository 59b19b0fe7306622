import { defineTexts } from "../../base/locale.ts";

/** What can go wrong, by code, and what to do about it. */
export const PROBLEMS = defineTexts({
  en: {
    "crypto/non-deterministic-wallet":
      "This wallet signs the same message differently each time, so it could never make your key again. Nothing was sent. Take another kind of key, or another wallet.",
    "crypto/unsupported-wallet-signature":
      "This wallet does not sign as a key needs it, as contract wallets do. Take a passkey or a key with a backup file.",
    "sdk/wallet-refused": "The wallet did not sign. Nothing was sent. Try again, and confirm it in the wallet.",
    "sdk/signer-failed":
      "The wallet could not sign. Nothing was sent. Open the wallet, see what it says, and try again.",
    "sdk/signature-check-failed":
      "A signature made here does not verify. Nothing was sent. Reload the page, and try another browser if it happens again.",
    "sdk/contract-account":
      "Your L1 account is a contract. Payments to L1 are only sent by ordinary accounts: connect one of those.",
    "sdk/outcome-unknown":
      "It is not known whether this was sent. Press the same button again: it is the same request, and never paid twice.",
    "earlier-may-have-run":
      "An earlier payment of this account, which was said to have failed, may have run after all. Nothing new was sent. Look into your history before you press again.",
    "sdk/request-conflict": "Another request has this name. Reload the page, and look at what is on its way.",
    "sdk/no-storage":
      "The browser keeps nothing for this page, so nothing is sent: a reload would forget it. Open the page by HTTPS or as localhost, outside of a private window.",
    "sdk/storage-failed":
      "The browser keeps nothing for this page: its storage is full or switched off. Nothing was sent. Allow it, or leave the private window.",
    "sdk/wrong-rollup":
      "Wallet, node or L1 belong to another chain or rollup. Nothing was sent. Change the chain in the wallet, or look at the settings.",
    "sdk/no-node": "This needs a node. Name one in the settings.",
    "sdk/unreachable": "The node does not answer. Try again in a moment, or name another one in the settings.",
    "sdk/timeout": "The node did not answer in time. Try again.",
    "sdk/bad-answer": "The node answers in a form that is not known here. Name another one in the settings.",
    "sdk/api-error": "The node refuses this at the moment. Try again in a moment.",
    "sdk/unknown-account": "You have no account in this token yet. Deposit, or be paid first.",
    "sdk/unknown-token": "The rollup does not have this token.",
    "sdk/insufficient-balance": "Your account does not hold that much, with the fee.",
    "sdk/fee-too-high": "The fee has risen above what you have seen. Look at the new one, and confirm again.",
    "sdk/frozen": "The rollup is frozen: it takes nothing any more. You can leave with a proof.",
    "sdk/nothing-to-do": "There is nothing to do: it would change nothing.",
    "sdk/bad-payee": "This account cannot be paid. Ask the payee for a payment code.",
    "sdk/bad-payment-code": "This payment code is mistyped, or of another rollup. Copy it again.",
    "sdk/bad-payment-request": "This is no request for a payment, or it was changed on its way. Ask for it again.",
    "sdk/request-expired": "The time of this request is over. Ask the payee for a new one.",
    "sdk/bad-offer": "This offer is mistyped, of another rollup, or not what was agreed. Ask for it again.",
    "sdk/bad-key-file": "This is no key file, or it is damaged. Choose another copy.",
    "sdk/wrong-passphrase": "The passphrase does not open this file. Type it again.",
    "sdk/bad-receipt":
      "The node's proof does not lead to what L1 has. Do not rely on it; name another node in the settings.",
    "sdk/not-reached": "It was refused, or its time is over: it will not happen. Nothing was paid.",
    "l1/unavailable": "L1 does not answer. Try again, or name another RPC in the settings.",
    "l1/not-a-rollup": "No rollup answers at this address. Look at the settings.",
    "l1/transaction-reverted":
      "L1 would not carry this out, so nothing was moved. Is there enough money for amount, fee and gas?",
    "l1/transaction-refused": "L1 refuses this transaction. Is there enough ETH for the gas?",
    "l1/transaction-replaced":
      "Another transaction took its place in the wallet. It will not happen; send it again if you want it.",
    "l1/approval-failed": "The token did not let the rollup take the amount. Nothing was deposited. Try again.",
    "l1/permit-unsupported": "This token knows no permits. Choose the approval by a transaction.",
    "react/busy": "This is being sent already.",
    "other-key":
      "This makes another key than before, so it was not opened. Use the same wallet, passkey or file as then; or give the accounts of that key a new one, under “Keys”.",
    "no-prf":
      "This passkey cannot make keys: its device lacks what is needed for that (PRF). Take another device, or another kind of key.",
    "passkey-refused":
      "The browser did not use a passkey: it was cancelled, took too long, or there is none here. Try again.",
    "other-owner":
      "This key was made for another L1 account. Change to that account in the wallet, or take another key.",
    "other-rollup": "This key was made for another rollup. Choose the file of this one.",
    "no-key-file": "This is no key file. Choose the file that you saved when you made the key.",
    "no-l2-key": "This file has no key of its own for payments. Choose another one, or another kind of key.",
    unknown: "Something went wrong. Nothing more was sent than what is shown as on its way. Try again.",
    details: "What was reported",
    retry: "Try again",
  },
  de: {
    "crypto/non-deterministic-wallet":
      "Diese Wallet unterschreibt dieselbe Nachricht jedes Mal anders und könnte Ihren Schlüssel nie wieder herstellen. Es wurde nichts gesendet. Nehmen Sie eine andere Art von Schlüssel oder eine andere Wallet.",
    "crypto/unsupported-wallet-signature":
      "Diese Wallet unterschreibt nicht so, wie es ein Schlüssel braucht; so ist es bei Vertrags-Wallets. Nehmen Sie einen Passkey oder einen Schlüssel mit Sicherungsdatei.",
    "sdk/wallet-refused":
      "Die Wallet hat nicht unterschrieben. Es wurde nichts gesendet. Versuchen Sie es noch einmal und bestätigen Sie es in der Wallet.",
    "sdk/signer-failed":
      "Die Wallet konnte nicht unterschreiben. Es wurde nichts gesendet. Öffnen Sie die Wallet, sehen Sie nach, was sie meldet, und versuchen Sie es noch einmal.",
    "sdk/signature-check-failed":
      "Eine hier gemachte Unterschrift stimmt nicht. Es wurde nichts gesendet. Laden Sie die Seite neu und nehmen Sie einen anderen Browser, wenn es wieder geschieht.",
    "sdk/contract-account":
      "Ihre L1-Adresse ist ein Vertrag. Zahlungen an L1 senden nur gewöhnliche Adressen: Verbinden Sie eine solche.",
    "sdk/outcome-unknown":
      "Es ist nicht bekannt, ob dies gesendet wurde. Drücken Sie denselben Knopf noch einmal: Es ist derselbe Auftrag und wird nie doppelt bezahlt.",
    "earlier-may-have-run":
      "Eine frühere Zahlung dieses Kontos, die als gescheitert galt, kann doch ausgeführt worden sein. Gesendet wurde nichts Neues. Sehen Sie in Ihren Verlauf, bevor Sie noch einmal drücken.",
    "sdk/request-conflict":
      "Ein anderer Auftrag hat diesen Namen. Laden Sie die Seite neu und sehen Sie nach, was unterwegs ist.",
    "sdk/no-storage":
      "Der Browser bewahrt für diese Seite nichts auf, deshalb wird nichts gesendet: Nach dem Neuladen wäre es vergessen. Öffnen Sie die Seite über HTTPS oder als localhost, nicht in einem privaten Fenster.",
    "sdk/storage-failed":
      "Der Browser bewahrt für diese Seite nichts auf: Sein Speicher ist voll oder abgeschaltet. Es wurde nichts gesendet. Erlauben Sie es oder verlassen Sie das private Fenster.",
    "sdk/wrong-rollup":
      "Wallet, Knoten oder L1 gehören zu einer anderen Kette oder einem anderen Rollup. Es wurde nichts gesendet. Wechseln Sie die Kette in der Wallet oder sehen Sie in die Einstellungen.",
    "sdk/no-node": "Dafür braucht es einen Knoten. Nennen Sie einen in den Einstellungen.",
    "sdk/unreachable":
      "Der Knoten antwortet nicht. Versuchen Sie es gleich noch einmal oder nennen Sie einen anderen in den Einstellungen.",
    "sdk/timeout": "Der Knoten hat nicht rechtzeitig geantwortet. Versuchen Sie es noch einmal.",
    "sdk/bad-answer":
      "Der Knoten antwortet in einer Form, die hier unbekannt ist. Nennen Sie einen anderen in den Einstellungen.",
    "sdk/api-error": "Der Knoten lehnt das zurzeit ab. Versuchen Sie es gleich noch einmal.",
    "sdk/unknown-account": "Sie haben noch kein Konto in diesem Token. Zahlen Sie ein, oder lassen Sie sich bezahlen.",
    "sdk/unknown-token": "Diesen Token hat der Rollup nicht.",
    "sdk/insufficient-balance": "So viel ist mit der Gebühr nicht auf Ihrem Konto.",
    "sdk/fee-too-high":
      "Die Gebühr ist höher als die, die Sie gesehen haben. Sehen Sie sich die neue an und bestätigen Sie noch einmal.",
    "sdk/frozen": "Der Rollup ist eingefroren: Er nimmt nichts mehr an. Sie können mit einem Beweis gehen.",
    "sdk/nothing-to-do": "Es gibt nichts zu tun: Es würde nichts ändern.",
    "sdk/bad-payee": "An dieses Konto kann nicht gezahlt werden. Bitten Sie um einen Zahlungscode.",
    "sdk/bad-payment-code":
      "Dieser Zahlungscode ist vertippt oder von einem anderen Rollup. Kopieren Sie ihn noch einmal.",
    "sdk/bad-payment-request":
      "Das ist keine Zahlungsanforderung, oder sie wurde unterwegs verändert. Bitten Sie um eine neue.",
    "sdk/request-expired": "Die Zeit dieser Anforderung ist um. Bitten Sie um eine neue.",
    "sdk/bad-offer":
      "Dieses Angebot ist vertippt, von einem anderen Rollup oder nicht das vereinbarte. Bitten Sie noch einmal darum.",
    "sdk/bad-key-file": "Das ist keine Schlüsseldatei, oder sie ist beschädigt. Wählen Sie eine andere Kopie.",
    "sdk/wrong-passphrase": "Die Passphrase öffnet diese Datei nicht. Geben Sie sie noch einmal ein.",
    "sdk/bad-receipt":
      "Der Beweis des Knotens führt nicht zu dem, was L1 hat. Verlassen Sie sich nicht darauf; nennen Sie einen anderen Knoten in den Einstellungen.",
    "sdk/not-reached": "Es wurde abgelehnt, oder seine Zeit ist um: Es wird nicht geschehen. Es wurde nichts gezahlt.",
    "l1/unavailable":
      "L1 antwortet nicht. Versuchen Sie es noch einmal oder nennen Sie einen anderen RPC in den Einstellungen.",
    "l1/not-a-rollup": "Unter dieser Adresse antwortet kein Rollup. Sehen Sie in die Einstellungen.",
    "l1/transaction-reverted":
      "L1 würde das nicht ausführen, also wurde nichts bewegt. Reicht das Geld für Betrag, Gebühr und Gas?",
    "l1/transaction-refused": "L1 lehnt diese Transaktion ab. Reicht das ETH für das Gas?",
    "l1/transaction-replaced":
      "Eine andere Transaktion hat in der Wallet ihren Platz eingenommen. Sie wird nicht geschehen; senden Sie sie noch einmal, wenn Sie sie wollen.",
    "l1/approval-failed":
      "Der Token hat dem Rollup den Betrag nicht freigegeben. Es wurde nichts eingezahlt. Versuchen Sie es noch einmal.",
    "l1/permit-unsupported": "Dieser Token kennt keine Permits. Wählen Sie die Freigabe durch eine Transaktion.",
    "react/busy": "Das wird gerade schon gesendet.",
    "other-key":
      "Das ergibt einen anderen Schlüssel als früher, deshalb wurde er nicht geöffnet. Nehmen Sie dieselbe Wallet, denselben Passkey oder dieselbe Datei wie damals, oder geben Sie den Konten jenes Schlüssels unter „Schlüssel“ einen neuen.",
    "no-prf":
      "Dieser Passkey kann keine Schlüssel machen: Seinem Gerät fehlt, was dafür nötig ist (PRF). Nehmen Sie ein anderes Gerät oder eine andere Art von Schlüssel.",
    "passkey-refused":
      "Der Browser hat keinen Passkey benutzt: Es wurde abgebrochen, dauerte zu lange, oder hier ist keiner. Versuchen Sie es noch einmal.",
    "other-owner":
      "Dieser Schlüssel gehört zu einer anderen L1-Adresse. Wechseln Sie in der Wallet zu ihr oder nehmen Sie einen anderen Schlüssel.",
    "other-rollup": "Dieser Schlüssel gehört zu einem anderen Rollup. Wählen Sie die Datei für diesen.",
    "no-key-file":
      "Das ist keine Schlüsseldatei. Wählen Sie die Datei, die Sie gesichert haben, als Sie den Schlüssel gemacht haben.",
    "no-l2-key":
      "Diese Datei hat keinen eigenen Schlüssel für Zahlungen. Wählen Sie eine andere oder eine andere Art von Schlüssel.",
    unknown:
      "Etwas ist schiefgegangen. Es wurde nicht mehr gesendet, als unter „Unterwegs“ steht. Versuchen Sie es noch einmal.",
    details: "Was gemeldet wurde",
    retry: "Noch einmal",
  },
});

/** A code that has a text of its own. */
export type ProblemCode = Exclude<keyof (typeof PROBLEMS)["en"], "unknown" | "details" | "retry">;
