import { hexToReference, referenceText, referenceToHex } from "@cairn/protocol";
import { isCairnError, textReference } from "@cairn/sdk";

/** What people see of a reference: its text if all of it can be seen, else its digits; null for none. */
export function shownReference(reference: bigint | string | null): string | null {
  if (reference === null) return null;
  const value = typeof reference === "string" ? hexToReference(reference) : reference;
  if (value === 0n) return null;
  const text = referenceText(value);
  // What cannot be seen could pretend to be part of the page.
  return text !== null && /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u.test(text) ? text : referenceToHex(value);
}

/** Whether a text can be signed as a reference; an empty one means that there is none. */
export function isReference(text: string): boolean {
  if (text.trim() === "") return true;
  if (/\p{Cc}/u.test(text)) return false;
  try {
    textReference(text.trim());
    return true;
  } catch (error) {
    if (isCairnError(error, "protocol/bad-reference")) return false;
    throw error;
  }
}
