import { CairnError } from "@cairn/protocol";
import type { SdkErrorCode } from "./errors.ts";

/**
 * Throws `sdk/bad-amount` unless a value is a bigint: a number or a text, as programs without types pass it, could mean
 * whole units as well.
 *
 * @example assertUnits(parameters.amount, "the amount");
 */
export function assertUnits(value: unknown, what: string): asserts value is bigint {
  if (typeof value === "bigint") return;
  const problem = `${what} is a bigint in the token's smallest unit (parseAmount), not ${typeof value}`;
  throw new CairnError<SdkErrorCode>("sdk/bad-amount", problem);
}
