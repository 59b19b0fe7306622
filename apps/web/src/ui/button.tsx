import type { ReactElement, ReactNode } from "react";

/** What a button is for: one `primary` in a form, `danger` for what cannot be undone. */
export type ButtonKind = "plain" | "primary" | "danger";

const KINDS: Readonly<Record<ButtonKind, string>> = {
  plain: "border-line bg-surface px-3 py-1.5 hover:bg-sunken",
  primary: "border-accent bg-accent px-4 py-2 font-medium text-on-accent hover:opacity-90",
  danger: "border-refuted px-4 py-2 font-medium text-refuted hover:bg-sunken",
};

/** A button with words. */
export function Button({
  onClick,
  kind = "plain",
  isSubmit = false,
  isDisabled = false,
  children,
}: {
  /** Not needed where it submits its form. */
  readonly onClick?: () => void;
  readonly kind?: ButtonKind;
  /** Submits the form around it. */
  readonly isSubmit?: boolean;
  readonly isDisabled?: boolean;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <button
      type={isSubmit ? "submit" : "button"}
      disabled={isDisabled}
      onClick={onClick}
      className={`cursor-pointer justify-self-start rounded-sm border text-sm disabled:cursor-default disabled:opacity-60 ${KINDS[kind]}`}
    >
      {children}
    </button>
  );
}
