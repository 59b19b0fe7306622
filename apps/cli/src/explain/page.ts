/** May the same call be repeated? See docs/errors/README.md. */
export const RETRY_VERDICTS = ["yes", "after a change", "no"] as const;

/** An answer to that question. */
export type RetryVerdict = (typeof RETRY_VERDICTS)[number];

/** A page of docs/errors, by its parts, as Markdown. */
export interface ErrorPage {
  /** Folder and name, such as `sdk/timeout`. */
  readonly code: string;
  readonly meaning: string;
  readonly cause: string;
  readonly verdict: RetryVerdict;
  readonly retry: string;
  readonly remedy: string;
  /** Where a user meets it. */
  readonly seenIn: string;
}

const FORM = new RegExp(
  [
    String.raw`^# (?<code>\S+)\n\n(?<meaning>[\s\S]+?)`,
    String.raw`\n\n\*\*Cause\.\*\* (?<cause>[\s\S]+?)`,
    String.raw`\n\n\*\*Retry: (?<verdict>${RETRY_VERDICTS.join("|")})\.\*\*(?:\s(?<retry>[\s\S]+?))?`,
    String.raw`\n\n\*\*Remedy\.\*\* (?<remedy>[\s\S]+?)`,
    String.raw`\n\n\*\*Seen in\.\*\* (?<seenIn>[\s\S]+)\n$`,
  ].join(""),
);

/**
 * The parts of a page; null for a text that is none, such as one that lacks a part.
 *
 * @example parseErrorPage(readFileSync("docs/errors/sdk/timeout.md", "utf8"))?.verdict // "yes"
 */
export function parseErrorPage(text: string): ErrorPage | null {
  const groups = FORM.exec(text)?.groups;
  const verdict = RETRY_VERDICTS.find((one) => one === groups?.verdict);
  if (groups === undefined || verdict === undefined) return null;
  const { code = "", meaning = "", cause = "", retry = "", remedy = "", seenIn = "" } = groups;
  return { code, meaning, cause, verdict, retry, remedy, seenIn };
}

/**
 * Markdown as a terminal shows it: without marks of emphasis, with the text of each link alone.
 *
 * @example plainText("**Retry: no.** See [x](y.md).") // "Retry: no. See x."
 */
export function plainText(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1")
    .replaceAll(/^# /gm, "")
    .replaceAll("**", "");
}
