import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { defineTexts } from "../base/locale.ts";
import { Failed, Loading, NoNode } from "../ui/states.tsx";
import { useTexts } from "../ui/use-texts.ts";
import { useRollup } from "./rollup.tsx";

const TEXTS = defineTexts({ en: { more: "Show more" }, de: { more: "Mehr zeigen" } });

/** A list with its states, and a button for more of it. */
export function Listing<Answer>({
  pages,
  children,
}: {
  readonly pages: UseInfiniteQueryResult<InfiniteData<Answer>, Error>;
  readonly children: (answers: readonly Answer[]) => ReactNode;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const { node } = useRollup();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  if (node === null) return <NoNode />;
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} retry={() => void refetch()} />;
  return (
    <>
      {children(data.pages)}
      {hasNextPage && (
        <button
          type="button"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
          className="cursor-pointer justify-self-center rounded-sm border border-line bg-surface px-4 py-2 text-sm hover:bg-sunken disabled:opacity-60"
        >
          {texts.more}
        </button>
      )}
    </>
  );
}
