import type { ReceiptJson, RouteResponse } from "@cairn/rpc";
import { apiErrorOf } from "@cairn/sdk";
import type { VerifiedReceipt } from "@cairn/verify";
import type { UseQueryResult } from "@tanstack/react-query";
import { useRollup } from "../../data/rollup.tsx";
import { useCheck } from "../../data/use-l1.ts";

/** A transaction that L1 vouches for, and the receipt that shows it. */
export interface FoundOnL1 {
  readonly verified: VerifiedReceipt;
  readonly receipt: ReceiptJson;
}

/** Checks a transaction against what L1 has stored of its batch; null while L1 has not accepted that. */
export function useReceipt(found: RouteResponse<"transaction"> | undefined): UseQueryResult<FoundOnL1 | null, Error> {
  const { node } = useRollup();
  return useCheck<FoundOnL1 | null>(
    ["transaction", found?.id ?? null, found?.inclusion?.block ?? null, JSON.stringify(found?.transaction ?? null)],
    ["batch"],
    node && found
      ? async (verifier) => {
          const { id, transaction } = found;
          const receipt = await node.receipt({ id }).catch((error: unknown) => {
            const code = apiErrorOf(error)?.code;
            if (code === "not-accepted" || code === "not-found") return null;
            throw error;
          });
          if (receipt === null) return null;
          return { verified: await verifier.ask("transaction", { id, transaction, receipt }), receipt };
        }
      : null,
  );
}
