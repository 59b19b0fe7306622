import type { ReactElement } from "react";
import { Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { REQUEST_TEXTS } from "../requests/texts.ts";
import { FailedRequests, Pending } from "./pending.tsx";
import { useOutbox } from "./use-outbox.ts";

/** What was sent from this browser and is not final yet, also before the last reload; and what did not happen. */
export function Outbox(): ReactElement {
  const { onItsWay, nothing } = useTexts(REQUEST_TEXTS);
  const { list } = useOutbox();
  const open = list.filter(({ progress }) => !progress.isOver);
  return (
    <>
      <Section title={onItsWay}>
        {open.length === 0 ? (
          <p className="card px-4 py-6 text-center text-sm text-soft">{nothing}</p>
        ) : (
          <Pending requests={open} name={onItsWay} />
        )}
      </Section>
      <FailedRequests />
    </>
  );
}
