import { defineTexts } from "../../base/locale.ts";

/** Of making and opening keys. */
export const KEY_TEXTS = defineTexts({
  en: {
    again: "This browser knows how your key was made. Open it the same way.",
    openSignature: "Open with a signature of the wallet",
    openPasskey: "Open with the passkey",
    openFile: "Open with the passphrase",
    anotherWay: "Use another kind of key",
    backToKnown: "Back to the known key",
    passkey: "Passkey",
    passkeyText:
      "Kept by your device or password manager, and there on all your devices. No other page can ask for it.",
    passkeyMake: "Make a passkey",
    passkeyUse: "Use a passkey that I have",
    passkeyNoHost:
      "Passkeys belong to a name. Open this page under one, such as localhost instead of 127.0.0.1, to use them.",
    signature: "Signature of the wallet",
    signatureText:
      "Nothing to keep: your wallet makes the same key again whenever you sign this message. Any page could ask for it, so sign it here only, and read what the wallet shows. It is asked for twice, to see that the key comes out the same.",
    signatureMake: "Sign in the wallet",
    file: "Random key with a backup file",
    fileText:
      "Belongs to nothing else. A passphrase encrypts it, and you keep the file: without file or passphrase the key is gone, but not your money, which your L1 wallet can always take out.",
    fileMake: "Make a key",
    fileHave: "Open a backup file",
    passphrase: "Passphrase",
    passphraseHint: "At least 12 characters. Nobody can reset it.",
    saveAgain: "Save the file again",
    saved:
      "The file was saved. Now choose it, and type the passphrase once more: so it is certain that both work before any money depends on them.",
    chosen: "Backup file",
    check: "Check the backup and open",
    wrongFile: "This is another key's file. Choose the one that was just saved.",
    open: "Open",
    cancel: "Cancel",
    pendingSignature: "Confirm it in the wallet …",
    pendingPasskey: "Confirm it in the browser's window …",
    pendingFile: "Encrypting and checking takes some seconds …",
  },
  de: {
    again: "Dieser Browser weiß, wie Ihr Schlüssel gemacht wurde. Öffnen Sie ihn auf dieselbe Weise.",
    openSignature: "Mit einer Unterschrift der Wallet öffnen",
    openPasskey: "Mit dem Passkey öffnen",
    openFile: "Mit der Passphrase öffnen",
    anotherWay: "Eine andere Art von Schlüssel",
    backToKnown: "Zurück zum bekannten Schlüssel",
    passkey: "Passkey",
    passkeyText:
      "Ihr Gerät oder Passwortmanager bewahrt ihn auf, und er ist auf allen Ihren Geräten da. Keine andere Seite kann danach fragen.",
    passkeyMake: "Passkey anlegen",
    passkeyUse: "Einen vorhandenen Passkey nehmen",
    passkeyNoHost:
      "Passkeys gehören zu einem Namen. Öffnen Sie diese Seite unter einem, etwa localhost statt 127.0.0.1, um sie zu nutzen.",
    signature: "Unterschrift der Wallet",
    signatureText:
      "Nichts aufzubewahren: Ihre Wallet macht denselben Schlüssel immer wieder, wenn Sie diese Nachricht unterschreiben. Jede Seite könnte danach fragen; unterschreiben Sie sie also nur hier und lesen Sie, was die Wallet zeigt. Sie werden zweimal gefragt, damit sich zeigt, dass derselbe Schlüssel herauskommt.",
    signatureMake: "In der Wallet unterschreiben",
    file: "Zufälliger Schlüssel mit Sicherungsdatei",
    fileText:
      "Gehört zu nichts anderem. Eine Passphrase verschlüsselt ihn, und Sie bewahren die Datei auf: Ohne Datei oder Passphrase ist der Schlüssel weg, aber nicht Ihr Geld, das Ihre L1-Wallet immer herausholen kann.",
    fileMake: "Schlüssel machen",
    fileHave: "Sicherungsdatei öffnen",
    passphrase: "Passphrase",
    passphraseHint: "Mindestens 12 Zeichen. Niemand kann sie zurücksetzen.",
    saveAgain: "Datei noch einmal speichern",
    saved:
      "Die Datei wurde gespeichert. Wählen Sie sie jetzt aus und geben Sie die Passphrase noch einmal ein: So ist sicher, dass beide stimmen, bevor Geld davon abhängt.",
    chosen: "Sicherungsdatei",
    check: "Sicherung prüfen und öffnen",
    wrongFile: "Das ist die Datei eines anderen Schlüssels. Wählen Sie die eben gespeicherte.",
    open: "Öffnen",
    cancel: "Abbrechen",
    pendingSignature: "Bestätigen Sie es in der Wallet …",
    pendingPasskey: "Bestätigen Sie es im Fenster des Browsers …",
    pendingFile: "Verschlüsseln und Prüfen dauert einige Sekunden …",
  },
});
