import { isCairnError } from "@cairn/protocol";
import { sdkError } from "../errors.ts";

/** JSON-RPC and EIP-1193 codes after which a wallet has signed and sent nothing. */
const REFUSAL_CODES: ReadonlySet<number> = new Set([4001, 4100, 4200, 5000, -32601, -32602]);

/**
 * Whether a wallet or its user said no.
 *
 * @example if (isWalletRefusal(error)) return; // nothing was signed or sent
 */
export function isWalletRefusal(error: unknown): boolean {
  return REFUSAL_CODES.has(codeOf(error) ?? 0);
}

/**
 * Has a wallet or an L1 account sign. Throws `sdk/wallet-refused` when it or its user says no, `sdk/signer-failed` for
 * everything else, with the wallet's error as the `cause`.
 */
export async function askingWallet<T>(what: string, sign: () => Promise<T>): Promise<T> {
  try {
    return await sign();
  } catch (cause) {
    if (isCairnError(cause)) throw cause;
    if (isWalletRefusal(cause)) throw sdkError("sdk/wallet-refused", `the wallet did not sign ${what}`, { cause });
    throw sdkError("sdk/signer-failed", `the wallet failed to sign ${what}`, { cause });
  }
}

/** Code of the innermost error that has one: libraries wrap what the wallet says. */
function codeOf(error: unknown): number | null {
  let code: number | null = null;
  const seen = new Set<unknown>();
  for (let inner = error; typeof inner === "object" && inner !== null && !seen.has(inner); ) {
    seen.add(inner);
    const found: unknown = Reflect.get(inner, "code");
    if (typeof found === "number") code = found;
    inner = Reflect.get(inner, "cause");
  }
  return code;
}
