import { type ReactElement, type ReactNode, useEffect, useRef } from "react";
import { useLocation } from "wouter";

/** Where the reader was; null before the first page. */
let lastPlace: string | null = null;

/** A page: its heading takes the focus when one comes from another page, and its title is the document's. */
export function Page({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  const [place] = useLocation();
  useEffect(() => {
    document.title = `${title} · Cairn`;
  }, [title]);
  useEffect(() => {
    // Not at the first page, where reading begins at the top anyway.
    if (lastPlace !== null && lastPlace !== place) heading.current?.focus();
    lastPlace = place;
  }, [place]);
  return (
    <article className="grid grid-cols-[minmax(0,1fr)] gap-8">
      <header className="grid gap-2">
        <h1 ref={heading} tabIndex={-1} className="text-xl font-semibold tracking-tight">
          {title}
        </h1>
        {lead !== undefined && <div className="max-w-prose text-soft">{lead}</div>}
      </header>
      {children}
    </article>
  );
}

/** A part of a page under a heading. */
export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-3" aria-label={title}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 className="text-base font-semibold">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Names and values in lines. */
export function Facts({ children }: { readonly children: ReactNode }): ReactElement {
  return <dl className="card divide-y divide-line">{children}</dl>;
}

/** One line of {@link Facts}. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <div className="grid gap-x-6 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[13rem_minmax(0,1fr)]">
      <dt className="text-sm text-soft">{name}</dt>
      <dd className="text-sm">{children}</dd>
    </div>
  );
}

/** A figure that people look for first. */
export function Tile({
  name,
  children,
  note,
  tag,
}: {
  readonly name: string;
  readonly children: ReactNode;
  readonly note: ReactNode;
  /** Tells it from others of its kind, in every language. */
  readonly tag?: string;
}): ReactElement {
  return (
    <div data-tile={tag} className="card grid grid-cols-[minmax(0,1fr)] content-start gap-1 px-4 py-3.5">
      <dt className="text-sm text-soft">{name}</dt>
      <dd className="text-lg font-semibold tracking-tight">{children}</dd>
      <dd className="text-xs text-soft">{note}</dd>
    </div>
  );
}
