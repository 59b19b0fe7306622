import { type ReactElement, useId } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useRollup } from "../../data/rollup.tsx";
import { CONTROL, Field } from "../../ui/field.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { contactsOf } from "../contacts/contacts.ts";
import { rollupName, useKept } from "../kept/use-kept.ts";
import type { NamedPayee } from "./use-payee.ts";

const TEXTS = defineTexts({
  en: {
    payee: "To",
    hint: "An address, an account's number, a payment code, or the name of a contact",
    unreadable: "This is no address, no account's number, no payment code and no contact.",
    checksum: "This address is mistyped.",
    code: "This payment code is mistyped, or of another rollup.",
    unknown: (index: string) => `There is no account ${index}.`,
    otherToken: (index: string) => `Account ${index} holds another token.`,
    unanswered: "The node does not say who this is. Try again.",
  },
  de: {
    payee: "An",
    hint: "Eine Adresse, die Nummer eines Kontos, ein Zahlungscode oder der Name eines Kontakts",
    unreadable: "Das ist keine Adresse, keine Kontonummer, kein Zahlungscode und kein Kontakt.",
    checksum: "Diese Adresse ist vertippt.",
    code: "Dieser Zahlungscode ist vertippt oder von einem anderen Rollup.",
    unknown: (index: string) => `Ein Konto ${index} gibt es nicht.`,
    otherToken: (index: string) => `Konto ${index} hat einen anderen Token.`,
    unanswered: "Der Knoten sagt nicht, wer das ist. Versuchen Sie es noch einmal.",
  },
});

/** Takes whom the user wants to pay, and offers their contacts. */
export function PayeeField({
  text,
  onChange,
  payee,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly payee: NamedPayee;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const { config } = useRollup();
  const contacts = useKept(contactsOf(rollupName(config)));
  const list = useId();
  return (
    <Field label={texts.payee} hint={texts.hint} problem={problemOf(payee, texts)}>
      {(control) => (
        <>
          <input
            {...control}
            type="text"
            autoComplete="off"
            spellCheck={false}
            list={list}
            value={text}
            onChange={(event) => onChange(event.target.value)}
            className={CONTROL}
          />
          <datalist id={list}>
            {contacts.map(({ name, payee: value }) => (
              <option key={name} value={name}>
                {value}
              </option>
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

function problemOf({ reading, answer, error }: NamedPayee, texts: (typeof TEXTS)["en"]): string | null {
  if (reading.type === "problem") return reading.problem === "empty" ? null : texts[reading.problem];
  if (answer?.type === "unknown") return texts.unknown(String(answer.index));
  if (answer?.type === "other-token") return texts.otherToken(String(answer.index));
  return error === null ? null : texts.unanswered;
}
