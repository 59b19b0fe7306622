import type { ReactElement } from "react";
import { useParams } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { Detail } from "../../data/detail.tsx";
import { useTokenLabels } from "../../data/tokens.ts";
import { useNode } from "../../data/use-node.ts";
import { Fact, Facts, Page } from "../../ui/layout.tsx";
import { Status } from "../../ui/status.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount, Hex } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { BlockLink, Owner } from "../names.tsx";

const TEXTS = defineTexts({
  en: {
    title: (block: string, position: string) => `Payout ${position} of block ${block}`,
    status: "Status",
    recipient: "Recipient on L1",
    amount: "Amount",
    block: "Block",
    batch: "Batch",
    none: "none yet",
    transaction: "L1 transaction",
    notYet: "not yet",
    first: "from block",
  },
  de: {
    title: (block: string, position: string) => `Auszahlung ${position} von Block ${block}`,
    status: "Stand",
    recipient: "Empfänger auf L1",
    amount: "Betrag",
    block: "Block",
    batch: "Batch",
    none: "noch keiner",
    transaction: "L1-Transaktion",
    notYet: "noch nicht",
    first: "ab Block",
  },
});

/** What a block owes an address on L1. */
export function PayoutPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const tokenOf = useTokenLabels();
  const { block = "", position = "" } = useParams();
  const query = useNode(["payout", block, position], ["entry", "block", "batch"], async (node, options) => {
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof node.payouts>> = await node.payouts(
        { block, ...(cursor === "" ? {} : { cursor }) },
        options,
      );
      const found = page.payouts.find((payout) => String(payout.position) === position);
      if (found !== undefined) return found;
      cursor = page.next;
    }
    return null;
  });
  return (
    <Page title={texts.title(block, position)} lead={<Mark truth="node" />}>
      <Detail query={query}>
        {(payout) => (
          <Facts>
            <Fact name={texts.status}>
              <Status name={payout.status} />
            </Fact>
            <Fact name={texts.amount}>
              <Amount value={payout.amount} token={tokenOf(payout.tokenId)} />
            </Fact>
            <Fact name={texts.recipient}>
              <Owner address={payout.recipient} isWhole />
            </Fact>
            <Fact name={texts.block}>
              <BlockLink number={payout.block} />
            </Fact>
            <Fact name={texts.batch}>
              {payout.batch === null ? (
                texts.none
              ) : (
                <To place={placeOf.batch(payout.batch.firstBlock)}>
                  {payout.batch.number ?? `${texts.first} ${payout.batch.firstBlock}`}
                </To>
              )}
            </Fact>
            <Fact name={texts.transaction}>
              {payout.l1Transaction === null ? texts.notYet : <Hex value={payout.l1Transaction} isWhole />}
            </Fact>
          </Facts>
        )}
      </Detail>
    </Page>
  );
}
