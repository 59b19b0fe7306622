import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useNode } from "../../data/use-node.ts";
import { Section } from "../../ui/layout.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { placeOf, To } from "../links.tsx";
import { STAGES, type Stage, stageOf } from "./stages.ts";

const TEXTS = defineTexts({
  en: {
    title: "On the way to L1, live",
    open: "Open",
    openMeans: "takes transactions",
    proving: "Proving",
    provingMeans: "sealed, the proof is being made",
    sending: "Sending",
    sendingMeans: "proven, its batch goes to L1",
    accepted: "Accepted",
    acceptedMeans: "L1 has verified the proof",
    final: "Final",
    finalMeans: "no reorg undoes it",
    block: "Block",
    none: "–",
    proofs: "The proofs as a tree",
  },
  de: {
    title: "Auf dem Weg zu L1, live",
    open: "Offen",
    openMeans: "nimmt Transaktionen auf",
    proving: "Beweisen",
    provingMeans: "versiegelt, der Beweis entsteht",
    sending: "Senden",
    sendingMeans: "bewiesen, der Batch geht zu L1",
    accepted: "Angenommen",
    acceptedMeans: "L1 hat den Beweis geprüft",
    final: "Endgültig",
    finalMeans: "keine Reorganisation hebt ihn auf",
    block: "Block",
    none: "–",
    proofs: "Die Beweise als Baum",
  },
});

const TOPICS = ["block", "batch"] as const;
const SHOWN = 20;
const INTERVAL = { intervalMs: 3000 } as const;
const MEANINGS = {
  open: "openMeans",
  proving: "provingMeans",
  sending: "sendingMeans",
  accepted: "acceptedMeans",
  final: "finalMeans",
} as const satisfies Readonly<Record<Stage, string>>;
const LOOKS: Readonly<Record<Stage, string>> = {
  open: "border-dashed border-soft",
  proving: "border-l1 text-l1",
  sending: "border-older text-older",
  accepted: "border-checked text-checked",
  final: "border-checked bg-checked text-surface",
};

/** The newest blocks on their way from the sequencer to L1. */
export function Pipeline(): ReactElement | null {
  const texts = useTexts(TEXTS);
  const { data } = useNode(
    ["pipeline", SHOWN],
    TOPICS,
    (node, options) => node.blocks({ limit: SHOWN }, options),
    INTERVAL,
  );
  if (data === undefined) return null;
  const numbersIn = (stage: Stage): number[] =>
    data.blocks.flatMap((block) => (stageOf(block) === stage ? block.number : [])).reverse();
  return (
    <Section title={texts.title} aside={<Mark truth="node" />}>
      <ol className="card grid grid-cols-[minmax(0,1fr)] divide-y divide-line sm:grid-cols-5 sm:divide-x sm:divide-y-0">
        {STAGES.map((stage) => (
          <li
            key={stage}
            data-stage={stage}
            className="grid grid-cols-[9.5rem_minmax(0,1fr)] content-start items-start gap-x-3 gap-y-2 px-3 py-2.5 sm:grid-cols-[minmax(0,1fr)]"
          >
            <p className="text-xs text-soft">
              <strong className="block text-sm font-medium text-ink">{texts[stage]}</strong>
              {texts[MEANINGS[stage]]}
            </p>
            <Chips numbers={numbersIn(stage)} stage={stage} />
          </li>
        ))}
      </ol>
      <p className="text-sm">
        <To place="/proofs">{texts.proofs}</To>
      </p>
    </Section>
  );
}

function Chips({ numbers, stage }: { readonly numbers: readonly number[]; readonly stage: Stage }): ReactElement {
  const texts = useTexts(TEXTS);
  if (numbers.length === 0) return <p className="text-sm text-soft">{texts.none}</p>;
  return (
    <ul className="flex flex-wrap gap-1.5">
      {numbers.map((number) => (
        <li key={number}>
          <To place={placeOf.block(number)}>
            <span className="sr-only">{texts.block}</span>{" "}
            <span
              className={`inline-block min-w-7 rounded-sm border px-1.5 py-0.5 text-center text-xs font-medium ${LOOKS[stage]}`}
            >
              {number}
            </span>
          </To>
        </li>
      ))}
    </ul>
  );
}
