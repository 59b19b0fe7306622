import { type FollowedRequest, useRequests } from "@cairn/react";
import { useMemo } from "react";
import { useSession } from "../session/state.tsx";
import { isOf } from "./summary.ts";

/** Lists have a page of their own, which goes on with them. */
const PAYOUT = /^payout-/;

/**
 * What is on its way for the session's key and L1 account, from this tab, another, or before the last reload, oldest first. The
 * session follows it to its end, and sends again what was lost.
 */
export function useOutbox(): { readonly list: readonly FollowedRequest[]; readonly refresh: () => Promise<void> } {
  const { owner, signer } = useSession();
  const { requests, reload } = useRequests();
  const list = useMemo(
    () => requests.filter(({ handle }) => !PAYOUT.test(handle.id) && isOf(handle, { key: signer.key, owner })),
    [requests, signer.key, owner],
  );
  return { list, refresh: reload };
}
