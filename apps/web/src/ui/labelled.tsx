import type { ReactElement, ReactNode } from "react";

/** A control under its name, with a hint below, where nothing can be wrong with what it holds; else see `Field`. */
export function Labelled({
  name,
  hint,
  children,
}: {
  readonly name: string;
  readonly hint?: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the field is among the children
    <label className="grid gap-1">
      <span className="text-sm font-medium">{name}</span>
      {children}
      {hint !== undefined && <span className="text-xs text-soft">{hint}</span>}
    </label>
  );
}
