import { bigintToAddress, isCairnError } from "@cairn/protocol";
import { isPaymentCode, parsePaymentCode } from "@cairn/sdk";
import type { Config } from "../../base/config.ts";
import { placeOf } from "../links.tsx";

/** Where a text leads that no node has to be asked about: a payment code, whose owner it names; null for others. */
export function placeInText(text: string, { chainId, rollup }: Config): string | null {
  if (!isPaymentCode(text)) return null;
  try {
    const { owner } = parsePaymentCode(text, { chainId: BigInt(chainId), rollup: BigInt(rollup) });
    return placeOf.owner(bigintToAddress(owner));
  } catch (error) {
    if (isCairnError(error)) return null;
    throw error;
  }
}
