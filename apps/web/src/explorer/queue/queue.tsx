import type { ReactElement } from "react";
import { useParams } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { Detail } from "../../data/detail.tsx";
import { useTokenLabels } from "../../data/tokens.ts";
import { useNode } from "../../data/use-node.ts";
import { usePages } from "../../data/use-pages.ts";
import { Fact, Facts, Page } from "../../ui/layout.tsx";
import { Status } from "../../ui/status.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount, At, Count, Hex } from "../../ui/values.tsx";
import { ListPage } from "../list-page.tsx";
import { AccountLink, BlockLink, Owner } from "../names.tsx";
import { QueueTable } from "./entry-table.tsx";
import { ENTRY_KINDS, OUTCOMES } from "./kinds.ts";

const TEXTS = defineTexts({
  en: {
    title: "L1 queue",
    lead: "Deposits and requests that people made on L1. Batches have to take them in this order, and in time: the contract sees to it.",
    entry: (position: string) => `Queue entry ${position}`,
    kind: "Kind",
    status: "Status",
    owner: "Owner",
    amount: "Amount",
    account: "Account",
    outcome: "What it did",
    block: "Block",
    made: "Made on L1",
    transaction: "L1 transaction",
    l1Block: "L1 block",
    waiting: "waits for a block",
  },
  de: {
    title: "L1-Warteschlange",
    lead: "Einzahlungen und Verlangen, die auf L1 gemacht wurden. Batches müssen sie in dieser Reihenfolge nehmen, und rechtzeitig: Dafür sorgt der Vertrag.",
    entry: (position: string) => `Eintrag ${position} der Warteschlange`,
    kind: "Art",
    status: "Stand",
    owner: "Eigentümer",
    amount: "Betrag",
    account: "Konto",
    outcome: "Was er bewirkt hat",
    block: "Block",
    made: "Auf L1 gemacht",
    transaction: "L1-Transaktion",
    l1Block: "L1-Block",
    waiting: "wartet auf einen Block",
  },
});
const PAGE = 25;
const MS_PER_SECOND = 1000;

/** All entries of the L1 queue. */
export function QueuePage(): ReactElement {
  const texts = useTexts(TEXTS);
  const pages = usePages(["queue"], ["entry", "block"], (node, page, options) =>
    node.queue({ limit: PAGE, ...page }, options),
  );
  return (
    <ListPage texts={texts} pages={pages}>
      {(answers) => <QueueTable entries={answers.flatMap(({ entries }) => entries)} />}
    </ListPage>
  );
}

/** One entry: a deposit, a forced withdrawal or a new key. */
export function QueueEntryPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const kinds = useTexts(ENTRY_KINDS);
  const outcomes = useTexts(OUTCOMES);
  const tokenOf = useTokenLabels();
  const { position = "" } = useParams();
  const query = useNode(["queue entry", position], ["entry", "block", "batch"], (node, options) =>
    node.queueEntry({ position }, options),
  );
  return (
    <Page title={texts.entry(position)} lead={<Mark truth="node" />}>
      <Detail query={query}>
        {({ type, status, owner, amount, tokenId, outcome, block, enqueuedAt, l1Transaction, l1Block }) => (
          <Facts>
            <Fact name={texts.kind}>{kinds[type]}</Fact>
            <Fact name={texts.status}>
              <Status name={status} />
            </Fact>
            <Fact name={texts.owner}>
              <Owner address={owner} isWhole />
            </Fact>
            {amount !== null && tokenId !== null && (
              <Fact name={texts.amount}>
                <Amount value={amount} token={tokenOf(tokenId)} />
              </Fact>
            )}
            <Fact name={texts.outcome}>{outcome === null ? texts.waiting : outcomes[outcome.type]}</Fact>
            {outcome?.account != null && (
              <Fact name={texts.account}>
                <AccountLink index={outcome.account} />
              </Fact>
            )}
            <Fact name={texts.block}>
              <BlockLink number={block} />
            </Fact>
            <Fact name={texts.made}>
              <At ms={enqueuedAt * MS_PER_SECOND} />
            </Fact>
            <Fact name={texts.l1Block}>
              <Count value={l1Block} />
            </Fact>
            <Fact name={texts.transaction}>
              <Hex value={l1Transaction} isWhole />
            </Fact>
          </Facts>
        )}
      </Detail>
    </Page>
  );
}
