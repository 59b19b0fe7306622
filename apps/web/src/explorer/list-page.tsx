import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Listing } from "../data/listing.tsx";
import { Page } from "../ui/layout.tsx";
import { Mark } from "../ui/truth.tsx";

/** A page with a list that the node tells. */
export function ListPage<Answer>({
  texts: { title, lead },
  pages,
  children,
}: {
  readonly texts: { readonly title: string; readonly lead: string };
  readonly pages: UseInfiniteQueryResult<InfiniteData<Answer>, Error>;
  readonly children: (answers: readonly Answer[]) => ReactNode;
}): ReactElement {
  return (
    <Page title={title} lead={lead}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Mark truth="node" />
        <Listing pages={pages}>{children}</Listing>
      </div>
    </Page>
  );
}
