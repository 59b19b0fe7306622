import { hexToReference, referenceText as textOf } from "@cairn/protocol";

/** A payment reference as people wrote it, or its digits; null for none. */
export function referenceText(hex: string): string | null {
  const reference = hexToReference(hex);
  if (reference === 0n) return null;
  const text = textOf(reference);
  // Only what can be seen: nothing may pretend to be part of the page.
  return text !== null && /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(text) ? text : hex;
}
