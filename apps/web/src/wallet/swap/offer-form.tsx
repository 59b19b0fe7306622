import { encodePaymentCode, findAccount } from "@cairn/sdk";
import { type FormEvent, type ReactElement, useState } from "react";
import { useTokenLabels } from "../../data/tokens.ts";
import { useNode } from "../../data/use-node.ts";
import { AmountField } from "../../ui/amount-field.tsx";
import { Button } from "../../ui/button.tsx";
import { Copy } from "../../ui/copy.tsx";
import { TextField } from "../../ui/field.tsx";
import { readAmount } from "../../ui/read-amount.ts";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { amountText, Hex, type TokenLabel, tokenName } from "../../ui/values.tsx";
import { Sent } from "../outbox/sent.tsx";
import { useOutbox } from "../outbox/use-outbox.ts";
import { nearestEncodable } from "../paying/amount.ts";
import { type AmountChoice, AmountInput, useAmount } from "../paying/amount-input.tsx";
import { FromAccount, useFromAccount } from "../paying/from-account.tsx";
import type { Account } from "../paying/own-accounts.ts";
import { useDoing } from "../paying/use-doing.ts";
import { useFee } from "../paying/use-fee.ts";
import { useSettled } from "../paying/use-settled.ts";
import { Problem } from "../problems/problem.tsx";
import { useSession } from "../session/session.tsx";
import { offerLink } from "./offer-link.ts";
import { TEXTS } from "./texts.ts";

/** What is offered, for what, from whom. */
export function OfferForm({
  accounts,
  next,
}: {
  readonly accounts: readonly Account[];
  readonly next: () => void;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { client, domain } = useSession();
  const { refresh } = useOutbox();
  const tokenOf = useTokenLabels();
  const [account, setFrom] = useFromAccount(accounts);
  const [give, setGive] = useState<AmountChoice>({ text: "", isAll: false });
  const [getText, setGetText] = useState("");
  const [indexText, setIndexText] = useState("");
  const giveToken = tokenOf(account.tokenId);
  const { data: fee } = useFee("transfer", account.tokenId);
  const given = useAmount(give, { token: giveToken, balance: BigInt(account.balance), fee: fee ?? 0n });
  const taker = useTaker(indexText);
  const isYours = accounts.some(({ index }) => index === taker?.index);
  const getToken: TokenLabel = taker === null ? { id: 0, symbol: "", decimals: 18 } : tokenOf(taker.tokenId);
  const { amount: got } = readAmount(getText, getToken.decimals ?? 0, locale);
  const nearest = got === null ? null : nearestEncodable(got);
  const { doing, start } = useDoing(
    async (terms: { readonly give: bigint; readonly get: bigint; readonly taker: Account }) => {
      // Their account or a new one with their key: a taker takes nothing else.
      const code = encodePaymentCode({ owner: BigInt(terms.taker.owner), key: BigInt(terms.taker.key) }, domain);
      const swap = await client.offerSwap({
        give: { amount: terms.give, token: account.tokenId, from: account.index, to: code },
        want: { amount: terms.get, from: terms.taker.index },
      });
      await refresh().catch(() => undefined);
      return { id: swap.id, link: offerLink(swap.offer) };
    },
  );
  const isReady =
    given.amount !== null && got !== null && nearest === null && taker !== null && !isYours && doing.type !== "busy";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && given.amount !== null && got !== null && taker !== null)
      start({ give: given.amount, get: got, taker });
  };
  if (doing.type === "done") {
    return (
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <section className="card grid gap-2 px-4 py-4" aria-label={texts.link}>
          <h2 className="text-sm font-medium">{texts.link}</h2>
          <p className="font-mono text-xs wrap-anywhere" data-offer={doing.result.link}>
            {doing.result.link} <Copy text={doing.result.link} />
          </p>
          <p className="text-sm text-soft">{texts.void}</p>
        </section>
        <Sent id={doing.result.id} kind="swap" />
        <Button onClick={next}>{texts.another}</Button>
      </div>
    );
  }
  const inToken = (value: bigint, token: TokenLabel) =>
    `${amountText(value, token.decimals ?? 0, locale)} ${tokenName(token)}`;
  return (
    <form
      onSubmit={submit}
      aria-label={texts.title}
      className="card grid grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 sm:px-6"
    >
      <FromAccount accounts={accounts} chosen={account} onChange={setFrom} />
      <AmountInput
        token={giveToken}
        choice={give}
        onChange={setGive}
        result={given}
        canBeAll={false}
        label={texts.give}
      />
      <TextField
        label={texts.getFrom}
        hint={texts.getFromHint}
        inputMode="numeric"
        problem={isYours ? texts.yours : taker === null && indexText !== "" ? texts.unknown(indexText) : null}
        value={indexText}
        onChange={setIndexText}
      />
      {taker !== null && (
        <p className="text-sm">
          {texts.owner} <Hex value={taker.owner} isWhole />
        </p>
      )}
      <AmountField
        label={texts.get}
        token={getToken}
        text={getText}
        onChange={setGetText}
        suggestions={nearest ?? []}
      />
      {isReady && given.amount !== null && got !== null && taker !== null && (
        <p data-sentence className="rounded-sm border-l-4 border-l-l1 bg-sunken px-4 py-3">
          {texts.sentence(
            inToken(given.amount, giveToken),
            inToken(got, getToken),
            `${taker.owner.slice(0, 8)}…${taker.owner.slice(-4)}`,
          )}{" "}
          {texts.void}
        </p>
      )}
      {doing.type === "failed" && <Problem error={doing.error} />}
      <Button kind="primary" isSubmit isDisabled={!isReady}>
        {doing.type === "busy" ? texts.signing : texts.offer}
      </Button>
    </form>
  );
}

/** The other's account; null for what is none, or has no key. */
function useTaker(text: string): Account | null {
  const settled = useSettled(text.trim());
  const index = /^[1-9][0-9]{0,8}$/.test(settled) ? Number(settled) : null;
  const { data } = useNode(["taker", index ?? -1], [], async (node) =>
    index === null ? null : findAccount(node, index),
  );
  if (data == null || settled !== text.trim() || data.index !== index) return null;
  return BigInt(data.key) === 0n ? null : data;
}
