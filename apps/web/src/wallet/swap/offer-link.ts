import { isCairnError, offerFromJson, type SwapOffer, type SwapTerms, swapTerms } from "@cairn/sdk";
import type { Config } from "../../base/config.ts";

/** An offer as an address of these pages; everything is behind `#`, so that no server sees it. */
export function offerLink(offer: object): string {
  const text = btoa(JSON.stringify(offer)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  return `${new URL("wallet.html", document.baseURI).href}#/swap/${text}`;
}

/** What an offer says, or why it cannot be taken here. */
export type OfferReading =
  | { readonly type: "offer"; readonly offer: SwapOffer; readonly json: unknown; readonly terms: SwapTerms }
  | { readonly type: "refused"; readonly reason: "malformed" | "wrong-rollup" | "expired" | "inexact" };

const MAX_TEXT = 8_000;

/** Reads the offer of a link. */
export function readOffer(
  text: string,
  { chainId, rollup }: Pick<Config, "chainId" | "rollup">,
  nowSeconds: number,
): OfferReading {
  const json = jsonOf(text);
  if (json === undefined) return { type: "refused", reason: "malformed" };
  try {
    const offer = offerFromJson(json);
    const { domain, maker } = offer;
    if (domain.chainId !== BigInt(chainId) || domain.rollup !== BigInt(rollup))
      return { type: "refused", reason: "wrong-rollup" };
    if (maker.transaction.validUntil < nowSeconds) return { type: "refused", reason: "expired" };
    return { type: "offer", offer, json, terms: swapTerms(offer) };
  } catch (error) {
    if (isCairnError(error, "sdk/bad-offer")) return { type: "refused", reason: "malformed" };
    if (isCairnError(error)) return { type: "refused", reason: "inexact" };
    throw error;
  }
}

function jsonOf(text: string): unknown {
  if (text.length > MAX_TEXT) return undefined;
  try {
    return JSON.parse(atob(text.replace(/-/g, "+").replace(/_/g, "/")));
  } catch {
    return undefined;
  }
}
