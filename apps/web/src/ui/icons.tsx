import type { ReactElement } from "react";

/** Shapes on a grid of 16, drawn with lines; each also tells its meaning without colour. */
const PATHS = {
  // A bubble: somebody says it.
  node: "M2.5 3.5h11v7h-6l-3 2.5v-2.5h-2z",
  // Two links of a chain.
  l1: "M6.5 9.5l3-3M7.3 4.8l1.4-1.4a2.8 2.8 0 0 1 4 4l-1.4 1.4M8.7 11.2l-1.4 1.4a2.8 2.8 0 0 1-4-4l1.4-1.4",
  checked: "M3 8.5l3.2 3.2L13 4.8",
  older: "M8 3v5l3 2M8 1.8a6.2 6.2 0 1 0 .01 0z",
  refuted: "M4 4l8 8M12 4l-8 8",
  checking: "M8 2.2a5.8 5.8 0 1 1-5.8 5.8",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  search: "M7 2.5a4.5 4.5 0 1 0 .01 0zM10.4 10.4l3.3 3.3",
  settings: "M2 4.5h5M11 4.5h3M2 11.5h3M9 11.5h5M9 2.5v4M7 9.5v4",
  close: "M4 4l8 8M12 4l-8 8",
  right: "M6 3l5 5-5 5",
  left: "M10 3L5 8l5 5",
  out: "M6.5 3.5h-3v9h9v-3M9 2.5h4.5V7M13 3L7.5 8.5",
} as const;

/** Name of a shape. */
export type IconName = keyof typeof PATHS;

/** A shape as large as the text beside it, which says what it means: readers of the screen do not hear it. */
export function Icon({ name, className = "" }: { readonly name: IconName; readonly className?: string }): ReactElement {
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden="true"
      className={`inline-block size-[1em] shrink-0 fill-none stroke-current stroke-[1.6] ${className}`}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Three stones on one another. */
export function Logo(): ReactElement {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className="size-7 shrink-0">
      <ellipse cx="12" cy="19" rx="9.5" ry="3.4" className="fill-soft opacity-60" />
      <ellipse cx="12.6" cy="12.2" rx="6.8" ry="2.9" className="fill-soft opacity-80" />
      <ellipse cx="11.6" cy="6.4" rx="4.2" ry="2.4" className="fill-ink" />
    </svg>
  );
}
