import type { DescribedToken } from "@cairn/sdk";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { erc20Abi } from "viem";
import { getBalance, readContract } from "viem/actions";
import { useSession } from "../session/session.tsx";

/** L1 makes a block about that often. */
const INTERVAL_MS = 12_000;
const QUEUE_FEE_ABI = [
  { type: "function", name: "queueFee", stateMutability: "view", inputs: [], outputs: [{ type: "uint256" }] },
] as const;

/** What a deposit of a token begins with, as L1 says it. */
export interface OnL1 {
  readonly token: DescribedToken;
  /** What the owner has of it on L1. */
  readonly balance: bigint;
  /** Wei for a place in the queue. */
  readonly queueFee: bigint;
}

/** A token, and what the session's owner has of it, read through the user's RPC. */
export function useOnL1(tokenId: number): UseQueryResult<OnL1, Error> {
  const { client, owner } = useSession();
  return useQuery<OnL1, Error>({
    queryKey: ["l1 balance", client.cairn.rollup, client.cairn.nodeUrl, owner, tokenId],
    queryFn: async () => {
      const token = await client.describeToken(tokenId === 0 ? "ETH" : tokenId);
      const balance =
        token.address === null
          ? getBalance(client, { address: owner })
          : readContract(client, { address: token.address, abi: erc20Abi, functionName: "balanceOf", args: [owner] });
      const queueFee = readContract(client, {
        address: client.cairn.rollup,
        abi: QUEUE_FEE_ABI,
        functionName: "queueFee",
      });
      return { token, balance: await balance, queueFee: await queueFee };
    },
    refetchInterval: INTERVAL_MS,
  });
}
