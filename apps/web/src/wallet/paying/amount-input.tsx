import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { AmountField } from "../../ui/amount-field.tsx";
import { readAmount } from "../../ui/read-amount.ts";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { amountText, type TokenLabel, tokenName } from "../../ui/values.tsx";
import { type AmountProblem, amountProblem } from "./amount.ts";

const TEXTS = defineTexts({
  en: {
    digits: "This amount has too many digits to be signed exactly. Nearest:",
    missing: (amount: string) => `${amount} are missing, the fee included.`,
    everything: "Everything in the account",
  },
  de: {
    digits: "Dieser Betrag hat zu viele Ziffern, um ihn genau zu unterschreiben. Am nächsten:",
    missing: (amount: string) => `Es fehlen ${amount}, die Gebühr eingerechnet.`,
    everything: "Alles auf dem Konto",
  },
});

/** What a form is to pay: an amount, or all that the account has. */
export interface AmountChoice {
  readonly text: string;
  readonly isAll: boolean;
}

/** What a choice comes to; `amount` is null where it cannot be paid. */
export interface AmountResult {
  /** What would move, in the token's smallest unit; of everything, what is there now less the fee. */
  readonly amount: bigint | null;
  readonly problem: AmountProblem | null;
}

/** What a choice comes to with an account's balance and a fee. */
export function useAmount(
  { text, isAll }: AmountChoice,
  { token, balance, fee }: { readonly token: TokenLabel; readonly balance: bigint; readonly fee: bigint },
): AmountResult {
  const locale = useLocale();
  if (isAll) {
    const left = balance - fee;
    return left > 0n
      ? { amount: left, problem: null }
      : { amount: null, problem: { type: "not-covered", missing: 1n - left } };
  }
  const { amount } = readAmount(text, token.decimals ?? 0, locale);
  if (amount === null) return { amount: null, problem: null };
  const problem = amountProblem(amount, { balance, fee });
  return { amount: problem === null ? amount : null, problem };
}

/** Takes an amount, offers the nearest ones that can be signed, and everything. */
export function AmountInput({
  token,
  choice,
  onChange,
  result: { problem },
  canBeAll = true,
  label,
}: {
  readonly token: TokenLabel;
  readonly choice: AmountChoice;
  readonly onChange: (choice: AmountChoice) => void;
  readonly result: AmountResult;
  /** Whether everything can be chosen. */
  readonly canBeAll?: boolean;
  readonly label?: string;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const told =
    problem === null
      ? null
      : problem.type === "not-encodable"
        ? texts.digits
        : texts.missing(`${amountText(problem.missing, token.decimals ?? 0, locale)} ${tokenName(token)}`);
  return (
    <div className="grid gap-2">
      {!choice.isAll && (
        <AmountField
          token={token}
          text={choice.text}
          onChange={(text) => onChange({ text, isAll: false })}
          problem={told}
          suggestions={problem?.type === "not-encodable" ? problem.nearest : []}
          {...(label === undefined ? {} : { label })}
        />
      )}
      {canBeAll && (
        <label className="flex items-baseline gap-2 text-sm">
          <input
            type="checkbox"
            checked={choice.isAll}
            onChange={({ target }) => onChange({ text: choice.text, isAll: target.checked })}
          />
          {texts.everything}
        </label>
      )}
      {choice.isAll && told !== null && (
        <p role="alert" className="text-xs text-refuted">
          {told}
        </p>
      )}
    </div>
  );
}
