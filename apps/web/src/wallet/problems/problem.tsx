import { isCairnError } from "@cairn/protocol";
import type { ReactElement } from "react";
import { Button } from "../../ui/button.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { KeyError } from "../keys/key-error.ts";
import { isAboutEarlier } from "../paying/sent-id.ts";
import { PROBLEMS, type ProblemCode } from "./texts.ts";

/** What names a failure; null for one that nobody has foreseen. */
export function problemCode(error: Error): ProblemCode | null {
  if (isCairnError(error, "sdk/outcome-unknown") && isAboutEarlier(error.details)) return "earlier-may-have-run";
  const code = error instanceof KeyError ? error.problem : isCairnError(error) ? error.code : null;
  return code !== null && code !== "unknown" && Object.hasOwn(PROBLEMS.en, code) ? (code as ProblemCode) : null;
}

/**
 * Says what failed and what to do next, in the page's language; of what nobody has foreseen also what was reported.
 *
 * @example {error !== null && <Problem error={error} retry={() => send()} />}
 */
export function Problem({ error, retry }: { readonly error: Error; readonly retry?: () => void }): ReactElement {
  const texts = useTexts(PROBLEMS);
  const code = problemCode(error);
  return (
    <div
      role="alert"
      data-problem={code ?? "unknown"}
      className="card grid grid-cols-[minmax(0,1fr)] gap-2 border-l-4 border-l-refuted px-4 py-3 text-sm"
    >
      <p>{texts[code ?? "unknown"]}</p>
      {code === null && (
        <details className="text-xs text-soft">
          <summary className="cursor-pointer">{texts.details}</summary>
          <p lang="en" className="pt-1 wrap-anywhere">
            {isCairnError(error) ? `${error.code}: ` : ""}
            {error.message}
          </p>
        </details>
      )}
      {retry !== undefined && <Button onClick={retry}>{texts.retry}</Button>}
    </div>
  );
}
