import { CairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "./errors.ts";

/** The page with new text between the marks of a name. Throws `bench/bad-report` for a page without them. */
export function replaceMarked(page: string, name: string, text: string): string {
  const [beginMark, endMark] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [begin, end] = [page.indexOf(beginMark), page.indexOf(endMark)];
  if (begin < 0 || end < begin) {
    throw new CairnError<BenchErrorCode>("bench/bad-report", `the page has no ${beginMark} … ${endMark}`);
  }
  return `${page.slice(0, begin + beginMark.length)}\n\n${text}\n${page.slice(end)}`;
}
