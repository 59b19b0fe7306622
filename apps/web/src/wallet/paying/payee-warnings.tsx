import type { ReactElement } from "react";
import { Link } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import type { PayeeWarning } from "./warnings.ts";

const TEXTS = defineTexts({
  en: {
    itself: "This account would pay itself.",
    contract: "This is the address of a contract, which cannot use an account here: the money would be lost.",
    lookalike:
      "This address only looks like one that you know, in its first and last digits. Somebody may have made it to be taken for",
    "foreign-key":
      "Nothing on L1 shows that this account's owner has its key: anyone can open an account in somebody's name. Pay their address or payment code instead, unless the payee has given you this number.",
    own: "This is another account of yours.",
    "new-by-address":
      "This address has no account in this token yet, so the payment opens one, which its owner controls from L1. The money stays in the rollup, it does not arrive on L1.",
    "new-by-code": "The payment opens an account for this payee.",
    keyless: "This account has no key yet: its owner controls it from L1.",
    "first-time": "You have not paid this owner before: compare the whole address.",
    means: "I have compared it, and mean this payee.",
    withdraw: "To pay it on L1, withdraw",
  },
  de: {
    itself: "Dieses Konto würde sich selbst bezahlen.",
    contract: "Das ist die Adresse eines Vertrags, der hier kein Konto benutzen kann: Das Geld wäre verloren.",
    lookalike:
      "Diese Adresse sieht nur in den ersten und letzten Ziffern so aus wie eine, die Sie kennen. Jemand kann sie gemacht haben, damit Sie sie verwechseln mit",
    "foreign-key":
      "Nichts auf L1 zeigt, dass der Eigentümer dieses Kontos seinen Schlüssel hat: Jeder kann auf fremden Namen ein Konto eröffnen. Zahlen Sie lieber an Adresse oder Zahlungscode, außer der Empfänger hat Ihnen diese Nummer gegeben.",
    own: "Das ist ein anderes Ihrer Konten.",
    "new-by-address":
      "Diese Adresse hat in diesem Token noch kein Konto; die Zahlung eröffnet eines, über das der Eigentümer von L1 aus verfügt. Das Geld bleibt im Rollup, es kommt nicht auf L1 an.",
    "new-by-code": "Die Zahlung eröffnet ein Konto für diesen Empfänger.",
    keyless: "Dieses Konto hat noch keinen Schlüssel: Sein Eigentümer verfügt von L1 aus darüber.",
    "first-time": "Diesem Eigentümer haben Sie noch nichts gezahlt: Vergleichen Sie die ganze Adresse.",
    means: "Ich habe verglichen und meine diesen Empfänger.",
    withdraw: "Um auf L1 zu zahlen, heben Sie ab",
  },
});

/** What the user should know of a payee; dangers have to be confirmed. */
export function PayeeWarnings({
  warnings,
  isAccepted,
  onAccept,
}: {
  readonly warnings: readonly PayeeWarning[];
  readonly isAccepted: boolean;
  readonly onAccept: (isAccepted: boolean) => void;
}): ReactElement | null {
  const texts = useTexts(TEXTS);
  if (warnings.length === 0) return null;
  const isDangerous = warnings.some(({ level }) => level === "danger");
  return (
    <div role="status" className="grid gap-2 text-sm">
      {warnings.map((warning) => (
        <p
          key={warning.name}
          data-warning={warning.name}
          className={warning.level === "note" ? "text-soft" : "border-l-4 border-l-refuted pl-3 text-refuted"}
        >
          {texts[warning.name]} {warning.name === "lookalike" && <Hex value={warning.of} isWhole canCopy={false} />}
          {warning.name === "new-by-address" && (
            <Link href="/withdraw" className="link">
              {texts.withdraw}
            </Link>
          )}
        </p>
      ))}
      {isDangerous && (
        <label className="flex items-baseline gap-2">
          <input type="checkbox" checked={isAccepted} onChange={({ target }) => onAccept(target.checked)} />
          {texts.means}
        </label>
      )}
    </div>
  );
}

/** Whether a payment may be signed. */
export function isPayable(warnings: readonly PayeeWarning[], isAccepted: boolean): boolean {
  if (warnings.some(({ level }) => level === "stop")) return false;
  return isAccepted || warnings.every(({ level }) => level !== "danger");
}
