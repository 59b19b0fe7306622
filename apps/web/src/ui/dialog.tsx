import { type ReactElement, type ReactNode, useEffect, useRef } from "react";
import { defineTexts } from "../base/locale.ts";
import { Icon } from "./icons.tsx";
import { useTexts } from "./use-texts.ts";

const TEXTS = defineTexts({ en: { close: "Close" }, de: { close: "Schließen" } });

/**
 * A native dialog above the page: the rest of it can be reached again when it is closed, and the focus is back where it
 * was. What is in it is only there while it is open.
 *
 * @example <Dialog title={texts.title} isOpen={isOpen} onClose={() => setOpen(false)}>…</Dialog>
 */
export function Dialog({
  title,
  isOpen,
  onClose,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  /** Also for the Escape key. */
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={onClose}
      className="card w-[min(32rem,calc(100vw-2rem))] bg-surface p-0 text-ink"
    >
      {isOpen && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5 p-5">
          <div className="flex items-center justify-between gap-4">
            <h2 className="text-lg font-semibold">{title}</h2>
            <button
              type="button"
              onClick={onClose}
              className="grid size-9 shrink-0 cursor-pointer place-items-center rounded-sm hover:bg-sunken"
            >
              <Icon name="close" />
              <span className="sr-only">{texts.close}</span>
            </button>
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}
