/** An element with text, or with elements; those that are null are left out. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string | readonly XmlElement[];
}

/** An element of a fixed name. */
export function element(
  name: string,
  content: string | readonly (XmlElement | null)[],
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  const kept = typeof content === "string" ? content : content.filter((part) => part !== null);
  return { name, attributes, content: kept };
}

/** A document in UTF-8, with each element on a line of its own. */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, "")}\n`;
}

/**
 * Text of others as XML can hold it, of at most so many characters: characters that XML 1.0 does not have become U+FFFD,
 * line ends and other control characters become spaces.
 */
export function xmlText(text: string, maxCharacters: number): string {
  const plain = text
    .replace(/\p{Cc}/gu, " ")
    .replace(/[^\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .trim();
  return [...plain].slice(0, maxCharacters).join("").trim();
}

function written({ name, attributes, content }: XmlElement, indent: string): string {
  const start = `${indent}<${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(value)}"`)
    .join("")}>`;
  if (typeof content === "string") return `${start}${escaped(content)}</${name}>`;
  const inner = content.map((child) => written(child, `${indent}  `)).join("\n");
  return `${start}\n${inner}\n${indent}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
