import { formatAmount } from "@cairn/sdk";
import type { ReactElement, ReactNode } from "react";
import { defineTexts, type Locale } from "../base/locale.ts";
import { CONTROL, Field } from "./field.tsx";
import { DECIMAL_MARKS, readAmount } from "./read-amount.ts";
import { useLocale, useTexts } from "./use-texts.ts";
import { amountText, type TokenLabel, tokenName } from "./values.tsx";

const TEXTS = defineTexts({
  en: {
    amount: "Amount",
    separator: "Write the decimals after a point, and nothing between thousands: 1500.25",
    decimals: (count: string, token: string) => `${token} has at most ${count} decimals.`,
    malformed: "This is not an amount.",
    zero: "The amount is zero.",
    choose: (amount: string) => `Use ${amount}`,
    all: "All of it",
  },
  de: {
    amount: "Betrag",
    separator: "Schreiben Sie die Nachkommastellen nach einem Komma und nichts zwischen die Tausender: 1500,25",
    decimals: (count: string, token: string) => `${token} hat höchstens ${count} Nachkommastellen.`,
    malformed: "Das ist kein Betrag.",
    zero: "Der Betrag ist null.",
    choose: (amount: string) => `${amount} nehmen`,
    all: "Alles",
  },
});

/** The digits of an amount as a user would type them. */
export function typedAmount(amount: bigint, decimals: number, locale: Locale): string {
  return formatAmount(amount, decimals).replace(".", DECIMAL_MARKS[locale]);
}

/**
 * A field for an amount in a token's units. It keeps the text; `readAmount` says which amount that is. What is wrong with the
 * text is said here once it is not empty; what is wrong with the amount is the caller's `problem`.
 */
export function AmountField({
  token,
  text,
  onChange,
  label,
  hint,
  problem = null,
  suggestions = [],
  most,
}: {
  readonly token: TokenLabel;
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly label?: string;
  readonly hint?: ReactNode;
  readonly problem?: string | null;
  /** Amounts offered in the place of one that cannot be used. */
  readonly suggestions?: readonly bigint[];
  /** What "all of it" puts into the field. */
  readonly most?: bigint | null;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const decimals = token.decimals ?? 0;
  const reading = readAmount(text, decimals, locale);
  const told = {
    empty: null,
    separator: texts.separator,
    decimals: texts.decimals(new Intl.NumberFormat(locale).format(decimals), tokenName(token)),
    malformed: texts.malformed,
    zero: texts.zero,
  };
  const offered = suggestions.filter((amount) => amount > 0n);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <Field
        label={label ?? texts.amount}
        problem={reading.problem === null ? problem : told[reading.problem]}
        {...(hint === undefined ? {} : { hint })}
      >
        {(control) => (
          <div className="flex items-center gap-2">
            <input
              {...control}
              type="text"
              inputMode="decimal"
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={(event) => onChange(event.target.value)}
              className={`${CONTROL} min-w-0`}
            />
            <span className="text-sm text-soft">{tokenName(token)}</span>
            {most != null && most > 0n && (
              <Offer onClick={() => onChange(typedAmount(most, decimals, locale))}>{texts.all}</Offer>
            )}
          </div>
        )}
      </Field>
      {offered.length > 0 && (
        <div className="flex flex-wrap gap-2">
          {offered.map((amount) => (
            <Offer key={String(amount)} onClick={() => onChange(typedAmount(amount, decimals, locale))}>
              {texts.choose(`${amountText(amount, decimals, locale)} ${tokenName(token)}`)}
            </Offer>
          ))}
        </div>
      )}
    </div>
  );
}

function Offer({ onClick, children }: { readonly onClick: () => void; readonly children: ReactNode }): ReactElement {
  return (
    <button
      type="button"
      onClick={onClick}
      className="cursor-pointer rounded-sm border border-line bg-surface px-2 py-1 text-xs whitespace-nowrap hover:bg-sunken"
    >
      {children}
    </button>
  );
}
