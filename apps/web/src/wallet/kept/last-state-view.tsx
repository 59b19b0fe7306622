import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useRollup } from "../../data/rollup.tsx";
import { useLive } from "../../data/use-node.ts";
import { Section } from "../../ui/layout.tsx";
import { DataTable } from "../../ui/table.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount, At, Hex } from "../../ui/values.tsx";
import { useSessionState } from "../session/state.tsx";
import { lastStateOf } from "./last-state.ts";
import { rollupName, useKept } from "./use-kept.ts";

const TEXTS = defineTexts({
  en: {
    title: "As it was last",
    asOf: "The node said so on",
    of: "Accounts of",
    account: "Account",
    balance: "Balance",
    truth: "Who said so",
    checked: "The same on L1 on",
  },
  de: {
    title: "Wie es zuletzt war",
    asOf: "Das sagte der Knoten am",
    of: "Konten von",
    account: "Konto",
    balance: "Guthaben",
    truth: "Wer das sagte",
    checked: "Dasselbe auf L1 am",
  },
});

/** The accounts as they were seen and checked last, with the times; nothing where there is something newer. */
export function LastStateView(): ReactElement | null {
  const texts = useTexts(TEXTS);
  const { config } = useRollup();
  const { session } = useSessionState();
  const { status } = useLive();
  const state = useKept(lastStateOf(rollupName(config)));
  if (state === null || (session !== null && status === "live")) return null;
  return (
    <Section title={texts.title}>
      <p className="text-sm text-soft" data-last-state={state.atMs}>
        {texts.asOf} <At ms={state.atMs} />. {texts.of} <Hex value={state.owner} />
      </p>
      <DataTable
        name={texts.title}
        rows={state.accounts}
        keyOf={({ index }) => index}
        empty="–"
        columns={[
          { name: texts.account, cell: ({ index }) => index },
          {
            name: texts.balance,
            isNumber: true,
            cell: ({ balance, symbol, decimals, tokenId }) => (
              <Amount value={balance} token={{ id: tokenId, symbol, decimals }} />
            ),
          },
          {
            name: texts.truth,
            cell: ({ checkedAtMs }) =>
              checkedAtMs === null ? (
                <Mark truth="node" />
              ) : (
                <span className="grid">
                  <Mark truth="checked" />
                  <span className="text-xs text-soft" data-checked-at={checkedAtMs}>
                    {texts.checked} <At ms={checkedAtMs} />
                  </span>
                </span>
              ),
          },
        ]}
      />
    </Section>
  );
}
