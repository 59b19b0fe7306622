import { parseErrorPage } from "../../apps/cli/src/explain/page.ts";
import type { ErrorCode } from "./catalogue.ts";

/**
 * What is wrong with pages: codes without one, pages without a code or without a part, and answers about a repetition
 * that contradict the code.
 *
 * @param pages Texts by code.
 */
export function pageProblems(codes: readonly ErrorCode[], pages: ReadonlyMap<string, string>): string[] {
  const known = new Set(codes.map(({ code }) => code));
  const orphans = [...pages.keys()].filter((code) => !known.has(code));
  return [
    ...codes.flatMap((code) => problemsOf(code, pages.get(code.code))),
    ...orphans.map((code) => `docs/errors/${code}.md: no error has this code any more`),
  ];
}

function problemsOf({ code, source, verdicts }: ErrorCode, text: string | undefined): string[] {
  const path = `docs/errors/${code}.md`;
  if (text === undefined) return [`${path} is missing: write it from **Cause.** on; ${source} has the code`];
  const page = parseErrorPage(text);
  if (page === null) return [`${path}: title, **Cause.**, **Retry: …**, **Remedy.** and **Seen in.**, in this order`];
  const { verdict } = page;
  const fitting = verdicts.map((one) => `"${one}"`).join(" or ");
  return [
    ...(page.code === code ? [] : [`${path} is the page of ${page.code}`]),
    ...(verdicts.includes(verdict) ? [] : [`${path} says retry "${verdict}", ${source} says ${fitting}`]),
  ];
}
