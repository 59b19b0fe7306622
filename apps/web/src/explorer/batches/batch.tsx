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
import { BlockLink } from "../names.tsx";
import { BatchProofs } from "../proofs/batch-proofs.tsx";
import { BatchAnatomy } from "./batch-anatomy.tsx";
import { BatchCost } from "./cost.tsx";

const TEXTS = defineTexts({
  en: {
    title: (number: string) => `Batch ${number}`,
    waiting: (firstBlock: string) => `Batch from block ${firstBlock}`,
    unknown: "Batch",
    status: "Status",
    blocks: "Blocks",
    to: "to",
    circuit: "Circuit of the proof",
    data: "Its data are in",
    calldata: "calldata",
    blob: "a blob",
    submitter: "Submitted by",
    closed: "Closed",
    ready: "Proven",
    transaction: "L1 transaction",
    l1Block: "L1 block",
    notYet: "not yet",
    proofs: "Its proofs",
    anatomy: "What it publishes, word by word",
    cost: "What it cost, and what it brought",
  },
  de: {
    title: (number: string) => `Batch ${number}`,
    waiting: (firstBlock: string) => `Batch ab Block ${firstBlock}`,
    unknown: "Batch",
    status: "Stand",
    blocks: "Blöcke",
    to: "bis",
    circuit: "Schaltkreis des Beweises",
    data: "Seine Daten sind in",
    calldata: "Calldata",
    blob: "einem Blob",
    submitter: "Eingereicht von",
    closed: "Abgeschlossen",
    ready: "Bewiesen",
    transaction: "L1-Transaktion",
    l1Block: "L1-Block",
    notYet: "noch nicht",
    proofs: "Seine Beweise",
    anatomy: "Was er veröffentlicht, Wort für Wort",
    cost: "Was er kostete, und was er einbrachte",
  },
});

/** A batch: its blocks, how far it is, and what it cost. */
export function BatchPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { firstBlock = "" } = useParams();
  const query = useNode(["batch", firstBlock], ["batch", "block"], (node, options) =>
    node.batch({ firstBlock }, options),
  );
  const title = () => {
    if (query.data === undefined) return texts.unknown;
    return query.data.number === null ? texts.waiting(firstBlock) : texts.title(String(query.data.number));
  };
  return (
    <Page title={title()} lead={<Mark truth="node" />}>
      <Detail query={query}>
        {(batch) => (
          <>
            <Facts>
              <Fact name={texts.status}>
                <Status name={batch.status} />
              </Fact>
              <Fact name={texts.blocks}>
                <BlockLink number={batch.firstBlock} />
                {batch.lastBlock > batch.firstBlock && (
                  <>
                    {" "}
                    {texts.to} <BlockLink number={batch.lastBlock} />
                  </>
                )}
              </Fact>
              <Fact name={texts.circuit}>{batch.circuit}</Fact>
              <Fact name={texts.data}>{batch.dataSource === "blob" ? texts.blob : texts.calldata}</Fact>
              <Fact name={texts.submitter}>
                <Hex value={batch.submitter} isWhole />
              </Fact>
              <Fact name={texts.closed}>
                <At ms={batch.closedAtMs} />
              </Fact>
              <Fact name={texts.ready}>{batch.readyAtMs === null ? texts.notYet : <At ms={batch.readyAtMs} />}</Fact>
              <Fact name={texts.l1Block}>
                {batch.l1Block === null ? texts.notYet : <Count value={batch.l1Block} />}
              </Fact>
              <Fact name={texts.transaction}>
                {batch.l1Transaction === null ? texts.notYet : <Hex value={batch.l1Transaction} isWhole />}
              </Fact>
            </Facts>
            <Section title={texts.proofs} aside={<Mark truth="node" />}>
              <BatchProofs batch={batch} />
            </Section>
            <Section title={texts.anatomy} aside={<Mark truth="node" />}>
              <BatchAnatomy batch={batch} />
            </Section>
            {batch.status === "accepted" && (
              <Section title={texts.cost}>
                <BatchCost batch={batch} />
              </Section>
            )}
          </>
        )}
      </Detail>
    </Page>
  );
}
