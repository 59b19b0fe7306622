/**
 * Characters that act on a terminal, or change how the text around them looks, instead of being shown: controls except
 * line break and tab, soft hyphen, zero-width, bidi, line separators, tags, variation selectors. Node, L1, token
 * authors and others' files can put them into what is printed.
 */
const UNPRINTABLE = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}/gu;
const BREAKS = /[\n\r\t]+/g;

/** The text with every character escaped that would not be shown as itself; line breaks are kept. */
export function visible(text: string): string {
  return text.replaceAll(UNPRINTABLE, escaped);
}

/** Like {@link visible}, on one line: text from others must not look like our own lines. */
export function visibleLine(text: string): string {
  return visible(text.replaceAll(BREAKS, " "));
}

/** JSON in which such characters are written as escapes; its meaning is the same. */
export function visibleJson(json: string): string {
  return json.replaceAll(UNPRINTABLE, utf16Escapes);
}

function escaped(letter: string): string {
  return `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`;
}

function utf16Escapes(letter: string): string {
  return Array.from(
    { length: letter.length },
    (_, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}
