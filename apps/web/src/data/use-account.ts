import type { AccountProofJson, RouteResponse } from "@cairn/rpc";
import { apiErrorOf } from "@cairn/sdk";
import type { VerifiedAccount } from "@cairn/verify";
import type { UseQueryResult } from "@tanstack/react-query";
import { FIELDS, type Field, fieldsOfNode, judge } from "./compare-account.ts";
import { isUnknown } from "./node.ts";
import { useRollup } from "./rollup.tsx";
import { useCheck } from "./use-l1.ts";
import { useNode } from "./use-node.ts";

type Account = RouteResponse<"account">;

/** What was found about an account, together. */
export type AccountFindings =
  | { readonly type: "unproven" }
  | {
      readonly type: "verified";
      readonly verified: VerifiedAccount;
      readonly proof: AccountProofJson;
      readonly judgement: ReturnType<typeof judge>;
    }
  | {
      readonly type: "failed";
      readonly error: Error;
      /** Where the node's proof and its answer differ. */
      readonly differing: readonly Field[];
    };

/** Whether a text can be the index of an account. */
export function isIndex(text: string): boolean {
  return /^[0-9]{1,8}$/.test(text);
}

/** An account as the node says it; null where there is none. */
export function useAccount(index: string): UseQueryResult<Account | null, Error> {
  return useNode(["account", index], ["entry", "block", "batch"], (node, options) =>
    node.account({ index }, options).catch((error: unknown) => {
      if (isUnknown(error)) return null;
      throw error;
    }),
  );
}

/** The account checked against L1, and compared with what the node says. */
export function useCheckedAccount(
  index: string,
  said: Account | null | undefined,
): UseQueryResult<AccountFindings, Error> {
  const { node } = useRollup();
  return useCheck<AccountFindings>(
    ["account", index, said == null ? null : FIELDS.map((field) => fieldsOfNode(said)[field]).join()],
    ["batch", "entry"],
    node && said != null && isIndex(index)
      ? async (verifier) => {
          const proof = await node.accountProof({ index }).catch((error: unknown) => {
            if (apiErrorOf(error)?.code === "not-accepted") return null;
            throw error;
          });
          if (proof === null) return { type: "unproven" };
          try {
            const verified = await verifier.ask("account", { index: Number(index), proof });
            const { lastBlock } = await node.rollup();
            const judgement = judge(said, verified, { last: lastBlock, onL1: verified.block });
            return { type: "verified", verified, proof, judgement };
          } catch (error) {
            if (!(error instanceof Error)) throw error;
            return { type: "failed", error, differing: differingIn(said, proof) };
          }
        }
      : null,
  );
}

function differingIn(said: Account, { account }: AccountProofJson): Field[] {
  const [answer, proof] = [fieldsOfNode(said), fieldsOfNode(account)];
  return FIELDS.filter((field) => answer[field] !== proof[field]);
}
