import type { ReactElement, ReactNode } from "react";
import { defineTexts } from "../base/locale.ts";
import { Icon } from "./icons.tsx";
import { useTexts } from "./use-texts.ts";

/**
 * Who vouches for a figure. `node`: the node says it, nobody else. `l1`: the contract says it, read through the user's own
 * RPC. `checked`: this page has computed it from what L1 has. `older`: what L1 vouches for is of an earlier block.
 * `refuted`: it contradicts L1. `checking`: the page is at it.
 */
export type Truth = "node" | "l1" | "checked" | "older" | "refuted" | "checking";

const TEXTS = defineTexts({
  en: {
    node: "node says",
    l1: "L1 says",
    checked: "checked here",
    older: "older on L1",
    refuted: "not true",
    checking: "checking …",
    legend: "Who says so?",
    nodeMeans: "The node says so. You have to believe it.",
    l1Means: "The contract on L1 says so, read through your own connection.",
    checkedMeans: "Computed in your browser from what L1 has. You have to believe nobody.",
  },
  de: {
    node: "sagt der Knoten",
    l1: "sagt L1",
    checked: "hier geprüft",
    older: "auf L1 älter",
    refuted: "stimmt nicht",
    checking: "wird geprüft …",
    legend: "Wer sagt das?",
    nodeMeans: "Das sagt der Knoten. Man muss es ihm glauben.",
    l1Means: "Das sagt der Vertrag auf L1, gelesen über Ihre eigene Verbindung.",
    checkedMeans: "In Ihrem Browser aus dem berechnet, was L1 hat. Man muss niemandem glauben.",
  },
});

const COLOURS: Readonly<Record<Truth, string>> = {
  node: "text-node",
  l1: "text-l1",
  checked: "text-checked",
  older: "text-older",
  refuted: "text-refuted",
  checking: "text-soft",
};

/** Who vouches for what stands beside it: a shape and words, in a colour. `text` replaces the usual words. */
export function Mark({ truth, text }: { readonly truth: Truth; readonly text?: string }): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <span
      data-truth={truth}
      className={`inline-flex items-center gap-1 text-xs font-medium whitespace-nowrap ${COLOURS[truth]}`}
    >
      <Icon name={truth} className={truth === "checking" ? "motion-safe:animate-spin" : ""} />
      {text ?? texts[truth]}
    </span>
  );
}

/** A figure, and who vouches for it. */
export function Said({
  by,
  text,
  children,
}: {
  readonly by: Truth;
  readonly text?: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <span className="inline-flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
      <span>{children}</span>
      <Mark truth={by} {...(text === undefined ? {} : { text })} />
    </span>
  );
}

/** What the marks mean. */
export function Legend(): ReactElement {
  const texts = useTexts(TEXTS);
  const lines: readonly (readonly [Truth, string])[] = [
    ["node", texts.nodeMeans],
    ["l1", texts.l1Means],
    ["checked", texts.checkedMeans],
  ];
  return (
    <section aria-label={texts.legend}>
      <ul className="grid gap-x-8 gap-y-3 text-sm text-soft md:grid-cols-3">
        {lines.map(([truth, meaning]) => (
          <li key={truth}>
            <Mark truth={truth} />
            <p>{meaning}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
