import { type ReactElement, useEffect, useState } from "react";
import { defineTexts } from "../base/locale.ts";
import { Icon } from "./icons.tsx";
import { useTexts } from "./use-texts.ts";

const TEXTS = defineTexts({
  en: { copy: "Copy", copied: "Copied" },
  de: { copy: "Kopieren", copied: "Kopiert" },
});
const SHOWN_MS = 1600;

/** Puts a text into the clipboard. */
export function Copy({ text }: { readonly text: string }): ReactElement {
  const texts = useTexts(TEXTS);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <button
      type="button"
      onClick={copy}
      className="-my-1 inline-grid size-6 cursor-pointer place-items-center rounded-sm align-middle text-soft hover:bg-sunken hover:text-ink"
    >
      <Icon name={isCopied ? "checked" : "copy"} className="text-xs" />
      <span className="sr-only" aria-live="polite">
        {isCopied ? texts.copied : texts.copy}
      </span>
    </button>
  );
}
