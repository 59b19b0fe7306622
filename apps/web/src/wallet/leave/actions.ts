import type { AnyHandle, ExitProof, PayoutList } from "@cairn/sdk";
import type { Holdings } from "@cairn/verify";
import type { Restorer } from "../../data/restorer.ts";
import type { SessionClient } from "../session/client.ts";

type Entry = Holdings["entries"][number];
type Payout = Holdings["payouts"][number];
type Claim = Holdings["claims"][number];

/**
 * What the page asks the wallet to send. Each is named by what it does, so that a repetition, here or in another tab, is the
 * same request.
 */
export interface LeaveActions {
  /** After an entry of the queue: later ones are other requests. */
  readonly request: (index: number, queueTail: number) => Promise<AnyHandle>;
  readonly freeze: () => Promise<AnyHandle>;
  readonly exit: (indices: readonly number[]) => Promise<AnyHandle>;
  readonly reclaim: (entry: Entry) => Promise<AnyHandle>;
  readonly payOut: (payout: Payout) => Promise<AnyHandle>;
  readonly claim: (one: Claim) => Promise<AnyHandle>;
}

/** The actions of a client; proofs and lists come from the state that the page has rebuilt. */
export function leaveActions(client: SessionClient, restorer: Restorer): LeaveActions {
  return {
    request: (index, queueTail) =>
      client.forceWithdraw({ account: index, requestId: `leave-request-${index}-${queueTail}` }),
    freeze: () => client.freeze({ requestId: "leave-freeze" }),
    exit: async (indices) => {
      const proof: ExitProof = await restorer.ask("exitProof", { indices });
      return client.exit({ proof, requestId: `leave-exit-${indices.join(".")}` });
    },
    reclaim: ({ transaction, position }) =>
      client.reclaim({ l1Transaction: transaction, position, requestId: `leave-reclaim-${position}` }),
    payOut: async ({ batch, position }) => {
      const list: PayoutList = await restorer.ask("payoutList", { batch });
      return client.payOut({ list, places: [position], requestId: `leave-payout-${batch}-${position}` });
    },
    claim: ({ tokenId, amount }) =>
      client.claim({ token: tokenId, requestId: `leave-claim-${tokenId}-${amount}`.slice(0, 64) }),
  };
}
