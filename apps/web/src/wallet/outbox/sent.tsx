import type { Progress } from "@cairn/react";
import type { RequestKind } from "@cairn/sdk";
import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { useTexts } from "../../ui/use-texts.ts";
import { RequestSteps } from "../requests/request-steps.tsx";
import { WhatIsPaid } from "./pending.tsx";
import { useOutbox } from "./use-outbox.ts";

const TEXTS = defineTexts({
  en: {
    unpaid: "The operator pays it out. Should that not happen, you can have the contract do it:",
    leave: "Leave",
    soft: "Until it is proven on L1 it is the node's promise. You can close this page: it goes on when you come back.",
  },
  de: {
    unpaid: "Der Betreiber zahlt es aus. Geschieht das nicht, können Sie es den Vertrag tun lassen:",
    leave: "Ausstieg",
    soft: "Bis es auf L1 bewiesen ist, ist es eine Zusage des Knotens. Sie können diese Seite schließen: Es geht weiter, wenn Sie wiederkommen.",
  },
});
/** Until the storage was read again. */
const UNSEEN: Progress = { status: null, seenAtMs: null, isOver: false, isFailed: false, error: null };

/** How far a request is that was just sent, step by step. */
export function Sent({
  id,
  kind,
  children,
}: {
  readonly id: string;
  readonly kind: RequestKind;
  readonly children?: ReactNode;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const { list } = useOutbox();
  const found = list.find(({ handle }) => handle.id === id);
  const progress = found?.progress ?? UNSEEN;
  return (
    <div data-request={id} className="card grid grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4">
      {children}
      {found !== undefined && (
        <p className="text-base">
          <WhatIsPaid handle={found.handle} />
        </p>
      )}
      <RequestSteps kind={kind} progress={progress} />
      {!progress.isOver && <p className="text-xs text-soft">{texts.soft}</p>}
      {kind === "withdraw" && progress.status === "proven" && (
        <p className="text-xs text-soft">
          {texts.unpaid}{" "}
          <Link href="/leave" className="link">
            {texts.leave}
          </Link>
        </p>
      )}
    </div>
  );
}
