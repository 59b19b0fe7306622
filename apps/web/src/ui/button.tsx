import type { ReactElement, ReactNode } from "react";

/** A button with words. */
export function Button({
  onClick,
  isDisabled = false,
  children,
}: {
  readonly onClick: () => void;
  readonly isDisabled?: boolean;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <button
      type="button"
      disabled={isDisabled}
      onClick={onClick}
      className="cursor-pointer justify-self-start rounded-sm border border-line bg-surface px-3 py-1.5 text-sm hover:bg-sunken disabled:opacity-60"
    >
      {children}
    </button>
  );
}
