import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { Detail } from "../../data/detail.tsx";
import { useNode } from "../../data/use-node.ts";
import { Page, Section } from "../../ui/layout.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { useSeconds } from "../../ui/values.tsx";
import { forestOf } from "./forest.ts";
import { Forest } from "./forest-view.tsx";
import { TEXTS } from "./texts.ts";

type Prover = RouteResponse<"provers">["provers"][number];

const TOPICS = ["block", "batch"] as const;
/** The stream does not tell of proofs. */
const OFTEN = { intervalMs: 1000 } as const;

/** The proofs under way, as trees, and who makes them. */
export function ProofsPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const trees = useNode(
    ["proofs"],
    TOPICS,
    async (node, options) => {
      const { batches } = await node.batches({ limit: 10 }, options);
      const accepted = batches.find(({ status }) => status === "accepted");
      return node.proofs(accepted === undefined ? {} : { firstBlock: accepted.firstBlock }, options);
    },
    OFTEN,
  );
  const provers = useNode(["provers"], TOPICS, (node, options) => node.provers(options), OFTEN);
  return (
    <Page title={texts.title} lead={texts.lead}>
      <Section title={texts.now} aside={<Mark truth="node" />}>
        <Detail query={trees}>{({ proofs }) => <Forest trees={forestOf(proofs)} />}</Detail>
      </Section>
      <Section title={texts.provers} aside={<Mark truth="node" />}>
        <Detail query={provers}>{(answer) => <Provers provers={answer.provers} />}</Detail>
      </Section>
    </Page>
  );
}

function Provers({ provers }: { readonly provers: readonly Prover[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const seconds = useSeconds();
  const columns: readonly Column<Prover>[] = [
    { name: texts.prover, cell: ({ id }) => <span className="font-mono">{id}</span> },
    {
      name: texts.working,
      cell: ({ working }) =>
        working.length === 0 ? (
          <span className="text-soft">{texts.idle}</span>
        ) : (
          working.map(({ circuit, firstBlock }) => `${circuit} (${texts.block(String(firstBlock))})`).join(", ")
        ),
    },
    {
      name: texts.madeProofs,
      cell: ({ made }) =>
        made.map(({ circuit, proofs, meanMs }) => texts.proofs(proofs, circuit, seconds(meanMs / 1000))).join(", ") ||
        "–",
    },
  ];
  return (
    <DataTable name={texts.provers} columns={columns} rows={provers} keyOf={({ id }) => id} empty={texts.noProver} />
  );
}
