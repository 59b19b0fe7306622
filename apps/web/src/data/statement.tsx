import type { RouteResponse } from "@cairn/rpc";
import type { Statement, StatementStatus } from "@cairn/sdk/statements";
import { type ReactElement, useState } from "react";
import { defineTexts } from "../base/locale.ts";
import { saveFile } from "../base/save-file.ts";
import { Button } from "../ui/button.tsx";
import { useLocale, useTexts } from "../ui/use-texts.ts";
import { Amount } from "../ui/values.tsx";
import { boundsOf, PERIODS, type Period } from "./periods.ts";
import { useRollup } from "./rollup.tsx";
import { useTokenLabels } from "./tokens.ts";

const TEXTS = defineTexts({
  en: {
    title: "Statement of the account",
    period: "Period (UTC)",
    periods: {
      all: "everything",
      thisMonth: "this month",
      lastMonth: "last month",
      thisYear: "this year",
      lastYear: "last year",
    },
    status: "At least",
    statuses: { confirmed: "confirmed", proven: "on L1", final: "final" },
    csv: "Save as CSV",
    camt: "Save as camt.053",
    making: "Reading the history …",
    opening: "Opening balance",
    closing: "closing balance",
    movements: (count: string) => `${count} movements`,
    leftOut: (count: string) => `${count} entries are not certain enough yet, and left out.`,
  },
  de: {
    title: "Kontoauszug",
    period: "Zeitraum (UTC)",
    periods: {
      all: "alles",
      thisMonth: "dieser Monat",
      lastMonth: "letzter Monat",
      thisYear: "dieses Jahr",
      lastYear: "letztes Jahr",
    },
    status: "Mindestens",
    statuses: { confirmed: "bestätigt", proven: "auf L1", final: "endgültig" },
    csv: "Als CSV speichern",
    camt: "Als camt.053 speichern",
    making: "Der Verlauf wird gelesen …",
    opening: "Anfangsbestand",
    closing: "Endbestand",
    movements: (count: string) => `${count} Bewegungen`,
    leftOut: (count: string) => `${count} Einträge sind noch nicht sicher genug und fehlen darin.`,
  },
});
const STATUSES: readonly StatementStatus[] = ["final", "proven", "confirmed"];
const FIELD = "rounded-sm border border-line bg-surface px-2 py-1.5 text-sm";

type Outcome =
  | { readonly type: "making" }
  | { readonly type: "made"; readonly statement: Statement }
  | { readonly type: "failed"; readonly error: Error };

/** Saves an account's movements for bookkeeping, as the node tells them; their sum is compared with the balance. */
export function StatementForm({ account }: { readonly account: RouteResponse<"account"> }): ReactElement {
  const texts = useTexts(TEXTS);
  const { node } = useRollup();
  const tokenOf = useTokenLabels();
  const [period, setPeriod] = useState<Period>("all");
  const [status, setStatus] = useState<StatementStatus>("final");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const token = tokenOf(account.tokenId);
  const save = async (format: "csv" | "camt053"): Promise<void> => {
    if (node === null) return;
    setOutcome({ type: "making" });
    try {
      const { readStatement, statementToCamt053, statementToCsv } = await import("@cairn/sdk/statements");
      const bounds = boundsOf(period, Date.now());
      const statement = await readStatement(node, { account: account.index, status, ...bounds });
      const name = `account-${account.index}-${period}`;
      const decimals = token.decimals ?? 0;
      if (format === "csv") saveFile(`${name}.csv`, statementToCsv(statement, { decimals }), "text/csv");
      else saveFile(`${name}.xml`, statementToCamt053(statement, { decimals }), "application/xml");
      setOutcome({ type: "made", statement });
    } catch (error) {
      setOutcome({ type: "failed", error: error instanceof Error ? error : new TypeError(String(error)) });
    }
  };
  return (
    <form aria-label={texts.title} className="card grid gap-3 px-4 py-4 text-sm">
      <h3 className="font-semibold">{texts.title}</h3>
      <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
        <label className="grid gap-1">
          <span className="text-soft">{texts.period}</span>
          <select value={period} onChange={({ target }) => setPeriod(target.value as Period)} className={FIELD}>
            {PERIODS.map((one) => (
              <option key={one} value={one}>
                {texts.periods[one]}
              </option>
            ))}
          </select>
        </label>
        <label className="grid gap-1">
          <span className="text-soft">{texts.status}</span>
          <select
            value={status}
            onChange={({ target }) => setStatus(target.value as StatementStatus)}
            className={FIELD}
          >
            {STATUSES.map((one) => (
              <option key={one} value={one}>
                {texts.statuses[one]}
              </option>
            ))}
          </select>
        </label>
        <span className="flex flex-wrap gap-2">
          <Button onClick={() => void save("csv")} isDisabled={outcome?.type === "making"}>
            {texts.csv}
          </Button>
          <Button onClick={() => void save("camt053")} isDisabled={outcome?.type === "making"}>
            {texts.camt}
          </Button>
        </span>
      </div>
      <div role="status">{outcome !== null && <Summary outcome={outcome} token={token} />}</div>
    </form>
  );
}

function Summary({
  outcome,
  token,
}: {
  readonly outcome: Outcome;
  readonly token: Parameters<typeof Amount>[0]["token"];
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  if (outcome.type === "making") return <p className="text-soft">{texts.making}</p>;
  if (outcome.type === "failed") return <p className="text-refuted">{outcome.error.message}</p>;
  const { opening, closing, movements, leftOut } = outcome.statement;
  const count = (value: number) => new Intl.NumberFormat(locale).format(value);
  return (
    <>
      <p>
        {texts.opening} <Amount value={opening} token={token} />, {texts.movements(count(movements.length))},{" "}
        {texts.closing} <Amount value={closing} token={token} />
      </p>
      {leftOut > 0 && <p className="text-soft">{texts.leftOut(count(leftOut))}</p>}
    </>
  );
}
