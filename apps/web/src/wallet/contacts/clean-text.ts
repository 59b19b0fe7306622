/**
 * A text of somebody else without what cannot be seen, or changes the order of what can: control characters, marks of
 * direction, spaces at its ends. Such a text could pretend to be part of the page.
 *
 * @example cleanText("Bob\u202e") // "Bob"
 */
export function cleanText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
}
