import { bigintToHex } from "@cairn/protocol";
import type { ReactElement } from "react";
import { useRollupOnL1 } from "../../data/use-l1.ts";
import { useRebuiltState } from "../../data/use-restorer.ts";
import { Rebuild } from "../../rebuild/rebuild.tsx";
import { Fact, Facts, Page, Section, Tile } from "../../ui/layout.tsx";
import { Said, type Truth } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Count, Hex } from "../../ui/values.tsx";
import type { RestoredSummary } from "../../workers/restorer-protocol.ts";
import { Verdict } from "../verdict.tsx";
import { FindAccount } from "./find-account.tsx";
import { SolvencyTable } from "./solvency-table.tsx";
import { TEXTS } from "./texts.ts";

/** Rebuilds the whole state in the reader's browser, and adds up whether the contract has what it owes. */
export function StatePage(): ReactElement {
  const texts = useTexts(TEXTS);
  const summary = useRebuiltState();
  return (
    <Page title={texts.title} lead={texts.lead}>
      {summary !== null && <Result summary={summary} />}
      <Section title={texts.rebuild}>
        <Rebuild />
      </Section>
    </Page>
  );
}

function Result({ summary }: { readonly summary: RestoredSummary }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { solvency, l1, root } = summary;
  const onL1 = useRollupOnL1().data;
  const isBehind = onL1 !== undefined && onL1.root !== root;
  const count = (value: number) => new Intl.NumberFormat(locale).format(value);
  const truth: Truth = !solvency.isSolvent ? "refuted" : isBehind ? "older" : "checked";
  return (
    <>
      <Verdict truth={truth} {...(solvency.isSolvent ? {} : { text: texts.notCovered })}>
        <p>{(solvency.isSolvent ? texts.solvent : texts.insolvent)(count(l1.block))}</p>
        {isBehind && <p>{texts.behind}</p>}
      </Verdict>
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-3">
        <Tile name={texts.accounts} note={texts.accountsNote}>
          <Count value={summary.accounts} />
        </Tile>
        <Tile name={texts.batches} note={texts.batchesNote(count(summary.block))}>
          <Count value={summary.batch} />
        </Tile>
        <Tile name={texts.time} note={texts.timeNote}>
          <span data-seconds={summary.seconds}>
            {texts.seconds(new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(summary.seconds))}
          </span>
        </Tile>
      </dl>
      <Section title={texts.root}>
        <Facts>
          <Fact name={texts.computed}>
            <Said by={isBehind ? "older" : "checked"}>
              <Hex value={bigintToHex(root, 32)} isWhole />
            </Said>
          </Fact>
          {onL1 !== undefined && (
            <Fact name={texts.onL1}>
              <Said by="l1">
                <Hex value={bigintToHex(onL1.root, 32)} isWhole />
              </Said>
            </Fact>
          )}
        </Facts>
      </Section>
      <Section title={texts.solvency}>
        <p className="max-w-prose text-sm text-soft">{texts.solvencyHint}</p>
        <SolvencyTable solvency={solvency} />
      </Section>
      <Section title={texts.find}>
        <FindAccount />
      </Section>
    </>
  );
}
