import type { ReactElement } from "react";
import { defineTexts } from "../base/locale.ts";
import { useTexts } from "./use-texts.ts";

const TEXTS = defineTexts({
  en: {
    open: "open",
    sealed: "sealed",
    proven: "on L1",
    final: "final",
    waiting: "being proven",
    ready: "proven",
    accepted: "on L1",
    received: "received",
    confirmed: "confirmed",
    rejected: "rejected",
    replaced: "replaced",
    expired: "expired",
    owed: "owed",
    paid: "paid",
    claimable: "to be claimed",
    settled: "settled",
    skipped: "nothing to pay",
  },
  de: {
    open: "offen",
    sealed: "versiegelt",
    proven: "auf L1",
    final: "endgültig",
    waiting: "wird bewiesen",
    ready: "bewiesen",
    accepted: "auf L1",
    received: "angekommen",
    confirmed: "bestätigt",
    rejected: "abgelehnt",
    replaced: "ersetzt",
    expired: "abgelaufen",
    owed: "geschuldet",
    paid: "ausgezahlt",
    claimable: "abzuholen",
    settled: "beglichen",
    skipped: "nichts zu zahlen",
  },
});

/** What something may have become. */
export type StatusName = keyof (typeof TEXTS)["en"];

/** Of four steps, how many are done; null for what ended otherwise. */
const STEPS: Readonly<Record<StatusName, number | null>> = {
  open: 1,
  received: 1,
  confirmed: 2,
  sealed: 2,
  waiting: 1,
  ready: 2,
  owed: 2,
  proven: 3,
  accepted: 3,
  claimable: 3,
  final: 4,
  paid: 4,
  settled: 4,
  skipped: 4,
  rejected: null,
  replaced: null,
  expired: null,
};
const ALL = [1, 2, 3, 4];

/** What something has become, in a word and as steps. */
export function Status({ name }: { readonly name: StatusName }): ReactElement {
  const texts = useTexts(TEXTS);
  const done = STEPS[name];
  return (
    <span className={`inline-flex items-center gap-2 whitespace-nowrap ${done === null ? "text-refuted" : ""}`}>
      {done !== null && (
        <span aria-hidden="true" className="inline-flex gap-0.5">
          {ALL.map((step) => (
            <i key={step} className={`h-2.5 w-1 rounded-full ${step <= done ? "bg-ink" : "bg-line"}`} />
          ))}
        </span>
      )}
      {texts[name]}
    </span>
  );
}
