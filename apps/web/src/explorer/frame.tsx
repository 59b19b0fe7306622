import type { ReactElement, ReactNode } from "react";
import { defineTexts } from "../base/locale.ts";
import { Shell } from "../shell/shell.tsx";
import { useTexts } from "../ui/use-texts.ts";
import { SearchField } from "./search/search-field.tsx";

const TEXTS = defineTexts({
  en: {
    explorer: "Explorer",
    home: "Overview",
    blocks: "Blocks",
    batches: "Batches",
    queue: "Queue",
    tokens: "Tokens",
    proofs: "Proofs",
    liveness: "Liveness",
    lesson: "How it works",
    wallet: "Wallet",
  },
  de: {
    explorer: "Explorer",
    home: "Überblick",
    blocks: "Blöcke",
    batches: "Batches",
    queue: "Warteschlange",
    tokens: "Token",
    proofs: "Beweise",
    liveness: "Lebenszeichen",
    lesson: "So geht es",
    wallet: "Wallet",
  },
});

const SECTIONS = [
  ["/", "home"],
  ["/blocks", "blocks"],
  ["/batches", "batches"],
  ["/proofs", "proofs"],
  ["/queue", "queue"],
  ["/tokens", "tokens"],
  ["/liveness", "liveness"],
  ["/lesson", "lesson"],
] as const;

/** What is around every page of the explorer. */
export function Frame({ children }: { readonly children: ReactNode }): ReactElement {
  const texts = useTexts(TEXTS);
  const sections = SECTIONS.map(([href, name]) => ({
    href,
    name: texts[name],
    isHere: (place: string) => (href === "/" ? place === "/" : place.startsWith(href.replace(/s$/, ""))),
  }));
  return (
    <Shell
      name={texts.explorer}
      sections={sections}
      tool={<SearchField />}
      other={{ href: "./wallet.html", name: texts.wallet }}
    >
      {children}
    </Shell>
  );
}
