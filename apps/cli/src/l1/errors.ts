import type { CairnError } from "@cairn/protocol";
import { BaseError } from "viem";
import { type CliErrorCode, cliError } from "../errors.ts";

/** Errors of the L1 library and their codes here. */
const CODES: readonly (readonly [name: string, code: CliErrorCode])[] = [
  ["HttpRequestError", "cli/l1-unreachable"],
  ["TimeoutError", "cli/l1-unreachable"],
  ["InsufficientFundsError", "cli/insufficient-l1-balance"],
  ["NonceTooLowError", "cli/l1-nonce"],
  ["NonceTooHighError", "cli/l1-nonce"],
];

/** A failure of L1 as a typed error; null for every other one. */
export function l1Failure(error: unknown): CairnError<CliErrorCode> | null {
  if (!(error instanceof BaseError)) return null;
  const names = new Set<string>();
  error.walk((inner) => {
    if (inner instanceof Error) names.add(inner.name);
    return false;
  });
  const code = CODES.find(([name]) => names.has(name))?.[1] ?? "cli/l1-refused";
  return cliError(code, error.shortMessage, { cause: error });
}
