import type { ReactElement, ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { defineTexts } from "../base/locale.ts";
import { Icon, Logo } from "../ui/icons.tsx";
import { Legend } from "../ui/truth.tsx";
import { useTexts } from "../ui/use-texts.ts";
import { BuildHash } from "./build-hash.tsx";
import { Connection } from "./connection.tsx";
import { SettingsButton } from "./settings-dialog.tsx";

const TEXTS = defineTexts({
  en: { skip: "To the content", sections: "Sections" },
  de: { skip: "Zum Inhalt", sections: "Bereiche" },
});

/** An entry of the navigation. */
export interface ShellSection {
  readonly href: string;
  readonly name: string;
  /** Whether a place belongs to it. */
  readonly isHere: (place: string) => boolean;
}

/** What is around every page. */
export function Shell({
  name,
  sections,
  tool,
  other,
  children,
}: {
  /** What these pages are together. */
  readonly name: string;
  readonly sections: readonly ShellSection[];
  /** Beside the logo, such as a search. */
  readonly tool: ReactNode;
  /** The other HTML file of the pages. */
  readonly other: { readonly href: string; readonly name: string };
  readonly children: ReactNode;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const [place] = useLocation();
  const focusContent = () => document.querySelector<HTMLElement>("main")?.focus();
  return (
    <div className="grid min-h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr_auto]">
      <button
        type="button"
        onClick={focusContent}
        className="sr-only z-10 rounded-sm bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {texts.skip}
      </button>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex max-w-5xl flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3 sm:px-6">
          <Link href="/" className="flex items-center gap-2 text-base font-semibold tracking-tight">
            <Logo />
            <span>
              Cairn <span className="font-normal text-soft">{name}</span>
            </span>
          </Link>
          <div className="order-last flex w-full grow items-center gap-3 md:order-none md:w-auto">{tool}</div>
          <div className="ml-auto flex items-center gap-3 md:ml-0">
            <Connection />
            <SettingsButton />
          </div>
        </div>
        <nav aria-label={texts.sections} className="mx-auto max-w-5xl overflow-x-auto px-2 sm:px-4">
          <ul className="flex gap-1 text-sm">
            {sections.map(({ href, name: title, isHere }) => (
              <li key={href}>
                <Link
                  href={href}
                  aria-current={isHere(place) ? "page" : undefined}
                  className={`block border-b-2 px-2 py-2 whitespace-nowrap ${
                    isHere(place) ? "border-ink font-medium" : "border-transparent text-soft hover:text-ink"
                  }`}
                >
                  {title}
                </Link>
              </li>
            ))}
            <li className="ml-auto">
              <a
                href={other.href}
                className="flex items-center gap-1 border-b-2 border-transparent px-2 py-2 whitespace-nowrap text-soft hover:text-ink"
              >
                {other.name} <Icon name="out" />
              </a>
            </li>
          </ul>
        </nav>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-5xl px-4 py-8 sm:px-6 sm:py-10">
        {children}
      </main>
      <footer className="border-t border-line bg-surface">
        <div className="mx-auto max-w-5xl px-4 py-6 sm:px-6">
          <Legend />
          <BuildHash />
        </div>
      </footer>
    </div>
  );
}
