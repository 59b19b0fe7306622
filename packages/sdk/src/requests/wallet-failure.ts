import { CairnError } from "@cairn/protocol";
import type { SdkErrorCode } from "../errors.ts";

/** JSON-RPC and EIP-1193 codes after which a wallet has signed and sent nothing. */
const REFUSAL_CODES: readonly unknown[] = [4001, 4100, 4200, 5000, -32601, -32602];

/**
 * Whether a wallet or its user said no.
 *
 * @example if (isWalletRefusal(error)) return; // nothing was signed or sent
 */
export function isWalletRefusal(error: unknown): boolean {
  return REFUSAL_CODES.includes(codeOf(error));
}

/**
 * Has a wallet or an L1 account sign. Throws `sdk/wallet-refused` when it or its user says no, `sdk/signer-failed` for
 * everything else, with the wallet's error as the `cause`.
 */
export async function askingWallet<T>(what: string, sign: () => Promise<T>): Promise<T> {
  try {
    return await sign();
  } catch (cause) {
    if (cause instanceof CairnError) throw cause;
    const code: SdkErrorCode = isWalletRefusal(cause) ? "sdk/wallet-refused" : "sdk/signer-failed";
    throw new CairnError(code, `the wallet did not sign ${what}`, { cause });
  }
}

/** Code of the innermost error that has one: libraries wrap what the wallet says, which may name itself as its cause. */
function codeOf(error: unknown, depth = 9): unknown {
  if (depth === 0 || typeof error !== "object" || error === null) return undefined;
  const { cause, code } = error as { readonly cause?: unknown; readonly code?: unknown };
  return codeOf(cause, depth - 1) ?? (typeof code === "number" ? code : undefined);
}
