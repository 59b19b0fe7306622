import type { ReactElement } from "react";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { amountText, Hex, type TokenLabel, tokenName } from "../../ui/values.tsx";
import type { FoundPayee } from "../paying/payee.ts";
import { TEXTS } from "./texts.ts";

const HIGH_FEE_PART = 10n;

/** Says what happens when the button is pressed. */
export function Sentence({
  found,
  contact,
  amount,
  isAll,
  fee,
  token,
}: {
  readonly found: FoundPayee;
  readonly contact: string | null;
  readonly amount: bigint;
  readonly isAll: boolean;
  readonly fee: bigint;
  readonly token: TokenLabel;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const inToken = (value: bigint) => `${amountText(value, token.decimals ?? 0, locale)} ${tokenName(token)}`;
  const owner = `${found.owner.slice(0, 8)}…${found.owner.slice(-4)}`;
  const account =
    found.payee.type === "new" ? texts.newAccount(owner) : texts.account(String(found.payee.index), owner);
  const payee = contact === null ? account : texts.contact(contact, account);
  return (
    <section aria-label={texts.happens} className="grid gap-1 rounded-sm border-l-4 border-l-l1 bg-sunken px-4 py-3">
      <p aria-live="polite" data-sentence>
        {isAll ? texts.paysAll(inToken(amount), payee) : texts.pays(inToken(amount), payee)} {texts.fee(inToken(fee))}{" "}
        {texts.final}
      </p>
      {fee * HIGH_FEE_PART > amount && <p className="text-sm text-refuted">{texts.highFee}</p>}
      <p className="text-xs text-soft">
        {texts.wholeAddress}: <Hex value={found.owner} isWhole />
      </p>
    </section>
  );
}
