import { type FormEvent, type ReactElement, useState } from "react";
import { useLocation } from "wouter";
import { useRollup } from "../../data/rollup.tsx";
import { useLive } from "../../data/use-node.ts";
import { Button } from "../../ui/button.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import { readAmount } from "../../ui/read-amount.ts";
import { Loading } from "../../ui/states.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { At } from "../../ui/values.tsx";
import { lastStateOf } from "../kept/last-state.ts";
import { rollupName, useKept } from "../kept/use-kept.ts";
import { nearestEncodable } from "../paying/amount.ts";
import { AmountInput } from "../paying/amount-input.tsx";
import { isReference } from "../paying/reference.ts";
import { NeedsSession } from "../session/session.tsx";
import { MAX_MADE, madeOf } from "./made.ts";
import { freshReference, linkOf } from "./make.ts";
import { TEXTS } from "./texts.ts";

const DURATIONS = ["3600", "86400", "604800", "2592000"] as const;
const MS_PER_SECOND = 1000;

/** Says what is asked for; what the accounts were when the node was heard last is enough. */
export function RequestForm(): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { config } = useRollup();
  const { status } = useLive();
  const [, go] = useLocation();
  const kept = madeOf(rollupName(config));
  const made = useKept(kept);
  const state = useKept(lastStateOf(rollupName(config)));
  const [index, setIndex] = useState<string | null>(null);
  const [text, setText] = useState("");
  const [reference, setReference] = useState("");
  const [duration, setDuration] = useState<(typeof DURATIONS)[number]>("86400");
  const accounts = state?.accounts.filter(({ key }) => BigInt(key) !== 0n) ?? [];
  const account = accounts.find((one) => String(one.index) === index) ?? accounts[0];
  if (state === null) {
    return (
      <NeedsSession isPart>
        <Loading />
      </NeedsSession>
    );
  }
  if (account === undefined) return <p className="card px-4 py-6 text-sm">{texts.none}</p>;
  const token = { id: account.tokenId, symbol: account.symbol, decimals: account.decimals };
  const isUsed = made.some((one) => one.reference === reference.trim());
  const { amount } = readAmount(text, token.decimals ?? 0, locale);
  const nearest = amount === null ? null : nearestEncodable(amount);
  const isReady = amount !== null && nearest === null && isReference(reference) && !isUsed;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || amount === null) return;
    const named = reference.trim() === "" ? freshReference() : reference.trim();
    const expiresAt = Math.floor(Date.now() / MS_PER_SECOND) + Number(duration);
    const domain = { chainId: BigInt(config.chainId), rollup: BigInt(config.rollup) };
    const link = linkOf({ account, amount, reference: named, expiresAt }, domain);
    kept.change((before) =>
      [{ link, reference: named, madeAtMs: Date.now(), isRegistered: false }, ...before].slice(0, MAX_MADE),
    );
    go(`/request/${encodeURIComponent(named)}`);
  };
  return (
    <form
      onSubmit={submit}
      aria-label={texts.title}
      className="card grid grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 sm:px-6"
    >
      {status !== "live" && (
        <p role="status" className="text-sm text-soft">
          {texts.offline} {texts.lastState} <At ms={state.atMs} />.
        </p>
      )}
      <Select
        label={texts.into}
        value={String(account.index)}
        options={accounts.map((one) => ({
          value: String(one.index),
          text: texts.account(String(one.index), one.symbol),
        }))}
        onChange={setIndex}
      />
      <AmountInput
        token={token}
        choice={{ text, isAll: false }}
        onChange={(choice) => setText(choice.text)}
        result={{ amount, problem: nearest === null ? null : { type: "not-encodable", nearest } }}
        canBeAll={false}
      />
      <TextField
        label={texts.reference}
        hint={texts.referenceHint}
        problem={isUsed ? texts.usedReference : isReference(reference) ? null : texts.badReference}
        value={reference}
        onChange={setReference}
      />
      <Select
        label={texts.expires}
        value={duration}
        options={DURATIONS.map((value) => ({ value, text: texts.durations[value] }))}
        onChange={setDuration}
      />
      <Button kind="primary" isSubmit isDisabled={!isReady}>
        {texts.make}
      </Button>
    </form>
  );
}
