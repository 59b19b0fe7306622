import { encodeAmount, isCairnError } from "@cairn/sdk";

/** What keeps an amount from being paid. */
export type AmountProblem =
  /** No float encodes it; the nearest that one encodes. */
  | { readonly type: "not-encodable"; readonly nearest: readonly bigint[] }
  | { readonly type: "not-covered"; readonly missing: bigint };

/** What is wrong with an amount that an account is to pay with a fee; null when nothing is. */
export function amountProblem(
  amount: bigint,
  { balance, fee }: { readonly balance: bigint; readonly fee: bigint },
): AmountProblem | null {
  const nearest = nearestEncodable(amount);
  if (nearest !== null) return { type: "not-encodable", nearest };
  const missing = amount + fee - balance;
  return missing > 0n ? { type: "not-covered", missing } : null;
}

/** The amounts next to one that cannot be signed exactly; null when it can. */
export function nearestEncodable(amount: bigint): bigint[] | null {
  try {
    encodeAmount(amount);
    return null;
  } catch (error) {
    if (!isCairnError(error, "sdk/not-encodable")) throw error;
    return [error.details.below, error.details.above].flatMap((one) => (typeof one === "string" ? [BigInt(one)] : []));
  }
}
