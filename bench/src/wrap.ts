/** Maximum columns of Markdown prose. */
const MAX_COLUMNS = 120;

/**
 * One paragraph broken at spaces into lines of at most 120 columns; code spans stay whole, and a longer word gets a
 * line of its own.
 */
export function wrapParagraph(text: string): string {
  const words = text.match(/(?:`[^`]*`|[^\s`])+/g) ?? [];
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= MAX_COLUMNS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
