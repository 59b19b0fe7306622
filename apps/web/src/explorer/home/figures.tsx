import type { ReactElement } from "react";
import { useTokenLabels } from "../../data/tokens.ts";
import { useNode } from "../../data/use-node.ts";
import { Tile } from "../../ui/layout.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, Count } from "../../ui/values.tsx";
import { TEXTS } from "./texts.ts";

const ETH = 0;

/** That the rollup lives, and what it costs: the node's word. */
export function Figures(): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const count = (value: number) => new Intl.NumberFormat(locale).format(value);
  const tokenOf = useTokenLabels();
  const { data: rollup } = useNode(["rollup"], ["block", "batch"], (node, options) => node.rollup(options));
  const { data: stats } = useNode(["stats"], ["block", "batch"], (node, options) => node.stats(options));
  const { data: quote } = useNode(["quote", ETH], [], (node, options) =>
    node.quote({ kind: "transfer", tokenId: ETH }, options),
  );
  const recent = stats?.recent ?? null;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Tile name={texts.newest} note={rollup === undefined ? "" : texts.provenUpTo(count(rollup.lastProvenBlock))}>
          {rollup === undefined ? "…" : <Count value={rollup.lastBlock} />}
        </Tile>
        <Tile name={texts.transfers} note={stats === undefined ? "" : texts.lastDay(count(stats.lastDay.transactions))}>
          {stats === undefined ? "…" : <Count value={stats.transactions} />}
        </Tile>
        <Tile name={texts.price} note={texts.priceNote}>
          {quote === undefined ? "…" : <Amount value={quote.fee} token={tokenOf(quote.tokenId)} />}
        </Tile>
        {recent !== null && recent.transactions > 0 ? (
          <Tile name={texts.gas} note={texts.gasNote(count(recent.batches))}>
            <Count value={Math.round(recent.gasUsed / recent.transactions)} />
          </Tile>
        ) : (
          <Tile name={texts.accounts} note={texts.accountsNote}>
            {stats === undefined ? "…" : <Count value={stats.accounts} />}
          </Tile>
        )}
      </dl>
      <Mark truth="node" />
    </div>
  );
}
