import { isCairnError } from "@cairn/protocol";
import type { Truth } from "../ui/truth.tsx";

/** What a failed check says of what was checked: that it is wrong, that it is too early, or nothing. */
export function truthOf(error: Error): Truth {
  if (!isCairnError(error)) return "checking";
  const { code, details } = error;
  if (code === "verify/not-on-l1") return details.isOther === true ? "refuted" : "older";
  if (code === "verify/unproven" || code === "verify/not-final" || code === "verify/stale") return "older";
  return code.startsWith("verify/bad-") || code.startsWith("verify/other-") || code === "verify/wrong-chain"
    ? "refuted"
    : "checking";
}
