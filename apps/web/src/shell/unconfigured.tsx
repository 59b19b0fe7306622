import type { ReactElement } from "react";
import type { ConfigProblem } from "../base/config.ts";
import { defineTexts } from "../base/locale.ts";
import { Logo } from "../ui/icons.tsx";
import { useTexts } from "../ui/use-texts.ts";

const TEXTS = defineTexts({
  en: {
    title: "This page does not know its rollup yet",
    missing: "The file config.json beside the page cannot be read.",
    malformed: "The file config.json beside the page is not as it should be.",
    "no-rollup": "The file config.json beside the page names no rollup.",
    hint: "Whoever serves the page has to name the contract and its chain there; a node does so by itself.",
  },
  de: {
    title: "Diese Seite kennt ihren Rollup noch nicht",
    missing: "Die Datei config.json neben der Seite kann nicht gelesen werden.",
    malformed: "Die Datei config.json neben der Seite ist nicht, wie sie sein soll.",
    "no-rollup": "Die Datei config.json neben der Seite nennt keinen Rollup.",
    hint: "Wer die Seite anbietet, muss dort den Vertrag und seine Kette nennen; ein Knoten tut das von selbst.",
  },
});

/** Stands in the place of all pages where the host has not said which rollup they are about. */
export function Unconfigured({ problem }: { readonly problem: ConfigProblem }): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <main className="mx-auto grid min-h-dvh max-w-prose content-center gap-4 px-6">
      <Logo />
      <h1 className="text-xl font-semibold tracking-tight">{texts.title}</h1>
      <p>{texts[problem]}</p>
      <p className="text-soft">{texts.hint}</p>
      <pre className="card overflow-x-auto px-4 py-3 text-xs">
        {'{\n  "node": "https://node.example",\n  "l1": "https://l1.example",\n  "rollup": "0x…",\n  "chainId": 1\n}'}
      </pre>
    </main>
  );
}
