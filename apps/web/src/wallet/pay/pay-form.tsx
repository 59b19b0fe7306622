import { bigintToAddress, paymentRequestId } from "@cairn/protocol";
import type { LocatedRequest } from "@cairn/sdk";
import { type FormEvent, type ReactElement, useState } from "react";
import { useTokenLabels } from "../../data/tokens.ts";
import { Button } from "../../ui/button.tsx";
import { Loading } from "../../ui/states.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { amountText, Hex, tokenName } from "../../ui/values.tsx";
import { Sent } from "../outbox/sent.tsx";
import { useOutbox } from "../outbox/use-outbox.ts";
import { useKnownOwners } from "../paying/known-owners.ts";
import { useOwnAccounts } from "../paying/own-accounts.ts";
import { lookalikeOf } from "../paying/payee.ts";
import { sentId } from "../paying/sent-id.ts";
import { useDoing } from "../paying/use-doing.ts";
import { useFee } from "../paying/use-fee.ts";
import { Problem } from "../problems/problem.tsx";
import { useSession } from "../session/session.tsx";
import { TEXTS } from "./texts.ts";

/** From this part of the account's money on, the user has to say that they mean it. */
const LARGE = 2n;
const PERCENT = 100n;

/** Pays a request, exactly and once: a second press, tab or visit is the same payment. */
export function PayForm({ located, text }: { readonly located: LocatedRequest; readonly text: string }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { client, owner: ownAddress } = useSession();
  const { list, refresh } = useOutbox();
  const { data: accounts, refetch } = useOwnAccounts();
  const { request, domain } = located;
  const { amount, account: payee, tokenId } = request;
  const owner = bigintToAddress(request.owner);
  const token = useTokenLabels()(tokenId);
  const { data: fee, refetch: askFee } = useFee("transfer", tokenId);
  const known = useKnownOwners();
  const [isMeant, setMeant] = useState(false);
  const { doing, start } = useDoing(async ({ from, maxFee }: { readonly from: number; readonly maxFee: bigint }) => {
    try {
      return await sentId(client.payRequest(text, { from, maxFee }));
    } finally {
      await refresh().catch(() => undefined);
      void refetch();
      void askFee();
    }
  });
  // The SDK's name of this payment.
  const id = `pay-${paymentRequestId(request, domain).slice(2, 62)}`;
  const sent = list.find(({ handle }) => handle.id === id);
  if (doing.type === "done" || (sent !== undefined && !sent.progress.isFailed)) {
    return (
      <Sent id={id} kind="transfer">
        <p className="text-sm">{texts.done}</p>
      </Sent>
    );
  }
  if (accounts === undefined || fee === undefined) return <Loading />;
  const from = accounts.find((one) => one.tokenId === tokenId && one.index !== payee);
  if (from === undefined) {
    const isOwn = accounts.some(({ index }) => index === payee);
    return <p className="card px-4 py-4 text-sm text-refuted">{isOwn ? texts.own : texts.noAccount}</p>;
  }
  const inToken = (value: bigint) => `${amountText(value, token.decimals ?? 0, locale)} ${tokenName(token)}`;
  const balance = BigInt(from.balance);
  const missing = amount + fee - balance;
  const like = lookalikeOf(owner, known.all);
  const isLarge = amount * LARGE >= balance;
  const isDangerous = isLarge || like !== null;
  const isReady = missing <= 0n && (isMeant || !isDangerous) && doing.type !== "busy";
  const percent = balance === 0n ? 0n : (amount * PERCENT) / balance;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) start({ from: from.index, maxFee: fee });
  };
  return (
    <form onSubmit={submit} aria-label={texts.title} className="card grid gap-4 px-4 py-5 sm:px-6">
      {owner.toLowerCase() === ownAddress.toLowerCase() && <p className="text-sm text-soft">{texts.yours}</p>}
      {like !== null && (
        <p data-warning="lookalike" className="text-sm text-refuted">
          {texts.lookalike} <Hex value={like} isWhole canCopy={false} />
        </p>
      )}
      <section aria-label={texts.happens} className="rounded-sm border-l-4 border-l-l1 bg-sunken px-4 py-3">
        <p data-sentence>
          {texts.pays(inToken(amount), String(payee), `${owner.slice(0, 8)}…${owner.slice(-4)}`, inToken(fee))}
        </p>
        {missing > 0n ? (
          <p className="text-sm text-refuted">{texts.missing(inToken(missing))}</p>
        ) : (
          isLarge && (
            <p data-warning="large" className="text-sm text-refuted">
              {texts.large(`${percent} %`)}
            </p>
          )
        )}
      </section>
      {isDangerous && missing <= 0n && (
        <label className="flex items-baseline gap-2 text-sm">
          <input type="checkbox" checked={isMeant} onChange={({ target }) => setMeant(target.checked)} />
          {texts.means}
        </label>
      )}
      {doing.type === "failed" && <Problem error={doing.error} />}
      <Button kind="primary" isSubmit isDisabled={!isReady}>
        {doing.type === "busy" ? texts.sending : texts.pay(inToken(amount))}
      </Button>
    </form>
  );
}
