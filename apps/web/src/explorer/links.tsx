import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";

/** Where things are shown. */
export const placeOf = {
  block: (number: number) => `/block/${number}`,
  batch: (firstBlock: number) => `/batch/${firstBlock}`,
  transaction: (id: string) => `/transaction/${id}`,
  account: (index: number) => `/account/${index}`,
  owner: (address: string) => `/owner/${address}`,
  token: (id: number) => `/token/${id}`,
  queueEntry: (position: number) => `/queue/${position}`,
  payout: (block: number, position: number) => `/payout/${block}/${position}`,
  reference: (reference: string) => `/reference/${reference}`,
} as const;

/** A link within the pages. */
export function To({ place, children }: { readonly place: string; readonly children: ReactNode }): ReactElement {
  return (
    <Link href={place} className="link">
      {children}
    </Link>
  );
}
