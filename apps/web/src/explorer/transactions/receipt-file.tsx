import { type ReactElement, useState } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useRollup } from "../../data/rollup.tsx";
import { useCheck } from "../../data/use-l1.ts";
import { Page } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Verdict } from "../verdict.tsx";
import { ShownByReceipt } from "./shown.tsx";

const TEXTS = defineTexts({
  en: {
    title: "Check a receipt",
    lead: "A receipt shows that L1 has accepted a transaction. It is checked here against L1, through your own connection; no node is asked.",
    file: "File of the receipt",
    notJson: "This file is not JSON.",
    shown: "L1 has accepted a batch with this transaction.",
    noL1: "No connection to L1 is set.",
  },
  de: {
    title: "Beleg prüfen",
    lead: "Ein Beleg zeigt, dass L1 eine Transaktion angenommen hat. Er wird hier gegen L1 geprüft, über Ihre eigene Verbindung; kein Knoten wird gefragt.",
    file: "Datei des Belegs",
    notJson: "Diese Datei ist kein JSON.",
    shown: "L1 hat einen Batch mit dieser Transaktion angenommen.",
    noL1: "Es ist keine Verbindung zu L1 eingestellt.",
  },
});

/** Checks a receipt from a file: without a node, against the RPC of the settings. */
export function ReceiptFilePage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { verifier } = useRollup();
  const [text, setText] = useState<string | null>(null);
  const receipt = text === null ? undefined : parse(text);
  const { data, error } = useCheck(
    ["receipt", text],
    [],
    receipt === undefined ? null : (verifier) => verifier.ask("receipt", { receipt }),
  );
  return (
    <Page title={texts.title} lead={texts.lead}>
      <label className="grid max-w-prose gap-1">
        <span className="text-sm font-medium">{texts.file}</span>
        <input
          type="file"
          accept="application/json,.json"
          onChange={async ({ target: { files } }) => setText((await files?.[0]?.text()) ?? null)}
          className="card w-full px-3 py-2 text-sm file:mr-3 file:cursor-pointer file:rounded-sm file:border-0 file:bg-sunken file:px-3 file:py-1.5 file:text-ink"
        />
      </label>
      {verifier === null ? (
        <Verdict truth="node">{texts.noL1}</Verdict>
      ) : text === null ? null : receipt === undefined ? (
        <Verdict truth="refuted">{texts.notJson}</Verdict>
      ) : error !== null ? (
        <Verdict error={error} />
      ) : data === undefined ? (
        <Verdict truth="checking">{""}</Verdict>
      ) : (
        <>
          <Verdict truth="checked">{texts.shown}</Verdict>
          <ShownByReceipt receipt={data} />
        </>
      )}
    </Page>
  );
}

/** Undefined for what is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? null;
  } catch {
    return undefined;
  }
}
