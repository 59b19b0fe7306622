import type { ReactElement } from "react";
import { useParams } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { Detail } from "../../data/detail.tsx";
import { useNode } from "../../data/use-node.ts";
import { Fact, Facts, Page, Section } from "../../ui/layout.tsx";
import { Status } from "../../ui/status.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { At, Count, Hex } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { QueueTable } from "../queue/entry-table.tsx";
import { TransactionTable } from "../transactions/transaction-table.tsx";
import { Anatomy } from "./anatomy.tsx";
import { Step } from "./step.tsx";

const TEXTS = defineTexts({
  en: {
    title: (number: string) => `Block ${number}`,
    status: "Status",
    opened: "Opened",
    sealed: "Sealed",
    proven: "Accepted by L1",
    final: "Final on L1",
    slots: "Slots",
    used: (used: string, all: string) => `${used} of ${all} used`,
    batch: "Batch",
    none: "none yet",
    newRoot: "State after it",
    oldRoot: "State before it",
    transactions: "Transactions",
    fromL1: "From the L1 queue",
    published: "What it publishes",
    anatomy: "What it publishes, word by word",
    bytes: "bytes",
    first: "from block",
  },
  de: {
    title: (number: string) => `Block ${number}`,
    status: "Stand",
    opened: "Geöffnet",
    sealed: "Versiegelt",
    proven: "Von L1 angenommen",
    final: "Endgültig auf L1",
    slots: "Plätze",
    used: (used: string, all: string) => `${used} von ${all} belegt`,
    batch: "Batch",
    none: "noch keiner",
    newRoot: "Zustand danach",
    oldRoot: "Zustand davor",
    transactions: "Transaktionen",
    fromL1: "Aus der L1-Warteschlange",
    published: "Was er veröffentlicht",
    anatomy: "Was er veröffentlicht, Wort für Wort",
    bytes: "Bytes",
    first: "ab Block",
  },
});

/** A block: when it became what, and what is in it. */
export function BlockPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { number = "" } = useParams();
  const topics = ["block", "batch"] as const;
  const block = useNode(["block", number], topics, (node, options) => node.block({ number }, options));
  const transactions = useNode(["block transactions", number], topics, (node, options) =>
    node.blockTransactions({ number }, options),
  );
  const operations = useNode(["block operations", number], topics, (node, options) =>
    node.blockOperations({ number }, options),
  );
  return (
    <Page title={texts.title(number)} lead={<Mark truth="node" />}>
      <Detail query={block}>
        {(found) => (
          <>
            <Step number={found.number} />
            <Facts>
              <Fact name={texts.status}>
                <Status name={found.status} />
              </Fact>
              <Times {...found} />
              <Fact name={texts.slots}>
                {texts.used(String(found.transactions + found.l1Operations), String(found.slots))}
              </Fact>
              <Fact name={texts.batch}>
                {found.batch === null ? (
                  texts.none
                ) : (
                  <To place={placeOf.batch(found.batch.firstBlock)}>
                    {found.batch.number ?? `${texts.first} ${found.batch.firstBlock}`}
                  </To>
                )}
              </Fact>
              {found.newRoot !== null && (
                <Fact name={texts.newRoot}>
                  <Hex value={found.newRoot} isWhole />
                </Fact>
              )}
              {found.oldRoot !== null && (
                <Fact name={texts.oldRoot}>
                  <Hex value={found.oldRoot} isWhole />
                </Fact>
              )}
              {found.cells !== null && (
                <Fact name={texts.published}>
                  <Count value={(found.cells.length - 2) / 2} /> {texts.bytes}
                </Fact>
              )}
            </Facts>
            {found.cells !== null && (
              <Section title={texts.anatomy}>
                <Anatomy cells={found.cells} />
              </Section>
            )}
            {found.l1Operations > 0 && (
              <Section title={texts.fromL1}>
                <Detail query={operations}>{({ entries }) => <QueueTable entries={entries} />}</Detail>
              </Section>
            )}
            <Section title={texts.transactions}>
              <Detail query={transactions}>
                {(answer) => <TransactionTable transactions={answer.transactions} />}
              </Detail>
            </Section>
          </>
        )}
      </Detail>
    </Page>
  );
}

function Times({
  openedAtMs,
  sealedAtMs,
  provenAtMs,
  finalAtMs,
}: {
  readonly openedAtMs: number;
  readonly sealedAtMs: number | null;
  readonly provenAtMs: number | null;
  readonly finalAtMs: number | null;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const times = [
    [texts.opened, openedAtMs],
    [texts.sealed, sealedAtMs],
    [texts.proven, provenAtMs],
    [texts.final, finalAtMs],
  ] as const;
  return (
    <>
      {times.map(([name, ms]) => (
        <Fact key={name} name={name}>
          {ms === null ? "–" : <At ms={ms} />}
        </Fact>
      ))}
    </>
  );
}
