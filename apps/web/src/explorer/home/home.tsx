import type { ReactElement } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { useNode } from "../../data/use-node.ts";
import { Page, Section } from "../../ui/layout.tsx";
import { Failed, Loading, NoNode } from "../../ui/states.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { BlockTable } from "../blocks/block-table.tsx";
import { To } from "../links.tsx";
import { Checklist } from "./checklist.tsx";
import { Figures } from "./figures.tsx";
import { Pipeline } from "./pipeline.tsx";
import { TEXTS } from "./texts.ts";

const SHOWN = 6;

/** The first page: what this rollup is, that it lives, what it costs, and what was checked in the reader's browser. */
export function HomePage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { config, node } = useRollup();
  return (
    <Page
      title={texts.title}
      lead={
        <>
          <p>{texts.lead}</p>
          <p className="mt-2 text-sm">
            {texts.contract} <Hex value={config.rollup} /> {texts.onChain(String(config.chainId))}
          </p>
        </>
      }
    >
      <Checklist />
      {node === null ? (
        <NoNode />
      ) : (
        <>
          <Figures />
          <Pipeline />
          <Section title={texts.blocks} aside={<Mark truth="node" />}>
            <NewestBlocks />
            <p className="text-sm">
              <To place="/blocks">{texts.allBlocks}</To>
            </p>
          </Section>
        </>
      )}
    </Page>
  );
}

function NewestBlocks(): ReactElement {
  const { data, error, refetch } = useNode(["blocks", SHOWN], ["block", "batch"], (node, options) =>
    node.blocks({ limit: SHOWN }, options),
  );
  if (data !== undefined) return <BlockTable blocks={data.blocks} />;
  return error === null ? <Loading /> : <Failed error={error} retry={() => void refetch()} />;
}
