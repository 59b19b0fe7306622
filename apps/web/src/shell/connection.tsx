import type { ReactElement } from "react";
import { defineTexts } from "../base/locale.ts";
import { useLive } from "../data/use-node.ts";
import { useLocale, useTexts } from "../ui/use-texts.ts";
import { exactTime } from "../ui/values.tsx";

const TEXTS = defineTexts({
  en: {
    live: "live",
    connecting: "connecting …",
    off: "no node",
    lost: (time: string) => `not connected since ${time}`,
  },
  de: {
    live: "live",
    connecting: "verbindet …",
    off: "kein Knoten",
    lost: (time: string) => `nicht verbunden seit ${time}`,
  },
});

/** Whether the page hears of what happens. */
export function Connection(): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const state = useLive();
  const text = state.status === "lost" ? texts.lost(exactTime(state.sinceMs, locale)) : texts[state.status];
  const shape = {
    live: "bg-checked",
    connecting: "border border-soft",
    off: "border border-soft",
    lost: "bg-refuted [clip-path:polygon(50%_0,100%_100%,0_100%)]",
  }[state.status];
  return (
    <p role="status" data-connection={state.status} className="flex items-center gap-1.5 text-xs text-soft">
      <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${shape}`} />
      {text}
    </p>
  );
}
