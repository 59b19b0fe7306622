import type { FollowedRequest } from "@cairn/react";
import { type ReactElement, useState } from "react";
import { Listing } from "../../data/listing.tsx";
import { usePages } from "../../data/use-pages.ts";
import { Page, Section } from "../../ui/layout.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { FailedRequests, Pending } from "../outbox/pending.tsx";
import { useOutbox } from "../outbox/use-outbox.ts";
import { NeedsSession, useSession } from "../session/session.tsx";
import { EntryList } from "./entry-list.tsx";
import { type Filter, Filters, NO_FILTER, queryOf } from "./filters.tsx";
import { Statements } from "./statements.tsx";
import { TEXTS } from "./texts.ts";

const PAGE = 25;

/** Everything that happened to the owner, and what was signed here and may still happen. */
export function HistoryPage(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <NeedsSession>
      <Page title={texts.title} lead={texts.lead}>
        <OnItsWay />
        <FailedRequests />
        <Happened />
        <Statements />
      </Page>
    </NeedsSession>
  );
}

function OnItsWay(): ReactElement | null {
  const texts = useTexts(TEXTS);
  const { list } = useOutbox();
  const open = list.filter(isUncertain);
  if (open.length === 0) return null;
  return (
    <Section title={texts.onItsWay}>
      <p className="max-w-prose text-sm text-soft">{texts.onItsWayHint}</p>
      <Pending requests={open} name={texts.onItsWay} />
    </Section>
  );
}

/** From `confirmed` on the node's list has it, too. */
function isUncertain({ handle, progress: { isOver, status } }: FollowedRequest): boolean {
  if (isOver) return false;
  const isOnL1 = !("transactions" in handle.toJSON());
  return isOnL1
    ? status === null || ["prepared", "sent", "mined"].includes(status)
    : status !== "confirmed" && !isSettled(status);
}

function isSettled(status: string | null): boolean {
  return status !== null && ["proven", "paid", "claimable", "final"].includes(status);
}

function Happened(): ReactElement {
  const texts = useTexts(TEXTS);
  const { owner } = useSession();
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const pages = usePages(
    ["wallet history", owner, JSON.stringify(filter)],
    ["entry", "block", "batch"],
    (node, page, options) => node.ownerHistory({ owner, limit: PAGE, ...queryOf(filter), ...page }, options),
  );
  return (
    <Section title={texts.happened} aside={<Mark truth="node" />}>
      <Filters filter={filter} onChange={setFilter} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Listing pages={pages}>
          {(answers) => <EntryList entries={answers.flatMap(({ entries }) => entries)} />}
        </Listing>
      </div>
    </Section>
  );
}
