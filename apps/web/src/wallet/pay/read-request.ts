import { bigintToAddress } from "@cairn/protocol";
import { isCairnError, type LocatedRequest, parsePaymentRequest } from "@cairn/sdk";
import type { Config } from "../../base/config.ts";
import { nearestEncodable } from "../paying/amount.ts";
import { requestTextOf } from "../request/links.ts";

/** What a link says, or why it cannot be paid here, whatever the node says. */
export type RequestReading =
  | { readonly type: "request"; readonly located: LocatedRequest; readonly text: string }
  | { readonly type: "refused"; readonly reason: "nothing" | "malformed" | "expired" | "inexact" }
  | { readonly type: "refused"; readonly reason: "wrong-chain" | "wrong-rollup"; readonly asked: string };

/** Reads the request of a link. Only what its checksum covers is believed, and only for this page's rollup. */
export function readRequest(
  given: string,
  { chainId, rollup }: Pick<Config, "chainId" | "rollup">,
  nowSeconds: number,
): RequestReading {
  const text = requestTextOf(given);
  if (text === "") return { type: "refused", reason: "nothing" };
  const located = parsed(text);
  if (located === null) return { type: "refused", reason: "malformed" };
  const { request, domain } = located;
  if (domain.chainId !== BigInt(chainId))
    return { type: "refused", reason: "wrong-chain", asked: String(domain.chainId) };
  if (domain.rollup !== BigInt(rollup))
    return { type: "refused", reason: "wrong-rollup", asked: bigintToAddress(domain.rollup) };
  if (request.expiresAt < nowSeconds) return { type: "refused", reason: "expired" };
  if (nearestEncodable(request.amount) !== null) return { type: "refused", reason: "inexact" };
  return { type: "request", located, text };
}

function parsed(text: string): LocatedRequest | null {
  try {
    return parsePaymentRequest(text);
  } catch (error) {
    if (isCairnError(error)) return null;
    throw error;
  }
}
