import type { ReactElement } from "react";
import { defineTexts } from "../base/locale.ts";
import { useTexts } from "./use-texts.ts";

const TEXTS = defineTexts({
  en: {
    loading: "Loading …",
    retry: "Try again",
    notFound: "Not found, or not yet",
    notFoundHint: "The node does not know it. If it is new, it will appear here by itself.",
    noNode: "No node is set",
    noNodeHint: "This part is what a node says. Name one in the settings; what L1 has is checked without it.",
  },
  de: {
    loading: "Lädt …",
    retry: "Noch einmal",
    notFound: "Nicht gefunden, oder noch nicht",
    notFoundHint: "Der Knoten kennt es nicht. Wenn es neu ist, erscheint es hier von selbst.",
    noNode: "Kein Knoten eingestellt",
    noNodeHint:
      "Dieser Teil ist, was ein Knoten sagt. Nennen Sie einen in den Einstellungen; was L1 hat, wird ohne ihn geprüft.",
  },
});

/** Stands where something is on its way. */
export function Loading(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <p role="status" className="card motion-safe:animate-pulse px-4 py-6 text-sm text-soft">
      {texts.loading}
    </p>
  );
}

/** Stands where something is not known. */
export function NotFound(): ReactElement {
  const texts = useTexts(TEXTS);
  return <Notice title={texts.notFound} text={texts.notFoundHint} />;
}

/** Stands where a node would have to be asked, and none is set. */
export function NoNode(): ReactElement {
  const texts = useTexts(TEXTS);
  return <Notice title={texts.noNode} text={texts.noNodeHint} />;
}

/** Says what failed, and offers to do it again. */
export function Failed({ error, retry }: { readonly error: Error; readonly retry?: () => void }): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <div role="alert" className="card grid justify-items-start gap-2 px-4 py-4 text-sm">
      <p className="text-refuted">{error.message}</p>
      {retry !== undefined && (
        <button type="button" onClick={retry} className="link cursor-pointer">
          {texts.retry}
        </button>
      )}
    </div>
  );
}

/** A message in the place of content. */
export function Notice({ title, text }: { readonly title: string; readonly text: string }): ReactElement {
  return (
    <div role="status" className="card grid gap-1 px-4 py-6">
      <p className="font-semibold">{title}</p>
      <p className="text-sm text-soft">{text}</p>
    </div>
  );
}
