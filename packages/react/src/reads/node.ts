import type { L1ErrorCode } from "@cairn/l1";
import type { CairnError } from "@cairn/protocol";
import type { ClientRequest, RouteResponse } from "@cairn/rpc";
import { type DescribedToken, describeToken, type SdkErrorCode, type TokenRef } from "@cairn/sdk";
import { skipToken, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { keyOf } from "../live/topics.ts";
import { useCairn } from "../provider/context.ts";
import { type WithAmounts, withAmounts } from "./amounts.ts";
import { type LiveResult, useLiveQuery } from "./live-query.ts";

/** What a transaction costs now. */
export type FeeQuote = WithAmounts<RouteResponse<"quote">, "fee" | "minimumFee">;

/** Which fee. */
export interface FeeQuery {
  readonly kind: ClientRequest<"quote">["query"]["kind"];
  /** Number of the token in which it is paid; 0, ETH, by default. */
  readonly tokenId?: number;
}

/** What a node says of itself and of the rollup. */
export interface NodeStatus extends Pick<RouteResponse<"rollup">, "lastBlock" | "lastProvenBlock" | "lastFinalBlock"> {
  /** Whether all of its parts can do their work. */
  readonly isReady: boolean;
  readonly parts: RouteResponse<"ready">["parts"];
}

/**
 * What a transaction would cost now. It follows L1's gas price, of which the stream says nothing: it is asked for at
 * intervals, and never live. An action asks again, and keeps to its `maxFee`. Throws `react/no-provider`.
 *
 * @example const { data } = useFee({ kind: "transfer" }); // data?.fee
 */
export function useFee({ kind, tokenId = 0 }: FeeQuery): LiveResult<FeeQuote> {
  const query = { kind, tokenId };
  return useLiveQuery({
    topic: { type: "fee", query },
    read: (node, options) => node.quote(query, options),
    select: toQuote,
  });
}

/**
 * Whether the node works, and how far the rollup is; asked for at intervals, and never live. `error` is what a page of a
 * node that is gone shows. Throws `react/no-provider`.
 *
 * @example const { data, error } = useNodeStatus(); // data?.isReady
 */
export function useNodeStatus(): LiveResult<NodeStatus> {
  return useLiveQuery({
    topic: { type: "nodeStatus" },
    read: async (node, options) => {
      const [{ isReady, parts }, rollup] = await Promise.all([node.ready({}, options), node.rollup({}, options)]);
      const { lastBlock, lastProvenBlock, lastFinalBlock } = rollup;
      return { isReady, parts, lastBlock, lastProvenBlock, lastFinalBlock };
    },
    select: asItIs,
  });
}

/**
 * A token with its decimals and its symbol, as its contract on L1 says them: untrusted text, see `describeToken` of the
 * SDK. It does not change, and is asked for once. Throws `react/no-provider`.
 *
 * @example const { data: token } = useToken("ETH"); // formatAmount(balance, token?.decimals ?? 18)
 */
export function useToken(
  ref: TokenRef | undefined,
  { known = [] }: { readonly known?: readonly string[] } = {},
): UseQueryResult<DescribedToken, CairnError<SdkErrorCode | L1ErrorCode>> {
  const { client, queryClient } = useCairn();
  return useQuery(
    {
      queryKey: keyOf(client.cairn, { type: "token", ref: ref ?? "", query: { known } }),
      queryFn: ref === undefined ? skipToken : () => describeToken(client, ref, { known }),
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: "always",
    },
    queryClient,
  );
}

function toQuote(quote: RouteResponse<"quote">): FeeQuote {
  return withAmounts(quote, ["fee", "minimumFee"]);
}

function asItIs(status: NodeStatus): NodeStatus {
  return status;
}
