import { formatAmount } from "@cairn/sdk";
import { type ReactElement, useEffect, useState } from "react";
import type { Locale } from "../base/locale.ts";
import { Copy } from "./copy.tsx";
import { useLocale } from "./use-texts.ts";

/** A whole number with the separators of the language. */
export function Count({ value }: { readonly value: number | bigint }): ReactElement {
  return <>{new Intl.NumberFormat(useLocale()).format(value)}</>;
}

/** Hexadecimal digits: shortened for the eye, whole for the clipboard and for who points at it. */
export function Hex({
  value,
  isWhole = false,
  canCopy = true,
}: {
  readonly value: string;
  readonly isWhole?: boolean;
  readonly canCopy?: boolean;
}): ReactElement {
  const text = isWhole || value.length <= 14 ? value : `${value.slice(0, 8)}…${value.slice(-4)}`;
  return (
    <span className="font-mono text-[0.94em] wrap-anywhere" title={value}>
      {text}
      {canCopy && <Copy text={value} />}
    </span>
  );
}

/** What a token is called and how it is counted. */
export interface TokenLabel {
  readonly id: number;
  readonly symbol: string | null;
  readonly decimals: number | null;
}

/** An amount in a token's units with its name; in its smallest unit where the token does not say its decimals. */
export function Amount({
  value,
  token,
}: {
  readonly value: string | bigint;
  readonly token: TokenLabel;
}): ReactElement {
  const locale = useLocale();
  return (
    <span>
      {amountText(BigInt(value), token.decimals ?? 0, locale)} <span className="text-soft">{tokenName(token)}</span>
    </span>
  );
}

/** The digits of an amount, as the language writes them, none left out. */
export function amountText(value: bigint, decimals: number, locale: Locale): string {
  const text = formatAmount(value, decimals) as `${number}`;
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 20 }).format(text);
}

/** A token's symbol, or its number where it has none. */
export function tokenName({ id, symbol }: TokenLabel): string {
  return symbol ?? `#${id}`;
}

const SECOND_MS = 1000;
const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", SECOND_MS],
] as const;

/** How long ago something was, kept up to date; the exact time for who points at it. */
export function Ago({ ms }: { readonly ms: number }): ReactElement {
  const locale = useLocale();
  const now = useNow();
  const past = Math.min(ms - now, 0);
  const [unit, size] = UNITS.find(([, size]) => -past >= size) ?? (["second", SECOND_MS] as const);
  const text = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.trunc(past / size), unit);
  return (
    <time dateTime={new Date(ms).toISOString()} title={exactTime(ms, locale)} className="whitespace-nowrap">
      {text}
    </time>
  );
}

/** A point of time to the second. */
export function At({ ms }: { readonly ms: number }): ReactElement {
  const locale = useLocale();
  return <time dateTime={new Date(ms).toISOString()}>{exactTime(ms, locale)}</time>;
}

/** A point of time to the second, in words. */
export function exactTime(ms: number, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(ms);
}

/** How long something takes, in whole days, hours, minutes and seconds: `7 days`, `1 hour, 30 minutes`. */
export function durationText(seconds: number, locale: Locale): string {
  const parts: string[] = [];
  let left = Math.round(seconds) * SECOND_MS;
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) {
      parts.push(new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count));
    }
  }
  return (
    parts.join(", ") || new Intl.NumberFormat(locale, { style: "unit", unit: "second", unitDisplay: "long" }).format(0)
  );
}

/** Seconds with one decimal and the language's unit: `2.3 s`. */
export function useSeconds(): (seconds: number) => string {
  const locale = useLocale();
  const format = new Intl.NumberFormat(locale, {
    style: "unit",
    unit: "second",
    unitDisplay: "short",
    maximumFractionDigits: 1,
  });
  return (seconds) => format.format(seconds);
}

/** How long something took, in the words of `text`. */
export function ShortDuration({
  ms,
  text,
}: {
  readonly ms: number;
  readonly text: (time: string) => string;
}): ReactElement {
  return <>{text(useSeconds()(ms / SECOND_MS))}</>;
}

/** How long something has been going on, in whole seconds and in the words of `text`, kept up to date. */
export function Elapsed({
  sinceMs,
  text,
}: {
  readonly sinceMs: number;
  readonly text: (time: string) => string;
}): ReactElement {
  const seconds = useSeconds();
  return <>{text(seconds(Math.max(0, Math.floor((useNow() - sinceMs) / SECOND_MS))))}</>;
}

/** The time, every second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
