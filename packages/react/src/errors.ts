import type { L1ErrorCode } from "@cairn/l1";
import { CairnError } from "@cairn/protocol";
import type { SdkErrorCode } from "@cairn/sdk";

/**
 * Errors that this package adds to those of the SDK.
 *
 * - `react/no-provider`: a hook is used outside of `CairnProvider`.
 * - `react/busy`: this hook is sending already; nothing more was sent.
 */
export type ReactErrorCode = "react/no-provider" | "react/busy";

/** What reads fail with: the node's errors, and those of L1, which says whether the node serves the rollup. */
export type ReadError = CairnError<SdkErrorCode | L1ErrorCode>;

/** An error of this package. */
export function reactError(code: ReactErrorCode, message: string): CairnError<ReactErrorCode> {
  return new CairnError(code, message);
}
