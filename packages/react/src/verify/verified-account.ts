import type { L1ErrorCode } from "@cairn/l1";
import type { CairnError } from "@cairn/protocol";
import type { SdkErrorCode } from "@cairn/sdk";
import {
  rollupOn,
  type VerifiedAccount,
  type VerifierL1,
  type VerifyErrorCode,
  verifyAccount,
  type WantedAccount,
} from "@cairn/verify";
import type { UseQueryResult } from "@tanstack/react-query";
import { useCairn } from "../provider/context.ts";
import { useLiveQuery } from "../reads/live-query.ts";

/** What the proof must show, and to whom. */
export interface UseVerifiedAccountOptions extends Pick<WantedAccount, "finality" | "maxBehind" | "owner" | "tokenId"> {
  /** The rollup, as an RPC of the user's choice shows it; by default through the connection of the provider's client. */
  readonly l1?: VerifierL1;
}

/** As TanStack Query returns it; `error` says in its code who is at fault. */
export type VerifiedAccountResult = UseQueryResult<
  VerifiedAccount,
  CairnError<VerifyErrorCode | SdkErrorCode | L1ErrorCode>
>;

/**
 * An account as L1 vouches for it: the node's proof, checked in the page against what the contract has. It is the account
 * after the batch that `data` names, older than `useAccount`, and never live: it is asked for again when the account
 * changes, and at intervals. When a check fails, `error` is set, and `data` is of an earlier check. Throws
 * `react/no-provider`.
 *
 * @example
 * const { data, error } = useVerifiedAccount(70, { finality: "finalized" });
 * // data?.account.balance, in L1's block data.l1.block
 */
export function useVerifiedAccount(
  index: number | undefined,
  { l1: given, ...wanted }: UseVerifiedAccountOptions = {},
): VerifiedAccountResult {
  const { client } = useCairn();
  const result = useLiveQuery({
    topic: index === undefined ? null : { type: "verified", index, query: { ...wanted, rpc: given?.chainId ?? null } },
    read: async (node, options) => {
      const proof = await node.accountProof({ index: index ?? 0 }, options);
      const { reader, address } = await client.cairn.l1();
      const l1 = given ?? rollupOn(client, { chainId: reader.chain.id, rollup: address });
      return toText(await verifyAccount(l1, proof, { index: index ?? 0, ...wanted }));
    },
    select: fromText,
  });
  return result as unknown as VerifiedAccountResult;
}

/** Caches may be written to a page's storage, as JSON, which knows no bigint. */
function toText(account: VerifiedAccount): string {
  return JSON.stringify(account, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}

function fromText(text: string): VerifiedAccount {
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === "string" && /^-?[0-9]+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as VerifiedAccount;
}
